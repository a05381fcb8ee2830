//! Formulas: how they group, how they print, where they are wrong, and that nothing makes them panic.
#![expect(clippy::unreachable, reason = "the helpers of tests fail loudly")]

use murphy_notation::{
    BinaryOperator, Binding, Diagnostic, Passage, Term, TermKind, UnaryOperator, Value, render,
};
use murphy_spec::{Formula, Operand, Operator};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn parse(text: &str) -> Result<Formula, Diagnostic> {
    Formula::parse(&Passage::named("f", text))
}

/// Writes a formula with a parenthesis around everything that has parts.
fn grouped(operand: &Operand) -> String {
    let bound = operand.bound().map_or_else(String::new, |bound| {
        format!("{}{}", if bound.strict { "<" } else { "<=" }, bound.limit.text())
    });
    let parts: Vec<String> = operand.parts().into_iter().map(grouped).collect();
    let sign = match &operand.kind {
        Operator::True => return "true".to_owned(),
        Operator::False => return "false".to_owned(),
        Operator::State(expression) => return expression.text().to_owned(),
        Operator::Not(_) => "!",
        Operator::And(..) => "&&",
        Operator::Or(..) => "||",
        Operator::Next(_) => "X",
        Operator::Eventually(..) => "F",
        Operator::Globally(..) => "G",
        Operator::Until(..) => "U",
        Operator::WeakUntil(..) => "W",
        Operator::Release(..) => "R",
    };
    match parts.as_slice() {
        [a] => format!("({sign}{bound} {a})"),
        [a, b] => format!("({a} {sign}{bound} {b})"),
        _ => unreachable!("an operator has one part or two"),
    }
}

