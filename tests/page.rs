//! The page of `design report`: what stands in it, and how a browser shows it.
//!
//! The tests of the browser need `chromium`. They say so and pass where it is not there, unless the variable `CHROMIUM`
//! names one, as it does in CI.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test ends there, or says why it does not run"
)]

use design::plan::Plan;
use design::report::html;
use design::source::Source;
use design::{Objective, compile};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SHOP: &str = "examples/shop/design.yaml";

fn compiled(yaml: &str) -> Plan {
    let source = Source::new("design.yaml", yaml.to_owned());
    let made = compile(&source, Objective::Indexes);
    let found = made.diagnostics.render(&source, false, 100);
    made.plan.expect(&found)
}

fn shop() -> Plan {
    compiled(&std::fs::read_to_string(SHOP).expect("the example"))
}

/// A design whose every text tries to become something else than text.
fn hostile() -> Plan {
    compiled(
        r#"design: hostile
description: "{{ 7 * 7 }}</title></script><script>document.documentElement.dataset.broken='d'</script>"
entities:
  Thing:
    key: id
    description: "<img src=x onerror=\"document.documentElement.dataset.broken='e'\">"
    attributes:
      id: string
      state: ["a\"><script>document.documentElement.dataset.broken='v'</script>", "${1}", "' onfocus='x"]
      text: string
patterns:
  get_thing: { get: Thing, description: "--><svg onload=\"document.documentElement.dataset.broken='p'\">" }
  by_state:
    list: Thing
    by: state
    id: "\"><script>document.documentElement.dataset.broken='i'</script>"
  only_quotes: { list: Thing, where: { state: "' onfocus='x" }, sort: text }
"#,
    )
}

#[test]
fn texts_of_the_design_stay_texts() {
    let page = html::render(&hostile()).expect("a page");
    assert_eq!(page.matches("<script>").count(), 1, "the one of the page");
    assert_eq!(page.matches("</script>").count(), 1);
    for text in ["<img", "<svg onload", "' onfocus", "a\">"] {
        assert!(!page.contains(text), "{text} stands in the page");
    }
    assert!(
        page.contains("${1}") && page.contains("{{ 7 * 7 }}"),
        "as they are"
    );
    assert!(page.contains("&lt;img src=x"), "escaped");
}

