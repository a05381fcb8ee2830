//! Expressions are worth what an independent evaluation in fractions says.

use crate::unfold_with;
use murphy_notation::{Rational, Value};
use proptest::prelude::*;

/// The value of a constant defined by this expression.
fn value(kind: &str, expression: &str) -> Value {
    let text = format!("mdp const {kind} c = {expression}; module m [] true -> true; endmodule");
    let model = unfold_with(&text, &[]).unwrap_or_else(|error| panic!("{expression}: {error}"));
    model.constants()[0].1.clone()
}

fn number(expression: &str) -> Rational {
    value("double", expression).to_rational().unwrap()
}

#[test]
fn operators_bind_as_in_prism() {
    let truths = [
        ("!1=2", true),
        ("!false & false", false),
        ("true | false & false", true),
        ("false => false => false", false),
        ("true <=> false => false", true),
        ("1+2*3=7 & 7-2-1=4", true),
        ("-2*-3=6", true),
        ("1<2=true", true),
        ("8/4/2=1", true),
        ("false ? true : true ? false : true", false),
        ("(1/3)*3=1 & 0.1+0.2=0.3", true),
    ];
    for (expression, expected) in truths {
        assert_eq!(value("bool", expression), Value::Bool(expected), "{expression}");
    }
}

#[test]
fn functions_are_exact() {
    for (expression, expected) in [
        ("floor(-7/2)", -4),
        ("ceil(-7/2)", -3),
        ("round(2.5)", 3),
        ("round(-2.5)", -2),
        ("floor(5)", 5),
        ("mod(-7,3)", 2),
        ("func(mod,7,3)", 1),
        ("pow(3,4)", 81),
        ("pow(-1,9223372036854775807)", -1),
        ("pow(0,0)", 1),
        ("min(3,2,5)", 2),
        ("max(3)", 3),
        ("floor(log(8,2))", 3),
        ("floor(log(1000,10))", 3),
        ("floor(log(0.25,0.5))", 2),
    ] {
        assert_eq!(value("int", expression), Value::Int(expected), "{expression}");
    }
    assert_eq!(number("pow(0.5,-3)"), Rational::new(8, 1));
    assert_eq!(number("pow(2,0.0)"), Rational::ONE);
    assert_eq!(number("min(0.5,1/3,2)"), Rational::new(1, 3));
    assert_eq!(number("log(1/8,2)"), Rational::new(-3, 1));
    assert_eq!(number("true ? 1 : 0.5"), Rational::ONE);
}

#[test]
fn what_no_fraction_equals_is_rounded_and_reported() {
    let text = "mdp const double c = log(3,2)+pow(2,0.5); module m [] true -> true; endmodule";
    let model = unfold_with(text, &[]).unwrap();
    let near = model.constants()[0].1.to_rational().unwrap().to_f64();
    assert!((near - (1.584_962_500_721_156 + std::f64::consts::SQRT_2)).abs() < 1e-12);
    assert!(model.notes().iter().any(|note| note.contains("rounded")));
}

/// An arithmetic expression with its value, if it has one.
fn arithmetic() -> impl Strategy<Value = (String, Option<Rational>)> {
    let leaf = prop_oneof![
        (0i64..20).prop_map(|n| (n.to_string(), Some(Rational::from(n)))),
        (0i64..100).prop_map(|n| (
            format!("{}.{:02}", n / 10, n),
            Some(Rational::new(n / 10 * 100 + n, 100))
        )),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("({a})+({b})-({b})"), both(x, y, |x, _| Some(x)))),
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("({a})-({b})"), both(x, y, |x, y| Some(x - y)))),
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("({a})*({b})"), both(x, y, |x, y| Some(x * y)))),
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("({a})/({b})"), both(x, y, |x, y| x.checked_div(&y)))),
            pair.clone()
                .prop_map(|((a, x), (b, y))| (format!("min({a},{b})"), both(x, y, |x, y| Some(x.min(y))))),
            pair.clone().prop_map(|((a, x), (b, y))| {
                (
                    format!("({a})<=({b}) ? 1+({a}) : ({b})"),
                    both(x, y, |x, y| Some(if x <= y { x + Rational::ONE } else { y })),
                )
            }),
            inner.prop_map(|(a, x)| (format!("-({a})"), x.map(|x| -x))),
        ]
    })
}

fn both(
    a: Option<Rational>,
    b: Option<Rational>,
    join: impl Fn(Rational, Rational) -> Option<Rational>,
) -> Option<Rational> {
    join(a?, b?)
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_fractions((expression, expected) in arithmetic()) {
        let text = format!("mdp const double c = {expression}; module m [] true -> true; endmodule");
        match (unfold_with(&text, &[]), expected) {
            (Ok(model), Some(expected)) => {
                prop_assert_eq!(model.constants()[0].1.to_rational(), Some(expected), "{}", expression);
            }
            (Err(error), None) => prop_assert!(error.message.contains("division by zero"), "{error}"),
            (found, expected) => prop_assert!(false, "{expression}: {found:?} against {expected:?}"),
        }
    }

    #[test]
    fn variables_are_worth_the_same_as_constants((expression, expected) in arithmetic()) {
        // The same expression with every 1 replaced by a variable that equals it, so that nothing is worked out early.
        let open = format!("({expression})*x");
        let text = format!("mdp module m x:[0..2] init 1; [] true -> true; endmodule rewards true : {open}; endrewards");
        if let (Ok(model), Some(expected)) = (unfold_with(&text, &[]), expected) {
            prop_assert_eq!(&model.quantity("1").unwrap()[0], &expected);
        }
    }
}
