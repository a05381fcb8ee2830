//! The page in a real browser, wide and narrow. Steps aside, and says so, where there is none.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{lava, planned_within, reach};
use murphy_problem::{Bracket, Direction};
use murphy_trace::{Page, PageData, PageExtras, SimulationSettings, VariantRow, simulate};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Returns the name of a browser that can run without a screen.
fn browser() -> Option<String> {
    let asked = std::env::var("MURPHY_BROWSER").ok();
    let names = ["chromium", "chromium-browser", "google-chrome"].map(String::from);
    asked.into_iter().chain(names).find(|name| {
        let version = Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        version.is_ok_and(|status| status.success())
    })
}

/// Opens a page and returns what the probe in it saw, or nothing if the browser does not come to an end.
fn seen(browser: &str, folder: &Path, width: u32) -> Option<BTreeMap<String, String>> {
    let dom = folder.join(format!("dom-{width}.html"));
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-sync",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--virtual-time-budget=5000",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join(format!("profile-{width}")).display()
        ))
        .arg(format!("--window-size={width},1200"))
        .arg("--dump-dom")
        .arg(format!("file://{}", folder.join("page.html").display()))
        .stdout(std::fs::File::create(&dom).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(90);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let dom = std::fs::read_to_string(&dom).unwrap();
    let (_, rest) = dom
        .split_once("<pre id=\"seen\">")
        .unwrap_or_else(|| panic!("the probe left nothing"));
    let (log, _) = rest.split_once("</pre>").unwrap();
    Some(
        log.lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(k, v)| (k.into(), v.into()))
            .collect(),
    )
}

fn page() -> String {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    let simulation = simulate(&problem, &plan, &SimulationSettings::default()).unwrap();
    let bracket = Bracket {
        lower: 0.7,
        upper: 0.71,
    };
    let variants = vec![VariantRow {
        name: "other".into(),
        bracket,
        note: "for comparison".into(),
    }];
    let extras = PageExtras {
        simulation: Some(&simulation),
        variants,
        checked: None,
    };
    let page = Page::render(&PageData::new(&problem, &plan, extras).unwrap());
    page.replacen(
        "</body>",
        &format!("<script>{}</script></body>", include_str!("browser.js")),
        1,
    )
}

#[test]
fn a_person_can_use_the_page() {
    let Some(browser) = browser() else {
        eprintln!("no browser here: the page was not tried in one");
        return;
    };
    let folder = std::env::temp_dir().join(format!("murphy-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("page.html"), page()).unwrap();
    for width in [1400, 500] {
        let Some(seen) = seen(&browser, &folder, width) else {
            eprintln!("the browser hung: the page was not tried in it");
            continue;
        };
        assert_eq!(seen.get("error"), None);
        let expected = [
            ("compared", "3"),
            ("open", "Step 0 of 6"),
            ("keys", "Step 1 of 6"),
            ("alternatives", "4"),
            ("branches", "3"),
            ("triangle", "1"),
            ("happened", "1"),
            ("here", "1"),
            ("cells", "40"),
            ("end", "The run ends here"),
            ("next at the end", "true"),
            ("scrubbed", "Step 1 of 6"),
            ("best", "Best Step 0"),
            ("address", "#best-0"),
            ("shade", "stronger: visited more"),
            ("closer", "Closer"),
            ("found", "2"),
            ("not found", "No state matches."),
            ("second page", "21–40 of 80"),
            ("sorted", "ascending 0"),
            ("nameless buttons", "0"),
            ("spoken", "true"),
            ("too wide", "0"),
            ("playing", "true"),
            ("played", "true"),
        ];
        for (name, value) in expected {
            assert_eq!(
                seen.get(name).map(String::as_str),
                Some(value),
                "{name}, {width} wide"
            );
        }
        assert!(seen["claim"].starts_with("At least 6"), "{}", seen["claim"]);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
