//! Text in XML, and the form of a `JUnit` report, which CI servers read.
//!
//! Promises well-formed XML 1.0 for any text: characters that it cannot hold are shown by their code points.

/// What came of a test case.
#[derive(Debug, Clone)]
pub(super) enum Came {
    Passed,
    /// It failed: in a line, and at length.
    Failed(String, String),
    /// Nothing was shown, for this reason.
    Skipped(String),
}

/// A test case, of the class that the suite is about.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) came: Came,
}

/// A `JUnit` report of one suite.
pub(super) fn junit(suite: &str, class: &str, cases: &[Case]) -> String {
    let count = |of: fn(&Came) -> bool| cases.iter().filter(|c| of(&c.came)).count();
    let body: String = cases.iter().map(|c| case(class, c)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{body}  </testsuite>\n</testsuites>\n",
        escaped(suite),
        cases.len(),
        count(|c| matches!(c, Came::Failed(..))),
        count(|c| matches!(c, Came::Skipped(_))),
    )
}

fn case(class: &str, of: &Case) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\"",
        escaped(class),
        escaped(&of.name)
    );
    match &of.came {
        Came::Passed => format!("{head}/>\n"),
        Came::Failed(what, whole) => format!(
            "{head}><failure message=\"{}\">{}</failure></testcase>\n",
            escaped(what),
            escaped(whole)
        ),
        Came::Skipped(why) => {
            format!(
                "{head}><skipped message=\"{}\"/></testcase>\n",
                escaped(why)
            )
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.push_str(&format!("U+{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(escaped("a<b>&\"\u{1}\n"), "a&lt;b&gt;&amp;&quot;U+0001\n");
    }
}
