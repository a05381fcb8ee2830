//! Expressions: precedence, exact values against an oracle, types, places, and that nothing makes them panic.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "the helpers of tests fail loudly"
)]

use murphy_notation::{
    Affine, Binding, Bounds, Diagnostic, Expression, Passage, Rational, Resolved, Type, Value, render,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn names() -> BTreeMap<String, Binding> {
    let variable = |slot, kind| Binding::Variable { slot, kind };
    BTreeMap::from([
        ("robot.x".to_owned(), variable(0, Type::Number)),
        ("y".to_owned(), variable(1, Type::Number)),
        ("lava".to_owned(), variable(2, Type::Bool)),
        ("light".to_owned(), variable(3, Type::Symbol)),
        ("red".to_owned(), Binding::Constant(Value::Symbol(0))),
        ("green".to_owned(), Binding::Constant(Value::Symbol(1))),
        ("size".to_owned(), Binding::Constant(Value::Int(7))),
        ("slip".to_owned(), Binding::Unknown(0)),
        ("wind".to_owned(), Binding::Unknown(1)),
    ])
}

/// `robot.x = 3`, `y = 1/2`, `lava` holds, the light is green.
fn values() -> [Value; 4] {
    [
        Value::Int(3),
        Value::from(Rational::new(1, 2)),
        Value::Bool(true),
        Value::Symbol(1),
    ]
}

fn parse(text: &str) -> Result<Expression, Diagnostic> {
    Expression::parse(&Passage::named("e", text))
}

fn resolve(text: &str) -> Result<Resolved, Diagnostic> {
    parse(text)?.resolve(&names())
}

fn value(text: &str) -> Value {
    resolve(text)
        .and_then(|resolved| resolved.evaluate(&values()))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn number(text: &str) -> String {
    value(text).to_string()
}

fn refused(text: &str) -> String {
    let error = resolve(text)
        .and_then(|resolved| resolved.evaluate(&values()))
        .expect_err(text);
    render(&error)
}

#[test]
fn arithmetic_is_exact() {
    for (text, expected) in [
        ("0.1 + 0.2", "3/10"),
        ("1 - 2 - 3", "-4"),
        ("8 / 4 / 2", "1"),
        ("5 / 2", "5/2"),
        ("2 + 3 * 4", "14"),
        ("-2 - -3", "1"),
        ("- 2 * 3", "-6"),
        ("7 % 3", "1"),
        ("-7 % 3", "2"),
        ("7 % -3", "-2"),
        ("7.5 % 2", "3/2"),
        ("-7.5 % 2", "1/2"),
        ("mod(robot.x + 6, 4)", "1"),
        ("pow(2, 10)", "1024"),
        ("pow(2, -2)", "1/4"),
        ("pow(0, 0)", "1"),
        ("min(3, y, 2)", "1/2"),
        ("max(1, robot.x, -4)", "3"),
        ("abs(-2.5)", "5/2"),
        ("floor(-2.5) + ceil(2.5)", "0"),
        ("9223372036854775807 + 1", "9223372036854775808"),
        ("9223372036854775807 + 1 - 1", "9223372036854775807"),
        ("-9223372036854775807 - 1", "-9223372036854775808"),
        ("abs(-9223372036854775807 - 1)", "9223372036854775808"),
        ("(-9223372036854775807 - 1) / -1", "9223372036854775808"),
        ("(-9223372036854775807 - 1) % -1", "0"),
        ("1e-6 * 1e6", "1"),
        ("lava ? robot.x : 1 / 0", "3"),
        ("false ? 1 : lava ? 2 : 3", "2"),
        ("\"robot.x\" * size", "21"),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
}

#[test]
fn comparisons_and_logic_bind_as_documented() {
    for (text, expected) in [
        ("robot.x == 3 && y = 0.5", true),
        ("robot.x in 1..3", true),
        ("robot.x in 3..5", true),
        ("robot.x in 4..=5", false),
        ("y in 0..1 + 1", true),
        ("robot.x in {1, 2 + 1}", true),
        ("robot.x in {}", false),
        ("light in {red, green}", true),
        ("light == red", false),
        ("light != red", true),
        ("!robot.x == 4", true),
        ("!lava || lava", true),
        ("!lava == false", true),
        ("lava == !false", true),
        ("false && false || true", true),
        ("true || false && false", true),
        ("false => false => false", true),
        ("lava <=> robot.x > 2", true),
        ("not lava or robot.x >= 3 and true", true),
        ("lava & robot.x <= 3 | false", true),
        ("1 < 2 == 2 < 3", true),
        ("robot.x != 0 && 1 / robot.x < 1", true),
        ("robot.x == 3 || 1 / 0 == 1", true),
        ("robot.x < 3 => 1 / 0 == 1", true),
        ("0.5 == y", true),
        ("1.0 == 1", true),
    ] {
        assert_eq!(value(text), Value::Bool(expected), "{text}");
    }
}

#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    for (text, part) in [
        (
            "robot.x +",
            "expected a number, a name or `(`, but the text ends here\n --> e:1:10",
        ),
        (
            "robto.x + 1",
            "there is no name `robto.x`\n --> e:1:1\n  |\n1 | robto.x + 1\n  | ^^^^^^^\nhint: did you mean `robot.x`?",
        ),
        ("x + 1", "did you mean `robot.x`?"),
        ("1 < robot.x < 3", "comparisons do not chain\n --> e:1:13"),
        ("1 == y == 1", "comparisons do not chain"),
        (
            "lava + 1",
            "`+` takes numbers\n --> e:1:1\n  |\n1 | lava + 1\n  | ^^^^ this is a truth value",
        ),
        ("1 && lava", "`&&` takes truth values\n --> e:1:1"),
        ("light < red", "`<` takes numbers"),
        (
            "light == 1",
            "a symbol cannot be compared with a number\n --> e:1:10",
        ),
        ("lava ? 1 : red", "both sides of `:` must be of one type"),
        (
            "1 / (robot.x - 3)",
            "this divides by zero\n --> e:1:1\n  |\n1 | 1 / (robot.x - 3)\n  | ^^^^^^^^^^^^^^^^^ the divisor is 0 here",
        ),
        ("1 % 0", "this divides by zero"),
        ("pow(0, -1)", "this divides by zero"),
        ("pow(2, 0.5)", "the exponent of `pow`"),
        ("pow(pow(10, 1024), 1024)", "this number is too large"),
        (
            "mni(1, 2)",
            "there is no function `mni`\n --> e:1:1\n  |\n1 | mni(1, 2)\n  | ^^^\nhint: did you mean `min`?",
        ),
        ("abs(1, 2)", "`abs` takes one argument"),
        ("min()", "`min` takes at least one argument"),
        ("(1 + 2", "expected an operator or `)`, but the text ends here"),
        ("1 + 2)", "expected the end, found `)`"),
        ("1 2", "expected an operator or the end, found `2`"),
        ("1..2", "expected the end, found `..`"),
        ("x in 1", "expected `..`"),
        ("a $ b", "`$` has no meaning in an expression\n --> e:1:3"),
        ("\"a", "the name in quotes is never closed"),
        ("\"\"", "a name in quotes is empty"),
        ("1e99999", "exponent beyond"),
        ("slip + 1", "an unknown has no fixed value"),
        ("", "but the text ends here"),
    ] {
        assert!(refused(text).contains(part), "{text}\n{}", refused(text));
    }
}

#[test]
fn a_label_must_hold_or_not() {
    let error = parse("robot.x + 1")
        .unwrap()
        .resolve_as(Type::Bool, "a label", &names())
        .unwrap_err();
    assert_eq!(
        render(&error),
        "error: a label must be a truth value\n --> e:1:1\n  |\n1 | robot.x + 1\n  | ^^^^^^^^^^^ this is a number\n"
    );
}

#[test]
fn definitions_are_used_like_variables() {
    let mut names = names();
    let double = parse("2 * robot.x").unwrap().resolve(&names).unwrap();
    names.insert("double".to_owned(), Binding::Defined(Arc::new(double)));
    let resolved = parse("double + 1").unwrap().resolve(&names).unwrap();
    assert_eq!(resolved.evaluate(&values()).unwrap(), Value::Int(7));
    assert_eq!(resolved.slots(), [0]);
    // Each definition doubles the work of the one before: such a tower is refused rather than climbed.
    for level in 0..64 {
        let last = if level == 0 {
            "double".to_owned()
        } else {
            format!("d{}", level - 1)
        };
        match parse(&format!("{last} + {last}")).unwrap().resolve(&names) {
            Ok(next) => names.insert(format!("d{level}"), Binding::Defined(Arc::new(next))),
            Err(error) => {
                assert_eq!(error.message, "this expression is too large");
                assert!(level > 10);
                return;
            }
        };
    }
    panic!("a tower of 64 doublings was accepted");
}

#[test]
fn a_value_of_another_type_than_declared_is_an_error() {
    let resolved = resolve("robot.x + 1 < 3").unwrap();
    assert!(resolved.evaluate(&[Value::Bool(true)]).is_err());
    assert!(resolved.evaluate(&[]).is_err());
    assert!(
        resolve("lava && lava")
            .unwrap()
            .holds(&[Value::Int(1), Value::Int(1), Value::Int(1)])
            .is_err()
    );
}

#[test]
fn affine_functions_of_unknowns_are_found_and_others_refused() {
    let affine = |text: &str| resolve(text).and_then(|resolved| resolved.evaluate_affine(&values()));
    let read = |text: &str| affine(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let of = |constant: Rational, coefficients: &[(usize, Rational)]| Affine {
        constant,
        coefficients: coefficients.to_vec(),
    };
    let half = Rational::new(1, 2);
    assert_eq!(
        read("1 - slip"),
        of(Rational::ONE, &[(0, Rational::from(-1_i64))])
    );
    assert_eq!(
        read("y * (slip + wind) / 2"),
        of(Rational::ZERO, &[(0, &half * &half), (1, &half * &half)])
    );
    assert_eq!(
        read("slip + wind - slip"),
        of(Rational::ZERO, &[(1, Rational::ONE)])
    );
    assert_eq!(
        read("lava ? -slip : 1"),
        of(Rational::ZERO, &[(0, Rational::from(-1_i64))])
    );
    assert_eq!(read("robot.x % 2"), of(Rational::ONE, &[]));
    assert_eq!(read("(slip - slip) * wind"), of(Rational::ZERO, &[]));
    let refused = |text: &str| affine(text).expect_err(text).message;
    assert_eq!(refused("slip * wind"), "a product of two unknowns is not affine");
    for text in ["1 / slip", "max(slip, 0)", "slip % 2", "slip > 1 ? 1 : 2"] {
        assert!(
            refused(text).contains("not affine") || refused(text).contains("no fixed value"),
            "{text}"
        );
    }
    assert_eq!(resolve("slip + wind").unwrap().unknowns(), [0, 1]);
}

#[test]
fn bounds_have_two_ends_or_one() {
    let read = |text: &str| Bounds::parse(&Passage::named("b", text)).unwrap();
    let (low, high) = (read("0.05..0.2").low, read("0.05..0.2").high);
    assert_eq!((low.text(), high.text()), ("0.05", "0.2"));
    assert_eq!(read("1..size - 1").high.text(), "size - 1");
    assert_eq!(read("a..b").low.as_name(), Some("a"));
    let one = read("0.5");
    assert_eq!((one.low.text(), one.high.text()), ("0.5", "0.5"));
    assert!(Bounds::parse(&Passage::named("b", "1..2..3")).is_err());
    assert!(Bounds::parse(&Passage::named("b", "1..")).is_err());
}

#[test]
fn size_and_depth_are_bounded() {
    let deep = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(60)).is_ok());
    for text in [
        deep(65),
        "(".repeat(60_000),
        "-".repeat(60_000),
        "!".repeat(60_000),
        "1-".repeat(20_000) + "1",
        "a ? b : ".repeat(6_000) + "c",
        "a => ".repeat(6_000) + "c",
        "min(".repeat(6_000),
        "a in {".repeat(6_000),
        "1".repeat(Expression::BYTES_MAX + 1),
    ] {
        assert!(parse(&text).is_err(), "{}", &text[..20]);
    }
    // A long list of alternatives is an ordinary label.
    let long = (0..4000)
        .map(|i| format!("robot.x=={i}"))
        .collect::<Vec<_>>()
        .join("|");
    assert_eq!(
        resolve(&long).unwrap().evaluate(&values()).unwrap(),
        Value::Bool(true)
    );
}

