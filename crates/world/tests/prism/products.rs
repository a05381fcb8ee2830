//! Random modules against a product worked out naively, and packed states against the values they stand for.

use crate::{choice_text, unfold};
use murphy_notation::Rational;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A command over one variable: its action, the value it needs, and quarters by new value.
#[derive(Clone, Debug)]
struct Command {
    action: Option<&'static str>,
    when: Option<i64>,
    split: (i64, i64, i64),
}

fn command() -> impl Strategy<Value = Command> {
    let action = prop_oneof![Just(None), Just(Some("a")), Just(Some("b"))];
    (action, prop::option::of(0i64..3), (0i64..=4, 0i64..3, 0i64..3))
        .prop_map(|(action, when, split)| Command { action, when, split })
}

impl Command {
    fn text(&self, variable: &str) -> String {
        let guard = self
            .when
            .map_or("true".to_owned(), |value| format!("{variable}={value}"));
        let (quarters, first, second) = self.split;
        format!(
            "[{}] {guard} -> {quarters}/4:({variable}'={first}) + 1-{quarters}/4:({variable}'={second});\n",
            self.action.unwrap_or("")
        )
    }

    fn distribution(&self) -> Vec<(i64, Rational)> {
        let (quarters, first, second) = self.split;
        vec![
            (first, Rational::new(quarters, 4)),
            (second, Rational::new(4 - quarters, 4)),
        ]
    }

    fn enabled(&self, value: i64) -> bool {
        self.when.is_none_or(|when| when == value)
    }
}

type Choice = (Option<&'static str>, BTreeMap<Vec<i64>, Rational>);

/// Returns the choices in a state, by the definition.
fn reference(modules: &[Vec<Command>], state: &[i64]) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (index, module) in modules.iter().enumerate() {
        for command in module
            .iter()
            .filter(|c| c.action.is_none() && c.enabled(state[index]))
        {
            choices.push((None, joint(state, &[(index, command)])));
        }
    }
    for action in ["a", "b"] {
        let takers: Vec<usize> = (0..modules.len())
            .filter(|index| modules[*index].iter().any(|c| c.action == Some(action)))
            .collect();
        if takers.is_empty() {
            continue;
        }
        let mut combinations: Vec<Vec<(usize, &Command)>> = vec![Vec::new()];
        for index in takers {
            let enabled: Vec<&Command> = modules[index]
                .iter()
                .filter(|c| c.action == Some(action) && c.enabled(state[index]))
                .collect();
            combinations = combinations
                .iter()
                .flat_map(|before| {
                    enabled.iter().map(move |command| {
                        let mut more = before.clone();
                        more.push((index, *command));
                        more
                    })
                })
                .collect();
        }
        choices.extend(
            combinations
                .iter()
                .map(|commands| (Some(action), joint(state, commands))),
        );
    }
    choices
}

fn joint(state: &[i64], commands: &[(usize, &Command)]) -> BTreeMap<Vec<i64>, Rational> {
    let mut outcomes = BTreeMap::from([(state.to_vec(), Rational::ONE)]);
    for (index, command) in commands {
        let mut next: BTreeMap<Vec<i64>, Rational> = BTreeMap::new();
        for (target, probability) in &outcomes {
            for (value, share) in command.distribution() {
                let mut target = target.clone();
                target[*index] = value;
                *next.entry(target).or_insert(Rational::ZERO) += probability * &share;
            }
        }
        outcomes = next;
    }
    outcomes.retain(|_, probability| !probability.is_zero());
    outcomes
}

/// Returns choices in a form that does not depend on their order.
fn sorted(choices: Vec<Choice>) -> Vec<String> {
    let mut texts: Vec<String> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    texts.sort();
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn products_are_what_the_definition_says(
        modules in prop::collection::vec(prop::collection::vec(command(), 0..4), 1..4),
    ) {
        let mut text = String::from("mdp\n");
        for (index, module) in modules.iter().enumerate() {
            let commands: String = module.iter().map(|command| command.text(&format!("v{index}"))).collect();
            text += &format!("module m{index} v{index}:[0..2]; {commands} endmodule\n");
        }
        let model = unfold(&text);
        for state in 0..u32::try_from(model.state_count()).unwrap() {
            let values = |state: u32| -> Vec<i64> {
                model.values(state).iter().map(|value| value.as_int().unwrap()).collect()
            };
            let found: Vec<Choice> = model
                .choices(state)
                .filter(|choice| model.action_name(*choice) != "#deadlock")
                .map(|choice| {
                    let action = ["a", "b"].into_iter().find(|action| *action == model.action_name(choice));
                    let targets = model.targets(choice).iter().map(|target| values(*target));
                    let probabilities = model.set(choice).centre().unwrap();
                    (action, targets.zip(probabilities).collect())
                })
                .collect();
            let expected = reference(&modules, &values(state));
            let stuck = model.label("deadlock").unwrap().contains(state);
            prop_assert_eq!(stuck, expected.is_empty());
            prop_assert_eq!(sorted(found), sorted(expected), "{}\nstate {}", text, model.state_name(state));
        }
    }

    #[test]
    fn interval_products_hold_every_precise_product(
        bounds in prop::collection::vec((0i64..=8, 0i64..=8), 2),
        pick in (0i64..=8, 0i64..=8),
    ) {
        // p and q within their bounds, all in eighths; the pair of coins must lie in the set of the interval model.
        let mut text = String::from("mdp\n");
        for (index, (a, b)) in bounds.iter().enumerate() {
            let (low, high) = (a.min(b), a.max(b));
            text += &format!(
                "module m{index} v{index}:[0..2]; [t] v{index}=0 -> [{low}/8,{high}/8]:(v{index}'=1)
                 + [1-{high}/8,1-{low}/8]:(v{index}'=2); endmodule\n"
            );
        }
        let model = unfold(&text);
        let within = |(a, b): (i64, i64), pick: i64| Rational::new(pick.clamp(a.min(b), a.max(b)), 8);
        let p = [within(bounds[0], pick.0), within(bounds[1], pick.1)];
        let joint: Vec<Rational> = model
            .targets(0)
            .iter()
            .map(|target| {
                let values = model.values(*target);
                let chance = |at: usize| match values[at].as_int() {
                    Some(1) => p[at].clone(),
                    _ => Rational::ONE - p[at].clone(),
                };
                chance(0) * chance(1)
            })
            .collect();
        prop_assert!(model.set(0).contains(&joint), "{} for {:?}", choice_text(&model, 0), p);
    }
}