#[test]
fn operators_bind_as_documented() {
    for (text, expected) in [
        ("!lava U goal", "((! lava) U goal)"),
        ("F a && b", "((F a) && b)"),
        ("F G a", "(F (G a))"),
        ("X X a", "(X (X a))"),
        ("a U b U c", "(a U (b U c))"),
        ("a U b && c W d", "((a U b) && (c W d))"),
        ("a || b && c", "(a || (b && c))"),
        ("a => b => c", "((! a) || ((! b) || c))"),
        ("G (a => F b)", "(G ((! a) || (F b)))"),
        ("F<=10 goal", "(F<=10 goal)"),
        ("F<k goal", "(F<k goal)"),
        ("F<=(k+1) goal", "(F<=(k+1) goal)"),
        ("G<=50 !lava", "(G<=50 (! lava))"),
        ("!a U<=7 b", "((! a) U<=7 b)"),
        ("a R<=3 b", "(a R<=3 b)"),
        ("F (robot.x == 6 && !lava)", "(F (robot.x == 6 && !lava))"),
        (
            "robot.x + 1 < 3 U \"the goal\"",
            "(robot.x + 1 < 3 U \"the goal\")",
        ),
        (
            "(robot.x + 1) * 2 == 6 && F a",
            "((robot.x + 1) * 2 == 6 && (F a))",
        ),
        ("((a U b))", "(a U b)"),
        ("(a U b) && ((c)) ", "((a U b) && ((c)))"),
        ("!x == 3", "(! x == 3)"),
        ("F<=3 -x == 2", "(F<=3 -x == 2)"),
        ("F x in 1..5 && b", "((F x in 1..5) && b)"),
        ("not a and X b or c", "(((! a) && (X b)) || c)"),
        ("a & b | c", "((a && b) || c)"),
        ("F \"F\"", "(F \"F\")"),
        ("true U (false)", "(true U false)"),
    ] {
        let formula = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(grouped(&formula.root), expected, "{text}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (text, part) in [
        (
            "F<=",
            "expected a number of steps, but the text ends here\n --> f:1:4",
        ),
        ("F", "expected a formula, but the text ends here\n --> f:1:2"),
        ("a U ", "expected a formula, but the text ends here\n --> f:1:4"),
        ("F<=10", "expected a formula, but the text ends here"),
        ("(a U b", "expected an operator or `)`, but the text ends here"),
        (
            "(x + ) > 2",
            "expected a number, a name or `(`, found `)`\n --> f:1:6",
        ),
        ("(a U ) && b", "expected a formula, found `)`\n --> f:1:6"),
        ("a b", "expected an operator or the end, found `b`"),
        ("a U", "expected a formula"),
        (
            "U a",
            "`U` is a word of the language; as a name, put it in quotes",
        ),
        ("F>=3 a", "a bound on steps is `<=k` or `<k`"),
        ("F[0,3] a", "a bound on steps is `<=k` or `<k`"),
        ("F<=-1 a", "expected a number of steps from 0 on"),
        ("X<=3 a", "takes no bound"),
        ("F a <=> G b", "(a => b) && (b => a)"),
        ("", "expected a formula"),
        ("()", "expected a"),
    ] {
        let message = render(&parse(text).expect_err(text));
        assert!(message.contains(part), "{text}\n{message}");
    }
}

#[test]
fn bounds_are_constant_whole_numbers() {
    let names = BTreeMap::from([
        ("k".to_owned(), Binding::Constant(Value::Int(7))),
        (
            "x".to_owned(),
            Binding::Variable {
                slot: 0,
                kind: murphy_notation::Type::Number,
            },
        ),
    ]);
    let steps = |text: &str| {
        let formula = parse(text)?;
        formula.root.bound().expect("it has a bound").steps(&names)
    };
    assert_eq!(steps("F<=10 a").unwrap(), 10);
    assert_eq!(steps("F<10 a").unwrap(), 9);
    assert_eq!(steps("F<=0 a").unwrap(), 0);
    assert_eq!(steps("F<=k a").unwrap(), 7);
    assert_eq!(steps("F<(2*k-4) a").unwrap(), 9);
    for (text, part) in [
        ("F<0 a", "no step lies within `<0`"),
        ("F<=(k-8) a", "no step lies within `<=-1`"),
        ("F<=x a", "depends on more than constants"),
        ("F<=0.5 a", "this is 1/2"),
        ("F<=kk a", "there is no name `kk`"),
        ("F<=true a", "this is true"),
    ] {
        assert!(render(&steps(text).expect_err(text)).contains(part), "{text}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    for text in [
        "!".repeat(50_000),
        "F ".repeat(20_000),
        "(".repeat(50_000),
        "a U ".repeat(10_000) + "a",
        "a => ".repeat(10_000) + "a",
        "F a && ".repeat(2_000) + "a",
    ] {
        assert!(parse(&text).is_err(), "{}", &text[..8]);
    }
    assert!(parse(&format!("{}a U b{}", "(".repeat(60), ")".repeat(60))).is_ok());
    // All the alternatives are of one state.
    assert!(
        parse(&format!(
            "F ({})",
            (0..2000).map(|i| format!("s=={i}")).collect::<Vec<_>>().join("|")
        ))
        .is_ok()
    );
}

/// The text of a formula, with parentheses around every part or only around some.
fn formulas() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b",
        "true",
        "x == 3",
        "x + 1 in 1..5",
        "\"F\"",
        "(a && b)",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 2, |inner| {
        let unary = prop::sample::select(vec!["!", "X ", "F ", "G ", "F<=3 ", "G<2 "]);
        let binary = prop::sample::select(vec!["U", "W", "R", "U<=4", "&&", "||", "=>"]);
        prop_oneof![
            (unary.clone(), inner.clone()).prop_map(|(sign, a)| format!("{sign}({a})")),
            (unary, inner.clone()).prop_map(|(sign, a)| format!("{sign}{a}")),
            (binary.clone(), inner.clone(), inner.clone())
                .prop_map(|(sign, a, b)| format!("({a}) {sign} ({b})")),
            (binary, inner.clone(), inner).prop_map(|(sign, a, b)| format!("{a} {sign} {b}")),
        ]
    })
}