/// A number expression, its text, and what it is worth for `robot.x = 3`, `y = 1/2`; `None` where it divides by zero.
fn sums() -> impl Strategy<Value = (String, Option<Rational>)> {
    let leaf = prop_oneof![
        (0_i64..30).prop_map(|n| (n.to_string(), Some(Rational::from(n)))),
        (0_i64..1000).prop_map(|n| (format!("{}.{:02}", n / 100, n % 100), Some(Rational::new(n, 100)))),
        Just(("robot.x".to_owned(), Some(Rational::from(3_i64)))),
        Just(("y".to_owned(), Some(Rational::new(1, 2)))),
        Just(("9223372036854775807".to_owned(), Some(Rational::from(i64::MAX)))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (pair.clone(), 0_usize..5).prop_map(|(((a, x), (b, y)), which)| {
                let sign = ["+", "-", "*", "/", "%"][which];
                let result = x.zip(y).and_then(|(x, y)| match which {
                    0 => Some(x + y),
                    1 => Some(x - y),
                    2 => Some(x * y),
                    3 => x.checked_div(&y),
                    _ => x.checked_div(&y).map(|quotient| x - quotient.floor() * y),
                });
                (format!("({a}) {sign} ({b})"), result)
            }),
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("min({a}, {b})"), x.zip(y).map(|(x, y)| x.min(y)))),
            pair.clone().prop_map(|((a, x), (b, y))| {
                let result = x
                    .zip(y)
                    .map(|(x, y)| if x < y { Rational::ONE } else { Rational::ZERO });
                (format!("({a} < {b} ? 1 : 0)"), result)
            }),
            inner
                .clone()
                .prop_map(|(a, x)| (format!("-({a})"), x.map(|x| -x))),
            inner
                .clone()
                .prop_map(|(a, x)| (format!("ceil({a})"), x.map(|x| -(-x).floor()))),
        ]
    })
}

