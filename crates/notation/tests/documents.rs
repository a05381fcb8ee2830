//! Documents: what is read, what is refused and how, and that nothing makes the reader panic.
#![expect(clippy::expect_used, reason = "the helpers of tests fail loudly")]

use murphy_notation::{Diagnostic, Document, Kind, Node, Rational, Source, Span, render};
use proptest::prelude::*;

fn read(text: &str) -> Result<Node, Diagnostic> {
    Document::parse(&Source::new("w.ron", text)).map(|document| document.root)
}

fn refused(text: &str) -> String {
    render(&read(text).expect_err(text))
}

const LAVA: &str = r##"#![enable(implicit_some)]
// A world as people write it.
World(
    name: "lava /* not a comment */ crossing", /* a comment /* in a comment */ */
    unknowns: { "slip": Unknown(within: "0.05..0.20", settled: EachAction) },
    start: { "x": 0, "y": -1.5e-1, },
    steps: [
        Step(on: "east", then: Chance([
            ("1 - slip", { "x": "min(x + 1, 6)" }),
            (0.25, {}),
        ])),
    ],
    about: Some("it \"slips\"\n\u{e9}"),
    raw: r#"say "no""#,
    flags: (true, 'c', None, ()),
)
"##;

#[test]
fn a_world_is_read_as_ron_reads_it() {
    let ours = read(LAVA).unwrap();
    let theirs: ron::Value = ron::from_str(LAVA).unwrap();
    let mut fields = ours.fields("World").unwrap();
    let ron::Value::Map(map) = theirs else {
        panic!("ron reads a struct as a map")
    };
    let theirs = |name: &str| map[&ron::Value::String(name.to_owned())].clone();
    for name in ["name", "about", "raw"] {
        let text = fields.required(name).unwrap().text().unwrap();
        let read = theirs(name);
        let read = if let ron::Value::Option(Some(inner)) = read {
            *inner
        } else {
            read
        };
        assert_eq!(read, ron::Value::String(text.as_str().to_owned()), "{name}");
    }
    let start = fields.required("start").unwrap().entries().unwrap();
    assert_eq!(start[1].value.number().unwrap(), &Rational::new(-15, 100));
    let step = &fields.required("steps").unwrap().list().unwrap()[0];
    let mut step = step.fields("Step").unwrap();
    let mut chance = step.required("then").unwrap().fields("Chance").unwrap();
    let [probability, _] = chance.item("branches").unwrap().list().unwrap()[1]
        .tuple("a branch")
        .unwrap();
    assert_eq!(probability.number().unwrap(), &Rational::new(1, 4));
    let Kind::Record(flags) = &fields.required("flags").unwrap().kind else {
        panic!("a tuple")
    };
    assert_eq!(flags.items.len(), 4);
}

#[test]
fn what_ron_accepts_is_accepted() {
    for text in [
        "1",
        "-1",
        "+1",
        "0x1F",
        "0b101",
        "1_000",
        "1.5",
        ".5",
        "5.",
        "1e5",
        "true",
        "()",
        "Unit",
        "\"\"",
        "[]",
        "[1,]",
        "[1, 2]",
        "{}",
        "{\"a\": 1,}",
        "(1, 2)",
        "(a: 1)",
        "A(a: 1, b: [()])",
        "A(1)",
        "Some(1)",
        "/* a */ 1 // b",
        "r\"\\\"",
        "r#a",
        "'\\n'",
        "\"\\x41\\u{1F600}\\t\"",
        "\u{feff}1",
        "#![enable(unwrap_newtypes)]\n#![enable(implicit_some)]\n(a: 1)",
        "{1: 2, (1, 2): 3}",
        "A ( a : 1 )",
    ] {
        let ours = read(text);
        if ron::from_str::<ron::Value>(text).is_ok() {
            assert!(ours.is_ok(), "{text}: {}", ours.unwrap_err());
        }
    }
}

