//! `design verify` as scripts and people meet it.

use super::*;
use serde_json::Value as Json;

const SMALL: [&str; 5] = ["verify", SHOP, "--items=100", "--queries=100", "--rounds=1"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SMALL.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_right_plan_passes_and_the_same_seed_prints_the_same() {
    for format in ["--format=text", "--format=json", "--format=junit"] {
        let first = run(&with(&[format, "--seed=5"]));
        assert_eq!(status(&first), 0, "{}", err(&first));
        let text = out(&first);
        assert!(!text.contains('\u{1b}') && err(&first).is_empty(), "{text}");
        assert_eq!(text, out(&run(&with(&[format, "--seed=5"]))));
        let other = out(&run(&with(&[format, "--seed=6"])));
        assert!(text != other || format == "--format=junit");
    }
}

#[test]
fn json_has_the_figures_of_every_pattern() {
    let json: Json = serde_json::from_str(&out(&run(&with(&["--format=json"])))).expect("JSON");
    assert_eq!(json["passed"], true);
    let patterns = json["figures"]["patterns"].as_object().expect("patterns");
    assert_eq!(patterns.len(), 11);
    assert!(
        patterns.values().all(|p| p["calls"].as_u64() > Some(0)),
        "{json}"
    );
}

#[test]
fn a_time_ends_a_run() {
    let made = run(&["verify", SHOP, "--items=50", "--time=1s"]);
    assert_eq!(status(&made), 0, "{}", err(&made));
    assert!(out(&made).contains("no difference in the time given"));
    // A time that no clock can hold is one without an end; the round ends it.
    let made = run(&with(&[&format!("--time={}s", u64::MAX)]));
    assert_eq!(status(&made), 0, "{}", err(&made));
}

/// Ctrl-C ends a run with what it has shown so far, and the status that shells give.
#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_far_it_came() {
    let mut run = design(&["verify", SHOP, "--items=50", "--time=300s"]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = run.spawn().expect("design starts");
    let id = run.id().to_string();
    // It watches for the signal before it makes its first table; the pause is for a slow machine to get there.
    std::thread::sleep(std::time::Duration::from_secs(3));
    let killed = Command::new("kill").args(["-INT", &id]).status();
    assert!(killed.expect("kill").success());
    let made = run.wait_with_output().expect("design ends");
    assert_eq!(status(&made), 130, "{}", err(&made));
    let says = "no difference up to where the run was stopped";
    assert!(out(&made).contains(says), "{}", out(&made));
}

#[test]
fn junit_has_a_case_for_each_pattern_and_is_well_formed() {
    let made = run(&with(&["--format=junit"]));
    assert_eq!(status(&made), 0, "{}", err(&made));
    let xml = out(&made);
    assert!(
        xml.contains("tests=\"12\" failures=\"0\" skipped=\"0\""),
        "{xml}"
    );
    assert_eq!(xml.matches("<testcase ").count(), 12, "{xml}");
    assert_eq!(unbalanced(&xml), None, "{xml}");
}

/// The first tag of an XML text that closes nothing or is not closed.
fn unbalanced(xml: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for tag in xml.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else {
            return Some(tag.to_owned());
        };
        let name = tag.trim_start_matches('/').split([' ', '/']).next()?;
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return Some(tag.to_owned());
            }
        } else if !tag.ends_with('/') && !tag.starts_with('?') {
            open.push(name);
        }
    }
    open.pop().map(str::to_owned)
}

#[test]
fn standard_input_is_a_file_too() {
    let shop = std::fs::read(SHOP).expect("the shop");
    let made = run_with(&["verify", "-", "--items=50", "--queries=50"], &shop);
    assert_eq!(status(&made), 0, "{}", err(&made));
}

#[test]
fn what_cannot_be_run_is_2_and_prints_nothing() {
    let nothing_listens = "--engine=http://127.0.0.1:1";
    for (arguments, says) in [
        (&["--engine=nonsense"][..], "no engine `nonsense`"),
        (
            &[nothing_listens],
            "error: nothing listens at http://127.0.0.1:1/\n",
        ),
        (&["--items=0"], "from 1 to 1000000"),
        (&["--items=1000001"], "from 1 to 1000000"),
        (&["--rounds=0"], "a number from 1 is expected"),
        (&["--time=5x"], "write it like 60s"),
        (&["--time=0s"], "write it like 60s"),
    ] {
        let made = run(&[&["verify", SHOP], arguments].concat());
        assert_eq!(status(&made), 2, "{arguments:?}");
        assert!(
            out(&made).is_empty() && err(&made).contains(says),
            "{}",
            err(&made)
        );
    }
    let made = run_with(&["verify", "-"], b"design: x\nentities: 3\n");
    assert_eq!(status(&made), 2);
    assert!(out(&made).is_empty() && err(&made).contains("error["));
}