/// A truth expression without parentheses, and what it is worth by a reading that splits at the loosest operator.
fn logic() -> impl Strategy<Value = String> {
    let atom = prop_oneof![Just("true"), Just("false"), Just("!true"), Just("!false")];
    let sign = prop_oneof![Just(" && "), Just(" || "), Just(" => "), Just(" <=> ")];
    (atom.clone(), prop::collection::vec((sign, atom), 0..9)).prop_map(|(first, rest)| {
        rest.iter()
            .fold(first.to_owned(), |text, (sign, atom)| text + sign + atom)
    })
}

fn split_logic(text: &str) -> bool {
    // `<=>` groups to the left, `=>` to the right; the others do not care.
    if let Some((a, b)) = text.rsplit_once(" <=> ") {
        return split_logic(a) == split_logic(b);
    }
    if let Some((a, b)) = text.split_once(" => ") {
        return !split_logic(a) || split_logic(b);
    }
    if let Some((a, b)) = text.split_once(" || ") {
        return split_logic(a) | split_logic(b);
    }
    if let Some((a, b)) = text.split_once(" && ") {
        return split_logic(a) & split_logic(b);
    }
    match text.strip_prefix('!') {
        Some(rest) => !split_logic(rest),
        None => text == "true",
    }
}

proptest! {
    #[test]
    fn values_agree_with_the_oracle((text, expected) in sums()) {
        let found = resolve(&text).and_then(|resolved| resolved.evaluate(&values()));
        match expected {
            Some(expected) => prop_assert_eq!(found.unwrap(), Value::from(expected), "{}", text),
            None => prop_assert_eq!(found.unwrap_err().message, "this divides by zero"),
        }
    }

    #[test]
    fn affine_evaluation_agrees_with_evaluation((text, expected) in sums(), weight in -9_i64..9) {
        prop_assume!(expected.is_some());
        let affine = resolve(&format!("{weight} * slip + ({text})")).unwrap().evaluate_affine(&values()).unwrap();
        let slip = Rational::new(2, 7);
        prop_assert_eq!(affine.value(std::slice::from_ref(&slip)), Rational::from(weight) * slip + expected.unwrap());
    }

    #[test]
    fn logic_agrees_with_the_oracle(text in logic()) {
        prop_assert_eq!(value(&text), Value::Bool(split_logic(&text)), "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        if let Err(error) = resolve(&text) {
            let _ = render(&error);
        }
    }

    #[test]
    fn no_soup_of_tokens_makes_the_parser_panic(words in prop::collection::vec(prop::sample::select(vec![
        "robot.x", "y", "lava", "light", "red", "slip", "1", "0.5", "0", "1e9", "+", "-", "*", "/", "%", "(", ")", "{",
        "}", "in", "..", ",", "?", ":", "!", "&&", "||", "=>", "<=>", "==", "<", "<=", "min", "pow", "\"y\"", "é", ".",
    ]), 0..24)) {
        let text = words.join(" ");
        match resolve(&text) {
            Ok(resolved) => {
                let _ = resolved.evaluate(&values());
                let _ = resolved.evaluate_affine(&values());
            }
            Err(error) => {
                let place = error.place.as_ref().expect("every mistake in a text has a place");
                prop_assert!(place.span.start <= place.span.end && place.span.end <= text.len());
            }
        }
    }
}