#[test]
fn numbers_are_exact() {
    for (text, value) in [
        ("0.1", Rational::new(1, 10)),
        ("1_0.2_5", Rational::new(41, 4)),
        ("-0x10", Rational::new(-16, 1)),
        ("1e-6", Rational::new(1, 1_000_000)),
        (".5", Rational::new(1, 2)),
    ] {
        assert_eq!(read(text).unwrap().number().unwrap(), &value, "{text}");
    }
    let range = read("0.1..0.25").unwrap();
    assert!(matches!(&range.kind, Kind::Range(low, high)
        if *low == Rational::new(1, 10) && *high == Rational::new(1, 4)));
    for text in [
        "1.2.3", "1x", "0x", "0xg", "--1", "1e", "1u8", "inf", "NaN", "-", "1..", "0x-1", "1e99999",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn places_are_exact() {
    let text = "A(b: [1, \"x\\ny\"])";
    let root = read(text).unwrap();
    assert_eq!(root.place.span, Span::new(0, text.len()));
    let item = &root.fields("A").unwrap().required("b").unwrap().list().unwrap()[1];
    assert_eq!(&text[item.place.span.start..item.place.span.end], "\"x\\ny\"");
    // The decoded text is `x`, a newline, `y`; each points at what it was written as.
    let passage = item.text().unwrap();
    let written = |start, end| {
        let span = passage.place(Span::new(start, end)).span;
        &text[span.start..span.end]
    };
    assert_eq!((written(0, 1), written(1, 2), written(2, 3)), ("x", "\\n", "y"));
}

#[test]
fn duplicates_show_both_places() {
    assert_eq!(
        refused("{\n  \"goal\": 1,\n  \"goal\": 2,\n}"),
        r#"error: the key `"goal"` comes twice
 --> w.ron:3:3
  |
3 |   "goal": 2,
  |   ^^^^^^ second time
 --> w.ron:2:3
  |
2 |   "goal": 1,
  |   ------ first time
hint: remove one of them, or rename it
"#
    );
    assert!(refused("A(x: 1, x: 1)").starts_with("error: the field `x` comes twice"));
    assert!(refused("{1: 0, 1.0: 0}").contains("comes twice"));
    assert!(refused("{(1, [2]): 0, (1, [2]): 0}").contains("comes twice"));
    assert!(read("{(1, [2]): 0, (1, 2): 0, \"1\": 0, 1: 0}").is_ok());
}

#[test]
fn brackets_that_do_not_match_show_where_they_opened() {
    assert_eq!(
        refused("World(\n  goals: [1, 2\n"),
        "error: `[` is never closed\n --> w.ron:2:10\n  |\n2 |   goals: [1, 2\n  |          ^ opened here\n"
    );
    assert_eq!(
        refused("(a: [1)"),
        "error: `)` closes nothing\n --> w.ron:1:7\n  |\n1 | (a: [1)\n  |       ^ expected `]`\n --> w.ron:1:5\n  |\n\
         1 | (a: [1)\n  |     - `]` would close this\n"
    );
    assert!(refused("\"abc").contains("never closed"));
    assert!(refused("1 /* /* */").contains("never closed"));
    assert!(refused("r##\"a\"#").contains("never closed"));
}

#[test]
fn a_missing_comma_points_after_the_item_before() {
    assert_eq!(
        refused("A(\n  x: 1\n  y: 2,\n)"),
        "error: a comma is missing\n --> w.ron:2:7\n  |\n2 |   x: 1\n  |       ^ expected `,` or `)` after this\n"
    );
    assert!(refused("A(x = 1)").contains("hint: write `:`"));
    assert!(refused("[1; 2]").contains("comma is missing"));
    assert!(refused("").contains("the text ends here"));
    assert!(refused("1 2").contains("expected the end of the text, found `2`"));
    assert!(refused("A(x: 1, 2)").contains("a value without a name follows one with a name"));
}

#[test]
fn unknown_and_missing_fields_are_named() {
    let node = read("World(nmae: \"a\", 3, )").expect_err("a positional value after a named one");
    assert!(node.message.contains("without a name"));
    let node = read("World(nmae: \"a\")").unwrap();
    let mut fields = node.fields("World").unwrap();
    assert_eq!(
        render(&fields.required("name").unwrap_err()),
        "error: `World` lacks its field `name`\n --> w.ron:1:1\n  |\n1 | World(nmae: \"a\")\n  | ^^^^^\n\
         hint: is `nmae` meant to be `name`?\n"
    );
    assert!(fields.optional("about").is_none());
    assert_eq!(
        render(&fields.finish().unwrap_err()),
        "error: `World` has no field `nmae`\n --> w.ron:1:7\n  |\n1 | World(nmae: \"a\")\n  |       ^^^^ expected one of \
         `name`, `about`\nhint: did you mean `name`?\n"
    );
    let wrong = read("Wrold()").unwrap();
    let error = wrong.fields("World").unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean `World`?"));
    let error = read("EachActoin")
        .unwrap()
        .variant(&["EachAction", "Once"])
        .unwrap_err();
    assert_eq!(error.message, "`EachActoin` is not known here");
    assert_eq!(error.hint.as_deref(), Some("did you mean `EachAction`?"));
    let node = read("P(1, 2)").unwrap();
    let mut fields = node.fields("P").unwrap();
    fields.item("a number").unwrap();
    assert!(
        fields
            .finish()
            .unwrap_err()
            .message
            .contains("takes no such value")
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&deep(Document::DEPTH_MAX)).is_ok());
    assert!(refused(&deep(Document::DEPTH_MAX + 1)).contains("too deep"));
    assert!(refused(&"(".repeat(1_000_000)).contains("too deep"));
    assert!(read(&format!("{}1{}", "Some(".repeat(64), ")".repeat(64))).is_ok());
}

#[test]
fn errors_inside_texts_point_at_the_character() {
    let node = read("\"\\\"a b\\\" + \\t* 2\"").unwrap();
    assert_eq!(
        render(&node.expression().unwrap_err()),
        "error: expected a number, a name or `(`, found `*`\n --> w.ron:1:14\n  |\n1 | \"\\\"a b\\\" + \\t* 2\"\n  \
         |              ^\n"
    );
}

#[test]
fn long_lines_tabs_and_wide_characters_are_drawn_in_line() {
    let text = format!("[\"{}\",\t\"日本\", ?]", "x".repeat(150));
    let drawn = refused(&text);
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(
        lines[3].chars().count() < 120 && lines[3].contains("…xxx"),
        "{drawn}"
    );
    // Two wide characters take four columns but two places in the line.
    let column = lines[3].chars().position(|c| c == '?').unwrap() + 2;
    assert_eq!(lines[4].chars().position(|c| c == '^'), Some(column), "{drawn}");
    let multiline = read("A(\n1,\n)").unwrap().error("all of it");
    assert_eq!(
        render(&multiline),
        "error: all of it\n --> w.ron:1:1\n  |\n1 | A(\n  | ^^\n"
    );
    // Nothing in a text reaches the terminal as a command.
    assert!(!refused("\"\u{1b}[31m\" ?").contains('\u{1b}'));
    assert!(!refused("\u{202e}").contains('\u{202e}'));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        if let Err(error) = read(&text) {
            let _ = render(&error);
        }
    }

    #[test]
    fn no_near_miss_makes_the_reader_panic(
        cut in 0..LAVA.len(), length in 0_usize..40, junk in "[\\[\\](){}:,\"'\\\\/*#r.0-9a-z \n\t]{0,12}"
    ) {
        prop_assume!(LAVA.is_char_boundary(cut) && LAVA.is_char_boundary((cut + length).min(LAVA.len())));
        let text = format!("{}{junk}{}", &LAVA[..cut], &LAVA[(cut + length).min(LAVA.len())..]);
        if let Err(error) = read(&text) {
            let place = error.place.as_ref().expect("every mistake in a text has a place");
            prop_assert!(place.span.start <= place.span.end && place.span.start <= text.len());
            prop_assert!(render(&error).contains("w.ron:"));
        }
    }

    #[test]
    fn texts_come_back_as_ron_writes_them(words in "\\PC*", control in "[\\x00-\\x1f\"\\\\\u{7f}]*") {
        let text = format!("{words}{control}");
        let written = ron::to_string(&text).unwrap();
        let node = read(&written).unwrap();
        prop_assert_eq!(node.text().unwrap().as_str(), &text);
        prop_assert_eq!(node.place.span, Span::new(0, written.len()));
    }

    #[test]
    fn every_offset_of_a_text_maps_to_its_character(text in "[a-c\n\"\\\\é]{0,20}") {
        let written = ron::to_string(&text).unwrap();
        let node = read(&written).unwrap();
        let passage = node.text().unwrap();
        for (at, c) in text.char_indices() {
            let span = passage.place(Span::new(at, at + c.len_utf8())).span;
            let one = read(&format!("\"{}\"", &written[span.start..span.end])).unwrap();
            prop_assert_eq!(one.text().unwrap().as_str(), c.to_string());
        }
    }

    #[test]
    fn integers_agree_with_ron(value in any::<i64>()) {
        let text = ron::to_string(&value).unwrap();
        prop_assert_eq!(read(&text).unwrap().integer().unwrap(), value);
    }
}
