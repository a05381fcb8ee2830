//! Properties as PRISM writes them: what they are read as, and what is wrong with what is no property.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_notation::{Passage, Source};
use murphy_spec::Direction;
use murphy_spec::property::{
    Accumulation, Comparison, Filter, Part, PartKind, Property, PropertyFile, Reward, Window,
};
use proptest::prelude::*;

fn read(text: &str) -> Property {
    match Property::parse(&Passage::named("--property", text)) {
        Ok(property) => property,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn mistake(text: &str) -> String {
    match Property::parse(&Passage::named("--property", text)) {
        Ok(property) => panic!("{text} was read as {}", shape(&property.root)),
        Err(error) => error.message,
    }
}

fn window(window: &Window) -> String {
    let end = |limit: &Option<murphy_spec::property::Limit>| match limit {
        None => String::new(),
        Some(limit) => format!("{}{}", limit.number.text(), if limit.strict { "!" } else { "" }),
    };
    if window.is_unbounded() {
        String::new()
    } else {
        format!("[{};{}]", end(&window.from), end(&window.to))
    }
}

/// Writes a property with all its parentheses.
fn shape(part: &Part) -> String {
    match &part.kind {
        PartKind::Plain(expression) => format!("<{}>", expression.text()),
        PartKind::Not(a) => format!("!{}", shape(a)),
        PartKind::Negate(a) => format!("-{}", shape(a)),
        PartKind::Binary(operator, a, b) => format!("({} {} {})", shape(a), operator.sign(), shape(b)),
        PartKind::Choice(parts) => {
            let [a, b, c] = &**parts;
            format!("({} ? {} : {})", shape(a), shape(b), shape(c))
        }
        PartKind::Call(function, items) => {
            format!(
                "{}({})",
                function.name(),
                items.iter().map(shape).collect::<Vec<_>>().join(", ")
            )
        }
        PartKind::Next(w, a) => format!("X{}({})", window(w), shape(a)),
        PartKind::Eventually(w, a) => format!("F{}({})", window(w), shape(a)),
        PartKind::Globally(w, a) => format!("G{}({})", window(w), shape(a)),
        PartKind::Until(w, a, b) => format!("({} U{} {})", shape(a), window(w), shape(b)),
        PartKind::WeakUntil(w, a, b) => format!("({} W{} {})", shape(a), window(w), shape(b)),
        PartKind::Release(w, a, b) => format!("({} R{} {})", shape(a), window(w), shape(b)),
        PartKind::OnCondition(a, b) => format!("({} given {})", shape(a), shape(b)),
        PartKind::Automaton(automaton) => {
            let bindings = automaton.propositions.iter();
            let bindings: Vec<String> = bindings
                .map(|(name, a)| format!(" {name}={}", shape(a)))
                .collect();
            format!("HOA[{}{}]", automaton.file, bindings.concat())
        }
        PartKind::Probability(_, a) => format!("P[{}]", shape(a)),
        PartKind::Expected(..) => "R[..]".to_owned(),
        PartKind::LongRun(_, a) => format!("S[{}]", shape(a)),
        PartKind::EveryPath(a) => format!("A[{}]", shape(a)),
        PartKind::SomePath(a) => format!("E[{}]", shape(a)),
        PartKind::Filter(_, a, _) => format!("filter({})", shape(a)),
        PartKind::Several(items) => format!(
            "multi({})",
            items.iter().map(shape).collect::<Vec<_>>().join(", ")
        ),
        PartKind::Reference(name) => format!("@{name}"),
    }
}

fn path(text: &str) -> String {
    let property = read(&format!("P=? [ {text} ]"));
    match property.root.kind {
        PartKind::Probability(_, path) => shape(&path),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_temporal_operator_takes_all_that_follows() {
    assert_eq!(path("F a & b"), "F(<a & b>)");
    assert_eq!(path("F a | b => c"), "F(<a | b => c>)");
    assert_eq!(path("F s=2|s=4"), "F(<s=2|s=4>)");
    assert_eq!(path("G F a"), "G(F(<a>))");
    assert_eq!(path("! F (a) & X \"b\""), "!F((<(a)> && X(<\"b\">)))");
    assert_eq!(path("F a & F b"), "F((<a> && F(<b>)))");
    assert_eq!(path("(G !a) & (G F b)"), "(G(<!a>) && G(F(<b>)))");
    assert_eq!(path("F (a & F b)"), "F((<a> && F(<b>)))");
}

#[test]
fn an_automaton_stands_for_a_path_formula() {
    let named = r#"HOA: {"gfa.hoa", "a" <- s=4|s=6, "b" -> "goal"}"#;
    assert_eq!(path(named), "HOA[gfa.hoa a=<s=4|s=6> b=<\"goal\">]");
    assert_eq!(
        path(&format!("!{named}")),
        "!HOA[gfa.hoa a=<s=4|s=6> b=<\"goal\">]"
    );
    assert_eq!(
        shape(&read("P>0 [ F HOA ] ? HOA : 2").root),
        "(P[F(<HOA>)] ? <HOA> : <2>)"
    );
    let error = |text: &str| {
        let passage = Passage::named("--property", format!("P=? [ {text} ]"));
        Property::parse(&passage).unwrap_err().message
    };
    assert_eq!(
        error("HOA: {gfa.hoa}"),
        "expected the name of a file in quotes, found `gfa.hoa`"
    );
    assert_eq!(
        error(r#"HOA: {"x.hoa", "a" = b}"#),
        "expected `<-` and what the proposition stands for, found `=`"
    );
    assert_eq!(
        error(r#"HOA: {"x.hoa", "a" <- b, "a" <- c}"#),
        "the proposition `a` stands for two things"
    );
}

#[test]
fn two_bars_between_path_formulas_are_a_condition() {
    assert_eq!(path("F \"x\" || F y=2"), "(F(<\"x\">) given F(<y=2>))");
    assert_eq!(path("F a & b || F c & d"), "(F(<a & b>) given F(<c & d>))");
    assert_eq!(path("(G a) || (F b)"), "(G(<a>) given F(<b>))");
    assert_eq!(path("F a | b"), "F(<a | b>)");
    assert_eq!(path("F a || b"), "F(<a || b>)");
    assert_eq!(
        shape(&read("P>0 [ X a ] || P>0 [ X b ]").root),
        "(P[X(<a>)] || P[X(<b>)])"
    );
}

#[test]
fn until_binds_loosest() {
    assert_eq!(path("a & b U c | d"), "(<a & b> U <c | d>)");
    assert_eq!(path("F a U b"), "(F(<a>) U <b>)");
    assert_eq!(path("!a U b"), "(<!a> U <b>)");
    assert_eq!(path("a U b U c"), "(<a> U (<b> U <c>))");
    assert_eq!(path("X ((a U b) U c)"), "X(((<a> U <b>) U <c>))");
    assert_eq!(path("a W b"), "(<a> W <b>)");
}

#[test]
fn bounds_end_where_the_formula_begins() {
    assert_eq!(path("F<=k (s=2)"), "F[;k](<(s=2)>)");
    assert_eq!(path("G=3 (s=2)"), "G[3;3](<(s=2)>)");
    assert_eq!(path("G=(k) (s=2)"), "G[(k);(k)](<(s=2)>)");
    assert_eq!(path("F[2,k+1] t=1"), "F[2;k+1](<t=1>)");
    assert_eq!(path("true U>=3 s=4"), "(<true> U[3;] <s=4>)");
    assert_eq!(path("a R>1 b"), "(<a> R[1!;] <b>)");
    assert_eq!(path("a U<4 b"), "(<a> U[;4!] <b>)");
}

#[test]
fn connectives_group_as_in_prism() {
    let text = |text: &str| shape(&read(text).root);
    assert_eq!(text("P>0.5 [ F a ] <=> (s=0|s=1)"), "(P[F(<a>)] <=> <(s=0|s=1)>)");
    assert_eq!(text("!P>0 [ X a ] & b"), "(!P[X(<a>)] && <b>)");
    assert_eq!(text("1-Pmax=? [ F a ]"), "(<1> - P[F(<a>)])");
    assert_eq!(
        text("P>0 [ X a ] ? x=1 : P>0 [ X b ]"),
        "(P[X(<a>)] ? <x=1> : P[X(<b>)])"
    );
    assert_eq!(
        text("filter(count, P>0.2 [ F G a ]) = 3"),
        "(filter(P[F(G(<a>))]) == <3>)"
    );
    assert_eq!(text("P>=1 [ F<=1 P>0 [ X F a ] ]"), "P[F[;1](P[X(F(<a>))])]");
}

#[test]
fn directions_are_the_policys_and_then_natures() {
    use Direction::{Maximize, Minimize};
    let directions = |text: &str| match read(text).root.kind {
        PartKind::Probability(question, _)
        | PartKind::Expected(question, ..)
        | PartKind::LongRun(question, _) => (
            question.directions,
            question.threshold.map(|threshold| threshold.comparison),
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(directions("P=? [ F a ]"), (vec![], None));
    assert_eq!(directions("Pmin=? [ F a ]"), (vec![Minimize], None));
    assert_eq!(directions("Pmaxmin=? [ F a ]"), (vec![Maximize, Minimize], None));
    assert_eq!(directions("Rminmax=? [ F a ]"), (vec![Minimize, Maximize], None));
    assert_eq!(
        directions("R{\"c\"}maxmax=? [ C ]"),
        (vec![Maximize, Maximize], None)
    );
    assert_eq!(directions("P<0.1 [ F a ]"), (vec![], Some(Comparison::Less)));
    assert_eq!(
        directions("Pmax>=p [ F a ]"),
        (vec![Maximize], Some(Comparison::GreaterOrEqual))
    );
    assert_eq!(directions("S>1/3 [ a ]"), (vec![], Some(Comparison::Greater)));
}

#[test]
fn sums_have_a_quantity_and_a_length() {
    let sum = |text: &str| match read(text).root.kind {
        PartKind::Expected(_, reward, sum) => (reward, *sum),
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        sum("R=? [ C ]"),
        (Reward::First, Accumulation::Total(None))
    ));
    assert!(
        matches!(sum("R{\"c\"}=? [ S ]"), (Reward::Named(name, _), Accumulation::LongRun) if name == "c")
    );
    assert!(matches!(
        sum("R{2}=? [ I=3 ]"),
        (Reward::Numbered(_), Accumulation::At(_))
    ));
    assert!(matches!(sum("R=? [ C<=k ]"), (_, Accumulation::Steps(limit, None)) if !limit.strict));
    assert!(matches!(
        sum("Rmax=? [ Cdiscount=9/10 ]"),
        (_, Accumulation::Total(Some(_)))
    ));
    assert!(matches!(
        sum("Rmax=? [ C<=5discount=9/10 ]"),
        (_, Accumulation::Steps(_, Some(_)))
    ));
    assert!(
        matches!(sum("R=? [ (X X true) U s=3 ]"), (_, Accumulation::Until(part)) if matches!(part.kind, PartKind::Until(..)))
    );
}

#[test]
fn filters_and_several_objectives_are_read() {
    let filter = |text: &str| match read(text).root.kind {
        PartKind::Filter(filter, _, states) => (filter, states.is_some()),
        other => panic!("{other:?}"),
    };
    assert_eq!(filter("filter(state, P=? [ G F a ], s=4)"), (Filter::State, true));
    assert_eq!(filter("filter(forall, P>0 [ F a ])"), (Filter::All, false));
    assert_eq!(filter("filter(&, a, b)"), (Filter::All, true));
    assert_eq!(filter("filter(+, P=? [ X a ], true)"), (Filter::Sum, true));
    assert_eq!(filter("filter(avg, P=? [ X a ], true)"), (Filter::Mean, true));
    let items = |text: &str| match read(text).root.kind {
        PartKind::Several(items) => items.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        items("multi(Rmax=? [ C ], P>=0.3[F x=3], P>=1-0.25 [ G (c1=0) ])"),
        3
    );
    assert_eq!(items("multi(R{\"a\"}max>=0 [C], R{\"b\"}min<=0 [C])"), 2);
    let braces = read("Pmin=? [ F \"a\" {s=1} ]");
    assert!(matches!(braces.root.kind, PartKind::Probability(question, _) if question.state.is_some()));
}

#[test]
fn mistakes_are_named() {
    assert_eq!(
        mistake("P=? [ F a"),
        "expected an operator or `]`, but the text ends here"
    );
    assert_eq!(
        mistake("P [ F a ]"),
        "expected `=?` or a comparison such as `>=0.5`, found `[`"
    );
    assert_eq!(
        mistake("P=? [ F ]"),
        "expected a number, a name or `(`, found `]`"
    );
    assert_eq!(
        mistake("filter(most, P=? [ F a ])"),
        "expected the name of a filter, found `most`"
    );
    assert_eq!(
        mistake("P=? [ a ] b"),
        "expected an operator or the end, found `b`"
    );
    assert_eq!(mistake("R{\"c\"=? [ C ]"), "expected `}`, found `=`");
    assert_eq!(
        mistake("Pmin=? [ F a {s=1}{min} ]"),
        "`{min}` and `{max}` are not supported"
    );
}

#[test]
fn places_point_into_the_text() {
    let property = read("P=? [ F  (a & b) ]");
    let PartKind::Probability(_, path) = &property.root.kind else {
        panic!("no probability");
    };
    let PartKind::Eventually(_, inside) = &path.kind else {
        panic!("no F");
    };
    assert_eq!(property.place_of(inside).line_and_column(), (1, 10));
    assert_eq!(inside.span.end - inside.span.start, "(a & b)".len());
}

#[test]
fn a_file_has_constants_labels_and_properties() {
    let text = "// what is asked\nconst int k = 3; const double p;\nlabel \"far\" = x > k & !\"lava\";\n\n\
                \"reach\": P=? [ F \"far\" ];\nPmax=? [\n  G !\"lava\" // never\n];\nfilter(forall, \"reach\" > 0.5)\n";
    let file = PropertyFile::parse(&Source::new("a.props", text)).unwrap();
    let constants: Vec<_> = file
        .constants
        .iter()
        .map(|c| (c.name.as_str(), c.value.is_some()))
        .collect();
    assert_eq!(constants, [("k", true), ("p", false)]);
    assert_eq!(file.labels[0].name, "far");
    let shapes: Vec<_> = file.properties.iter().map(|p| shape(&p.property.root)).collect();
    assert_eq!(shapes[0], "P[F(<\"far\">)]");
    assert_eq!(shapes[2], "filter((@reach > <0.5>))");
    assert_eq!(
        file.named("reach").map(|named| shape(&named.property.root)),
        Some(shapes[0].clone())
    );
    assert!(file.named("far").is_none());
}

#[test]
fn deep_and_long_texts_end_in_a_message() {
    let deep = format!("P=? [ {}a{} ]", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(mistake(&deep), "this is nested too deep");
    let nexts = format!("P=? [ {}a ]", "X ".repeat(5000));
    assert_eq!(mistake(&nexts), "this is nested too deep");
    let untils = format!("P=? [ a{} ]", " U a".repeat(5000));
    assert_eq!(mistake(&untils), "this is nested too deep");
    let sums = format!("{}1 > 0", "P=? [ X a ] + ".repeat(4000));
    assert_eq!(mistake(&sums), "this property is too large");
    read(&format!("P=? [ F ({}a) ]", "a | ".repeat(4000)));
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_stumble(text in "[PRSFGXUWCAE=?<>&|!()\\[\\]{}a1., \"maxin-]{0,40}") {
        let _ = Property::parse(&Passage::named("junk", text.clone()));
        let _ = PropertyFile::parse(&Source::new("junk.props", text));
    }
}
