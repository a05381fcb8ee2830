//! A plan read back: the file, its certificate, and the world and the spec that it names, as they are now.

use crate::cli::failure::Failure;
use crate::cli::files::{read, read_source};
use crate::cli::load::{Loaded, LoadedWorld};
use crate::cli::several;
use murphy::tiers::TierProof;
use murphy_problem::decision::{AnewDocument, DecisionDocument, HiddenDocument, PlanText, StageDocument};
use murphy_problem::{Certificate, Origin, Plan, PlanDocument, Policy};
use murphy_world::Limits;
use std::path::{Path, PathBuf};

/// A plan with everything that it speaks of.
pub(crate) struct Saved {
    /// The plan file itself.
    pub(crate) origin: Origin,
    pub(crate) document: PlanDocument,
    pub(crate) loaded: Loaded,
    pub(crate) plan: Plan,
    /// What proves it, if there are several goals or requirements.
    pub(crate) proof: Option<TierProof>,
    /// What is not as it was when the plan was made, each in a sentence.
    pub(crate) changes: Vec<String>,
}

impl Saved {
    /// Reads a plan and all that it names.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let (source, origin) = read_source(path)?;
        on_states(path, &source.text)?;
        let document = PlanDocument::from_text(&source.text)
            .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
        drop(source);
        let certificate_path = path.with_file_name(&document.certificate.path);
        let bytes = read(&certificate_path)?;
        let mut changes = Vec::new();
        note_change(&mut changes, "the certificate", &document.certificate, &bytes);
        let certificate = Certificate::from_bytes(&bytes)
            .map_err(|error| Failure::new(format!("`{}`: {error}", certificate_path.display())))?;
        drop(bytes);
        let proof = several::read_proof(path, &document, &mut changes)?;
        let loaded = load(path, &document, states_of(&certificate))?;
        compare_origins(&mut changes, &document, &loaded);
        let policy = document
            .policy(&loaded.problem.model)
            .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
        let policy = lengthened(policy, &certificate.policy);
        changes.extend(policy_change(&loaded, &policy, &certificate.policy));
        let plan = Plan {
            policy,
            bracket: document.bracket,
            certificate,
            stop: document.stop,
            sweeps: 0,
        };
        Ok(Self {
            origin,
            document,
            loaded,
            plan,
            proof,
            changes,
        })
    }
}

