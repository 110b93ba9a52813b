//! What `design check` found, in the forms that programs read: SARIF, annotations of GitHub, `JUnit`.
//!
//! Promises that each form has every finding with its code, severity, place and way out, notes too; that no text of a
//! design can break out of its place; and that the same findings give the same bytes.

use super::xml::{Came, Case, junit as report};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::plan::Plan;
use crate::source::{Source, Span};
use serde_json::{Value as Json, json};

/// Findings in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS Standard, 27 March 2020), which
/// GitHub code scanning and editors read.
#[must_use]
pub fn sarif(found: &[&Diagnostic], source: &Source) -> Json {
    let mut codes: Vec<Code> = found.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Json> = codes.iter().map(|c| rule(*c)).collect();
    let result = |d: &&Diagnostic| result(d, &codes, source);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "design", "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": found.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code) -> Json {
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": code.explanation(), "markdown": code.explanation() },
        "defaultConfiguration": { "level": code.severity().word() },
    })
}

fn result(of: &Diagnostic, codes: &[Code], source: &Source) -> Json {
    let mut made = json!({
        "ruleId": of.code.id(),
        "level": of.severity.word(),
        "message": { "text": told(of) },
    });
    if let Ok(at) = codes.binary_search(&of.code) {
        made["ruleIndex"] = json!(at);
    }
    // A finding about the design as a whole stands at its first line: a result without a place is not shown.
    let place = of.span().unwrap_or_default();
    made["locations"] =
        json!([{ "physicalLocation": physical(of.narrowed(place, &source.text), source) }]);
    let related: Vec<Json> = of
        .labels
        .iter()
        .filter(|l| !l.primary)
        .enumerate()
        .map(|(at, label)| {
            let mut place = json!({ "id": at, "physicalLocation": physical(label.span, source) });
            if !label.text.is_empty() {
                place["message"] = json!({ "text": label.text });
            }
            place
        })
        .collect();
    if !related.is_empty() {
        made["relatedLocations"] = json!(related);
    }
    if let Some((span, text)) = &of.replacement {
        let replacement = json!({
            "deletedRegion": region(of.narrowed(*span, &source.text), source),
            "insertedContent": { "text": text },
        });
        made["fixes"] = json!([{
            "description": { "text": of.help.as_deref().unwrap_or("write this instead") },
            "artifactChanges": [{ "artifactLocation": { "uri": uri(&source.name) }, "replacements": [replacement] }],
        }]);
    }
    made
}

fn physical(span: Span, source: &Source) -> Json {
    json!({ "artifactLocation": { "uri": uri(&source.name) }, "region": region(span, source) })
}

fn region(span: Span, source: &Source) -> Json {
    let (start, end) = ends(span, source);
    json!({ "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1 })
}

/// Line and column of the first character, and of the one behind the last.
fn ends(span: Span, source: &Source) -> ((usize, usize), (usize, usize)) {
    let place = |at| {
        let position = source.position(Span { start: at, end: at });
        (position.line, position.column)
    };
    (place(span.start), place(span.end.max(span.start)))
}

/// A path as a URI reference (RFC 3986): relative where the path is, so that it is found in a repository.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            b'\\' => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A finding as a text of several lines: what, why, and what to do.
fn told(of: &Diagnostic) -> String {
    let label = of.labels.iter().find(|l| l.primary && !l.text.is_empty());
    let mut lines = vec![of.message.clone()];
    lines.extend(label.map(|l| format!("here: {}", l.text)));
    lines.extend(of.notes.iter().map(|n| format!("note: {n}")));
    lines.extend(of.help.iter().map(|h| format!("help: {h}")));
    lines.join("\n")
}

/// Workflow commands of GitHub Actions, a line each, which show findings beside the lines of a change.
///
/// Source: "Workflow commands for GitHub Actions" in GitHub's documentation, with the escapes of its toolkit.
#[must_use]
pub fn github(found: &[&Diagnostic], source: &Source) -> String {
    found.iter().map(|d| command(d, source)).collect()
}

fn command(of: &Diagnostic, source: &Source) -> String {
    let kind = match of.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![format!("file={}", property(&source.name))];
    if let Some(span) = of.span() {
        let (start, end) = ends(of.narrowed(span, &source.text), source);
        properties.push(format!("line={},endLine={}", start.0, end.0));
        // Columns are taken only where both ends stand on one line.
        if start.0 == end.0 {
            properties.push(format!("col={},endColumn={}", start.1, end.1));
        }
    }
    properties.push(format!("title={}", property(&title(of.code))));
    format!("::{kind} {}::{}\n", properties.join(","), data(&told(of)))
}

fn title(code: Code) -> String {
    format!("{} {}", code.id(), code.name())
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A test case for each pattern, which fails where the pattern is uncovered and that is an error, and one for each other
/// finding that is an error or a warning, which fails where it is an error. Without a plan there are only those.
#[must_use]
pub fn junit(plan: Option<&Plan>, found: &[&Diagnostic], source: &Source) -> String {
    let of_pattern = |name: &str| {
        let head = format!("`{name}` ");
        let mut all = found.iter();
        all.find(|d| d.code == Code::D0401 && d.message.starts_with(&head))
    };
    let patterns = plan.map_or(&[][..], |p| &p.patterns);
    let mut cases: Vec<Case> = patterns
        .iter()
        .map(|pattern| Case {
            name: pattern.name.clone(),
            came: match (pattern.status.as_str(), of_pattern(&pattern.name)) {
                ("uncovered", Some(d)) if d.severity == Severity::Error => failed(d, source),
                ("uncovered", _) => Came::Skipped(
                    pattern
                        .reason
                        .clone()
                        .unwrap_or_else(|| "uncovered".to_owned()),
                ),
                _ => Came::Passed,
            },
        })
        .collect();
    let others = found
        .iter()
        .filter(|d| d.severity != Severity::Note && (d.code != Code::D0401 || plan.is_none()));
    cases.extend(others.map(|d| Case {
        name: format!("{}: {}", title(d.code), d.message),
        came: match d.severity {
            Severity::Error => failed(d, source),
            _ => Came::Skipped(told(d)),
        },
    }));
    let design = plan.map_or(source.name.as_str(), |p| &p.design);
    report(&format!("design check {design}"), design, &cases)
}

fn failed(of: &Diagnostic, source: &Source) -> Came {
    let place = of.span().map(|s| source.position(s)).map_or_else(
        || source.name.clone(),
        |p| format!("{}:{}:{}", source.name, p.line, p.column),
    );
    let whole = format!(
        "{place}\n{}[{}]: {}\n",
        of.severity.word(),
        of.code.id(),
        told(of)
    );
    Came::Failed(of.message.clone(), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("a b/ä.yaml"), "a%20b/%C3%A4.yaml");
        assert_eq!(uri("/x/y"), "file:///x/y");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }

    #[test]
    fn a_text_cannot_end_its_command() {
        let source = Source::new("a,b:c%\n.yaml", "x: 1\n");
        let found = Diagnostic::at(
            Code::D0203,
            Span { start: 0, end: 1 },
            "one\n::error::two % `x`",
        );
        assert_eq!(
            github(&[&found], &source),
            "::error file=a%2Cb%3Ac%25%0A.yaml,line=1,endLine=1,col=1,endColumn=2,title=D0203 unknown-entity::one%0A::error::two %25 `x`\n"
        );
    }
}
