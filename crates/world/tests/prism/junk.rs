//! Whatever is read, nothing panics and nothing runs away.

use murphy_notation::Source;
use murphy_world::{Limits, prism};
use proptest::prelude::*;

const SNIPPETS: [&str; 4] = [
    "mdp const int N = 3; const double p; global g : [0..N] init 1; formula f = x+g>2 | !b;
     module m x : [0..N]; b : bool init true; [a] f -> p:(x'=min(x+1,N)) + 1-p:(b'=!b)&(x'=0);
     [] x=N -> [0.2,0.6]:(g'=mod(g+1,N)) + [0.4,0.8]:true; endmodule
     module n = m [x=y, b=c, a=d] endmodule
     label \"l\" = f & y>=pow(2,1); rewards \"r\" x>0 : 0.5*x; [a] true : log(8,2); endrewards",
    "dtmc module a x:[0..2]; [t] x<2 -> 1/3:(x'=x+1) + 2/3:true; endmodule
     module b y:[-3..5]; [t] y<5 -> (y'=y+1); [] y=5 -> true; endmodule
     init x<=1 & (y=0 | y=2) endinit system a |[t]| b / {t} endsystem",
    "pomdp observables x, \"o\" = x+y>1 endobservables module a x:[0..2]; y:int;
     [u] x=0 -> (x'=x=0?1:2) & (y'=floor(x/2)+ceil(-0.5)); endmodule",
    "probabilistic rate r = 1.5e-3; module q s:[0..7]; [] s!=7 -> r:(s'=s+1) + (1-r):(s'=0); [] s=7 => true -> true; endmodule",
];

const TOKENS: [&str; 40] = [
    "mdp",
    "module",
    "endmodule",
    "init",
    "endinit",
    "(",
    ")",
    "[",
    "]",
    "x",
    "y",
    "'",
    "=",
    "->",
    "..",
    ":",
    ";",
    "+",
    "-",
    "*",
    "/",
    "&",
    "|",
    "!",
    "?",
    "<=",
    "0",
    "1",
    "99999999999999999999",
    "1e4000",
    "1e-9",
    "true",
    "false",
    "min",
    "pow",
    "\"l\"",
    "formula",
    "rewards",
    "{",
    "system",
];

/// Reads and unfolds within small limits; that it returns is all.
fn swallow(text: &str) {
    let limits = Limits {
        states_max: 300,
        branches_max: 2000,
    };
    let settings = [
        ("p".to_owned(), "0.25".to_owned()),
        ("N".to_owned(), "3".to_owned()),
    ];
    if let Ok(program) = prism::parse(Source::new("junk", text)) {
        let unfolded = program.unfold(&settings, &limits);
        if let Err(error) = unfolded {
            assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn snippets_are_models() {
    let settings = [("p".to_owned(), "0.25".to_owned())];
    for snippet in SNIPPETS {
        let read = prism::parse(Source::new("m", snippet));
        let program = read.unwrap_or_else(|error| panic!("{error}"));
        program
            .unfold(&settings, &Limits::default())
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn every_beginning_of_a_model_ends_in_one_answer() {
    for snippet in SNIPPETS {
        for end in (0..snippet.len()).filter(|end| snippet.is_char_boundary(*end)) {
            swallow(&snippet[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn mutated_models_do_no_harm(
        which in 0..SNIPPETS.len(),
        edits in prop::collection::vec((0usize..700, 0usize..12, 0..TOKENS.len()), 1..6),
    ) {
        let mut bytes = SNIPPETS[which].as_bytes().to_vec();
        for (at, removed, token) in edits {
            let start = at.min(bytes.len());
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, format!(" {} ", TOKENS[token]).into_bytes());
        }
        swallow(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn token_soup_does_no_harm(tokens in prop::collection::vec(0..TOKENS.len(), 0..60)) {
        let text: Vec<&str> = tokens.iter().map(|token| TOKENS[*token]).collect();
        swallow(&text.join(" "));
    }

    #[test]
    fn any_text_does_no_harm(text in "\\PC{0,200}") {
        swallow(&text);
        swallow(&format!("mdp module m x:[0..3]; [] {text} -> true; endmodule"));
    }
}