/// Refuses what is no plan, and the plans of decision problems, which are not policies on states.
pub(crate) fn on_states(path: &Path, text: &str) -> Result<(), Failure> {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
    let held = first
        .and_then(|line| line.split_once('('))
        .map(|(name, _)| name.trim());
    let known = [
        "PlanDocument",
        "DecisionDocument",
        "StageDocument",
        "AnewDocument",
        "HiddenDocument",
    ];
    if let Some(held) = held.filter(|name| name.chars().all(char::is_alphanumeric) && !known.contains(name)) {
        return Err(
            Failure::new(format!("`{}` holds a {held}, not a plan", path.display()))
                .hint("`murphy plan WORLD SPEC --out FILE` makes one"),
        );
    }
    if AnewDocument::recognises(text) || HiddenDocument::recognises(text) {
        return Err(Failure::new(format!(
            "`{}` is a plan against facts that are settled anew, or one without an end, which can be checked but not run yet",
            path.display()
        ))
        .hint("`murphy check` proves it; the file itself says what is done where"));
    }
    if !DecisionDocument::recognises(text) && !StageDocument::recognises(text) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` is the plan of a problem in which facts are hidden or someone predicts the agent; this command is for plans on states",
        path.display()
    ))
    .hint("check, audit, simulate, view and explain take it"))
}

/// Returns the number of states of the model that a certificate is about.
fn states_of(certificate: &Certificate) -> usize {
    match &certificate.policy {
        Policy::Memoryless(choices) => choices.len(),
        Policy::Stepwise(steps) => steps.first().map_or(0, Vec::len),
    }
}

/// How many branches for each state a world may have that a certificate is about, which does not say how many it has.
const BRANCHES_A_STATE_MAX: usize = 1_000;

/// Reads what a plan speaks of; the world may be as large as the certificate says, whatever the usual limit is.
fn load(plan: &Path, document: &PlanDocument, states: usize) -> Result<Loaded, Failure> {
    let constants = document
        .constants
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let usual = Limits::default();
    let limits = Limits {
        states_max: states.max(usual.states_max),
        branches_max: states
            .saturating_mul(BRANCHES_A_STATE_MAX)
            .max(usual.branches_max),
    };
    let world = LoadedWorld::read_with(&beside(plan, &document.world.path), constants, limits)?;
    Loaded::resolve(
        world,
        &beside(plan, &document.spec.path),
        Some(document.precision),
    )
}

/// Returns a path as the plan gives it, or beside the plan if there is nothing.
pub(crate) fn beside(plan: &Path, given: &str) -> PathBuf {
    let path = PathBuf::from(given);
    if path.exists() {
        return path;
    }
    let near = plan.parent().unwrap_or(Path::new("")).join(&path);
    if near.exists() { near } else { path }
}

pub(crate) fn note_change(changes: &mut Vec<String>, what: &str, origin: &Origin, bytes: &[u8]) {
    if !origin.holds(bytes) {
        changes.push(format!(
            "{what} `{}` is not the one that the plan was made with",
            origin.path
        ));
    }
}

fn compare_origins(changes: &mut Vec<String>, document: &PlanDocument, loaded: &Loaded) {
    let mut compare = |what: &str, then: &Origin, now: &Origin| {
        if then.hash != now.hash {
            changes.push(format!(
                "{what} `{}` was changed after the plan was made",
                now.path
            ));
        }
    };
    compare("the world", &document.world, &loaded.world.origin);
    compare("the spec", &document.spec, &loaded.spec_origin);
    for (then, now) in document.files.iter().zip(&loaded.world.files) {
        compare("the table", then, now);
    }
    if document.files.len() != loaded.world.files.len() {
        changes.push("the world reads other tables than when the plan was made".to_owned());
    }
}

/// Returns a policy by steps with as many of them as the certificate has: what a plan leaves out at the end repeats its last step.
fn lengthened(policy: Policy, proved: &Policy) -> Policy {
    match (policy, proved) {
        (Policy::Stepwise(mut rows), Policy::Stepwise(proved)) => {
            if let Some(last) = rows.last().cloned() {
                rows.resize(rows.len().max(proved.len()), last);
            }
            Policy::Stepwise(rows)
        }
        (policy, _) => policy,
    }
}

/// Returns the first place where the policy of the plan is not that of its certificate.
fn policy_change(loaded: &Loaded, plan: &Policy, certificate: &Policy) -> Option<String> {
    let model = &loaded.problem.model;
    let (rows, proved) = match (plan, certificate) {
        (Policy::Memoryless(row), Policy::Memoryless(proved)) => (vec![row.clone()], vec![proved.clone()]),
        (Policy::Stepwise(rows), Policy::Stepwise(proved)) => (rows.clone(), proved.clone()),
        _ => return Some("the plan and its certificate have policies of different kinds".to_owned()),
    };
    for (step, row) in proved.iter().enumerate() {
        // Steps that the plan leaves out at the end repeat its last one.
        let said = rows.get(step.min(rows.len().saturating_sub(1)));
        for (state, choice) in (0..).zip(row) {
            let now = said.and_then(|said| said.get(state as usize));
            if now != Some(choice) {
                let name = |choice: &u32| model.actions().get(choice_action(loaded, *choice)).cloned();
                return Some(format!(
                    "in state `{}` the plan says `{}`, but the certificate proves `{}`",
                    model.state_name(state),
                    now.and_then(name).unwrap_or_default(),
                    name(choice).unwrap_or_default(),
                ));
            }
        }
    }
    None
}

fn choice_action(loaded: &Loaded, choice: u32) -> usize {
    let model = &loaded.problem.model;
    if (choice as usize) < model.choice_count() {
        model.action(choice) as usize
    } else {
        usize::MAX
    }
}