/// A formula in which only what `&&` and `||` join counts, not how, nor whether an expression or the formula joins it.
#[derive(Debug, PartialEq)]
enum Flat {
    Leaf(String),
    All(Vec<Flat>),
    Any(Vec<Flat>),
    Not(Box<Flat>),
    Temporal(String, Vec<Flat>),
}

fn joined(and: bool, parts: [Flat; 2]) -> Flat {
    let mut items = Vec::new();
    for part in parts {
        match part {
            Flat::All(inner) if and => items.extend(inner),
            Flat::Any(inner) if !and => items.extend(inner),
            other => items.push(other),
        }
    }
    if and { Flat::All(items) } else { Flat::Any(items) }
}

fn flat_term(term: &Term, text: &str) -> Flat {
    match &term.kind {
        TermKind::Bool(value) => Flat::Leaf(value.to_string()),
        TermKind::Unary(UnaryOperator::Not, a) => Flat::Not(Box::new(flat_term(a, text))),
        TermKind::Binary(operator, a, b) => {
            let (a, b) = (flat_term(a, text), flat_term(b, text));
            match operator {
                BinaryOperator::And => joined(true, [a, b]),
                BinaryOperator::Or => joined(false, [a, b]),
                BinaryOperator::Implies => joined(false, [Flat::Not(Box::new(a)), b]),
                _ => Flat::Leaf(format!("{a:?} {} {b:?}", operator.sign())),
            }
        }
        TermKind::Name(name) => Flat::Leaf(name.clone()),
        _ => Flat::Leaf(
            text[term.span.start..term.span.end]
                .trim_matches(['(', ')'])
                .to_owned(),
        ),
    }
}

fn flat(operand: &Operand) -> Flat {
    match &operand.kind {
        Operator::True => Flat::Leaf("true".to_owned()),
        Operator::False => Flat::Leaf("false".to_owned()),
        Operator::State(expression) => flat_term(&expression.root, expression.passage.as_str()),
        Operator::Not(a) => Flat::Not(Box::new(flat(a))),
        Operator::And(a, b) => joined(true, [flat(a), flat(b)]),
        Operator::Or(a, b) => joined(false, [flat(a), flat(b)]),
        kind => {
            let bound = operand.bound().map(|bound| (bound.strict, bound.limit.text()));
            let sign = format!("{:?} {bound:?}", std::mem::discriminant(kind));
            Flat::Temporal(sign, operand.parts().into_iter().map(flat).collect())
        }
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same_formula(text in formulas()) {
        let formula = parse(&text).unwrap();
        let printed = formula.to_string();
        let again = parse(&printed).unwrap_or_else(|error| panic!("{text} was printed {printed}: {error}"));
        prop_assert_eq!(flat(&again.root), flat(&formula.root), "{} was printed {}", text, printed);
        // Every place is the part's own text: it reads back as that part.
        let mut rest = vec![&formula.root];
        while let Some(operand) = rest.pop() {
            let part = &text[operand.span.start..operand.span.end];
            // `a => b` is the one part that is not there as written: its `!a` stands at `a`.
            if !matches!(operand.kind, Operator::Not(_)) {
                prop_assert_eq!(flat(&parse(part).unwrap().root), flat(operand), "{}", part);
            }
            rest.extend(operand.parts());
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        if let Err(error) = parse(&text) {
            let _ = render(&error);
        }
    }

    #[test]
    fn no_soup_of_tokens_makes_the_parser_panic(words in prop::collection::vec(prop::sample::select(vec![
        "F", "G", "U", "X", "W", "R", "a", "x", "1", "<=", "<", "==", "+", "-", "(", ")", "!", "&&", "||", "=>", "in",
        "..", "{", "}", ",", "?", ":", "\"q\"", "min", "true",
    ]), 0..20)) {
        let text = words.join(" ");
        if let Err(error) = parse(&text) {
            let place = error.place.as_ref().expect("every mistake in a text has a place");
            prop_assert!(place.span.start <= place.span.end && place.span.end <= text.len());
        }
    }
}