#[test]
fn nothing_is_loaded() {
    let page = html::render(&shop()).expect("a page");
    for word in ["src=", "http:", "https:", "url(", "@import", "<link"] {
        // Sample values may be addresses; those of the shop have none.
        assert!(!page.contains(word), "{word} stands in the page");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_same_plan_gives_the_same_page() {
    assert_eq!(html::render(&shop()), html::render(&shop()));
}

#[test]
fn every_pattern_key_and_conflict_stands_in_it() {
    let plan = shop();
    let page = html::render(&plan).expect("a page");
    for pattern in &plan.patterns {
        assert!(
            page.contains(&format!("data-name=\"{}\"", pattern.name)),
            "{}",
            pattern.name
        );
    }
    for kind in plan.entities.iter().flat_map(|e| &e.kinds) {
        for template in kind
            .keys
            .iter()
            .flat_map(|k| k.partition.iter().chain(&k.sort))
        {
            assert!(page.contains(&template.template), "{}", template.template);
        }
    }
    assert_eq!(
        page.matches("class=\"edge").count(),
        plan.proof.conflicts.len()
    );
    assert_eq!(page.matches("<g class=\"clique\">").count(), 4);
}

#[test]
fn each_example_has_a_page() {
    for entry in std::fs::read_dir("examples").expect("examples") {
        let path = entry.expect("entry").path().join("design.yaml");
        if let Ok(yaml) = std::fs::read_to_string(&path) {
            let page = html::render(&compiled(&yaml)).expect("a page");
            assert!(page.ends_with("</html>\n"), "{}", path.display());
        }
    }
}

#[test]
fn a_file_is_written_whole() {
    let folder = Folder::new("whole");
    let out = folder.0.join("plan.html");
    let report = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_design"));
        command
            .arg("report")
            .args(arguments)
            .output()
            .expect("the binary runs")
    };
    let path = out.to_str().expect("a path");
    let written = report(&[SHOP, "--out", path]);
    assert!(written.status.success() && written.stdout.is_empty());
    let printed = report(&[SHOP]);
    let page = std::fs::read(&out).expect("the page");
    assert_eq!(page, printed.stdout);
    // An invalid design leaves it as it is, and nothing beside it.
    let broken = folder.0.join("broken.yaml");
    std::fs::write(&broken, "design: [").expect("a file");
    let failed = report(&[broken.to_str().expect("a path"), "--out", path]);
    assert_eq!(failed.status.code(), Some(2));
    assert_eq!(std::fs::read(&out).expect("the page"), page);
    let nowhere = report(&[SHOP, "--out", "no/such/folder/plan.html"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(&folder.0).expect("a folder").count(), 2);
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("design-page-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A browser with a folder for what it is shown.
struct Browser {
    program: String,
    folder: Folder,
}

impl Browser {
    /// The browser, or nothing where there is none; the test then says so.
    fn find(name: &str) -> Option<Self> {
        let wanted = std::env::var("CHROMIUM").ok();
        let program = wanted.clone().unwrap_or_else(|| "chromium".to_owned());
        let found = Command::new(&program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success());
        if found {
            let folder = Folder::new(name);
            return Some(Self { program, folder });
        }
        assert!(wanted.is_none(), "`{program}` does not run");
        eprintln!("SKIPPED: {name}: there is no chromium");
        None
    }

    /// Writes a file and gives its address.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.0.join(name);
        std::fs::write(&path, text).expect("a file");
        format!("file://{}", path.display())
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let profile = self.folder.0.join("profile");
        let output = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--hide-scrollbars",
                "--virtual-time-budget=4000",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .expect("the browser runs");
        assert!(
            output.status.success(),
            "the browser fails: {}",
            output.status
        );
        output.stdout
    }

    /// The document after its script has run.
    fn dom(&self, address: &str) -> String {
        String::from_utf8(self.run(&["--dump-dom", address])).expect("text")
    }

    fn screenshot(&self, address: &str, more: &[&str]) -> Vec<u8> {
        let path = self.folder.0.join("shot.png");
        let to = format!("--screenshot={}", path.display());
        self.run(&[&[to.as_str(), "--window-size=1280,1400"], more, &[address]].concat());
        std::fs::read(&path).expect("a picture")
    }
}

/// The names of the rows that are shown.
fn shown(dom: &str) -> Vec<&str> {
    let rows = dom.split("<tr data-name=\"").skip(1);
    let opening = rows.filter_map(|r| r.split_once('>').map(|(tag, _)| tag));
    let visible = opening.filter(|tag| !tag.contains("hidden"));
    visible.filter_map(|tag| tag.split('"').next()).collect()
}

#[test]
fn a_search_in_the_address_shows_its_patterns() {
    let Some(browser) = Browser::find("search") else {
        return;
    };
    let page = browser.file("shop.html", &html::render(&shop()).expect("a page"));
    let search = |wanted: &str| browser.dom(&format!("{page}#{wanted}"));
    let dom = search("q=order&entity=Order&index=GSI1");
    assert_eq!(shown(&dom), ["orders_of_customer"]);
    assert!(
        dom.contains("aria-live=\"polite\">1 of 11 patterns<"),
        "the count"
    );
    assert!(!dom.contains("<form id=\"filter\" role=\"search\" aria-label=\"Patterns\" hidden"));
    let dom = search("entity=OrderItem");
    assert_eq!(
        shown(&dom),
        ["order_with_items", "orders_of_product", "place_order"]
    );
    assert_eq!(
        shown(&search("q=begins_with+email")).len(),
        0,
        "every word counts"
    );
    assert_eq!(shown(&search("q=EMAIL%23")), ["customer_by_email"]);
    assert_eq!(
        shown(&search("index=shop&status=covered&q=update")).len(),
        2
    );
    assert_eq!(
        shown(&search("index=no+such+index")).len(),
        11,
        "an unknown choice is none"
    );
    assert_eq!(shown(&browser.dom(&page)).len(), 11);
}

#[test]
fn texts_of_the_design_do_nothing_in_a_browser() {
    let Some(browser) = Browser::find("hostile") else {
        return;
    };
    let page = browser.file("hostile.html", &html::render(&hostile()).expect("a page"));
    let dom = browser.dom(&page);
    assert!(!dom.contains("data-broken"), "a text of the design ran");
    assert_eq!(shown(&dom).len(), 3);
}

#[test]
fn the_page_is_no_wider_than_the_window() {
    let Some(browser) = Browser::find("width") else {
        return;
    };
    let measure = "<script>
        const named = (e) => e.labels ? e.labels.length > 0 || e.textContent.trim() !== '' : true;
        const all = Array.from(document.querySelectorAll('a, button, input, select, [tabindex=\"0\"]'));
        const root = document.documentElement;
        parent.postMessage([root.scrollWidth - root.clientWidth, all.every(named), all[0].className].join(), '*');
        </script>";
    for (name, plan) in [("shop", shop()), ("hostile", hostile())] {
        let page = html::render(&plan).expect("a page");
        let page = browser.file(
            &format!("{name}.html"),
            &page.replace("</body>", &format!("{measure}</body>")),
        );
        for width in [1280, 400] {
            // A window of a browser has a least width; a frame has none.
            let frame = format!(
                "<body><script>addEventListener('message', (e) => {{ document.title = 'found ' + e.data; }})</script>
                 <iframe src='{page}' style='width:{width}px;height:900px;border:0'></iframe>"
            );
            let dom = browser.dom(&browser.file("frame.html", &frame));
            assert!(
                dom.contains("<title>found 0,true,skip</title>"),
                "{name} at {width}: {dom}"
            );
        }
    }
}

#[test]
fn light_and_dark_are_drawn() {
    let Some(browser) = Browser::find("themes") else {
        return;
    };
    let page = browser.file("shop.html", &html::render(&shop()).expect("a page"));
    let empty = browser
        .screenshot(&browser.file("empty.html", ""), &[])
        .len();
    let light = browser.screenshot(&page, &[]);
    let dark = browser.screenshot(&page, &["--blink-settings=preferredColorScheme=0"]);
    assert!(
        light.len() > 10 * empty,
        "{} bytes, {empty} when empty",
        light.len()
    );
    assert!(
        dark.len() > 10 * empty,
        "{} bytes, {empty} when empty",
        dark.len()
    );
    assert_ne!(light, dark);
}

#[test]
fn the_binary_draws_samples() {
    let run = |format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_design"));
        command
            .args(["plan", "--sample", "--format", format, SHOP])
            .env("COLUMNS", "80");
        let output = command.output().expect("the binary runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("text")
    };
    let json: serde_json::Value = serde_json::from_str(&run("json")).expect("JSON");
    assert_eq!(json["design"], "shop");
    assert_eq!(json["pictures"].as_array().map(Vec::len), Some(4));
    assert!(run("text").starts_with("shop: 10 sample items and 2 guards"));
    assert!(run("markdown").starts_with("# shop\n"));
}
