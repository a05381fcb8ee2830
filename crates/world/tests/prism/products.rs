//! Random modules against a product worked out naively, and packed states against the values they stand for.

use crate::{choice_text, unfold};
use murphy_notation::{Rational, Source};
use murphy_world::{Limits, Product, prism};
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

    #[test]
    fn independent_products_are_worth_what_their_corners_are(
        bounds in prop::collection::vec((0i64..=8, 0i64..=8), 3),
        worth in prop::collection::vec(-4i64..=4, 8),
        same_target in any::<bool>(),
    ) {
        // Three coins tossed together; the third sets nothing where two targets are to be one.
        let mut text = String::from("mdp\n");
        for (index, (a, b)) in bounds.iter().enumerate() {
            let (low, high) = (a.min(b), a.max(b));
            let tails = if index == 2 && same_target { 1 } else { 2 };
            text += &format!(
                "module m{index} v{index}:[0..2]; [t] v{index}=0 -> [{low}/8,{high}/8]:(v{index}'=1)
                 + [1-{high}/8,1-{low}/8]:(v{index}'={tails}); endmodule\n"
            );
        }
        let program = prism::parse(Source::new("coins.prism", text)).unwrap();
        let model = program.product(Product::Independent).unfold(&[], &Limits::default()).unwrap();
        let index = |values: &[i64]| values.iter().fold(0, |at, value| 2 * at + usize::from(*value == 2));
        let values: Vec<Rational> = model
            .targets(0)
            .iter()
            .map(|target| {
                let values = model.values(*target).iter().map(|value| value.as_int().unwrap());
                Rational::from(worth[index(&values.collect::<Vec<_>>())])
            })
            .collect();
        // By hand: each coin at one of its ends, whatever the others do.
        let mut worths = Vec::new();
        for ends in 0..8 {
            let chance = |coin: usize| {
                let (a, b) = bounds[coin];
                Rational::new(if ends >> coin & 1 == 0 { a } else { b }, 8)
            };
            let mut total = Rational::ZERO;
            for toss in 0..8usize {
                let side = |coin: usize| match toss >> coin & 1 {
                    0 => (1, chance(coin)),
                    _ if coin == 2 && same_target => (1, Rational::ONE - chance(coin)),
                    _ => (2, Rational::ONE - chance(coin)),
                };
                let sides = [side(0), side(1), side(2)];
                let p = &sides[0].1 * &sides[1].1 * &sides[2].1;
                total += p * Rational::from(worth[index(&[sides[0].0, sides[1].0, sides[2].0])]);
            }
            worths.push(total);
        }
        let (low, high) = (model.set(0).lower_expectation(&values).unwrap(), model.set(0).upper_expectation(&values).unwrap());
        prop_assert_eq!(Some(&low.value), worths.iter().min());
        prop_assert_eq!(Some(&high.value), worths.iter().max());
        prop_assert!(model.set(0).contains(&low.witness) && model.set(0).contains(&high.witness));
        prop_assert_eq!(model.set(0).bound_below(&values, &low.multiplier).unwrap(), low.value);
    }
}

/// Bounds of one coin and a fair one, bounds of commands that a chain picks from, and parts without bounds.
#[test]
fn independent_parts_say_no_more_than_they_must() {
    let apart = |text: &str| {
        let program = prism::parse(Source::new("test.prism", text)).unwrap();
        program
            .product(Product::Independent)
            .unfold(&[], &Limits::default())
            .unwrap()
    };
    let half = Rational::new(1, 2);
    // The other coin is fair, so that equal sides have exactly one half, which the hull forgets.
    let fair = "mdp module a x:[0..2]; [t] x=0 -> [1/4,3/4]:(x'=1) + [1/4,3/4]:(x'=2); endmodule
                module b y:[0..2]; [t] y=0 -> 1/2:(y'=1) + 1/2:(y'=2); endmodule";
    let equal = [true, false, false, true];
    assert_eq!(unfold(fair).set(0).lower_probability(&equal), Rational::new(1, 4));
    let model = apart(fair);
    assert_eq!(model.set(0).lower_probability(&equal), half);
    assert_eq!(model.set(0).upper_probability(&equal), half);
    assert!(model.notes().iter().any(|note| note.contains("strong product")));
    // Two commands of a chain, half the time each: their bounds do not make up for each other.
    let mixed =
        "dtmc module a x:[0..3]; [] x=0 -> [0,1]:(x'=1) + [0,1]:(x'=2); [] x=0 -> 1:(x'=3); endmodule";
    let model = apart(mixed);
    let at_three: Vec<bool> = model
        .targets(0)
        .iter()
        .map(|target| model.values(*target)[0].as_int() == Some(3))
        .collect();
    assert_eq!(model.set(0).lower_probability(&at_three), half);
    assert_eq!(model.set(0).upper_probability(&at_three), half);
    // Nothing is open: the same model as ever.
    let precise = "mdp module a x:[0..2]; [t] x=0 -> 1/3:(x'=1) + 2/3:(x'=2); endmodule
                   module b y:[0..2]; [t] y=0 -> 1/2:(y'=1) + 1/2:(y'=2); endmodule";
    assert_eq!(apart(precise).set(0), unfold(precise).set(0));
    assert!(
        apart(precise)
            .notes()
            .iter()
            .all(|note| !note.contains("product"))
    );
}

#[test]
fn too_many_corners_are_refused_with_a_hint() {
    use std::fmt::Write;
    let mut text = "mdp ".to_owned();
    for module in 0..6 {
        write!(text, "module m{module} v{module}:[0..4]; [t] v{module}=0 -> ").unwrap();
        let outcomes: Vec<String> = (1..=4)
            .map(|value| format!("[0,1]:(v{module}'={value})"))
            .collect();
        write!(text, "{}; endmodule ", outcomes.join(" + ")).unwrap();
    }
    let program = prism::parse(Source::new("test.prism", text)).unwrap();
    let error = program
        .product(Product::Independent)
        .unfold(&[], &Limits::default())
        .unwrap_err();
    assert!(error.message.contains("extreme points"), "{error}");
    assert!(error.hint.unwrap().contains("hull"));
}
