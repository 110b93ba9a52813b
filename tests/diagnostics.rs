//! Every fixture of `tests/diagnostics` gives the diagnostic that its name says, with a place, a note that says why and a
//! help that says what to write; what a user sees of it is a snapshot.
//!
//! A fixture is called `Dxxxx-some-words.yaml`: the first finding by place has that code. Where others follow of
//! necessity, a line `# expect: Dxxxx Dyyyy` in the leading comment names all codes. The snapshot of a rule has the
//! design as well.

use datatest_stable::Result;
use design::diagnostic::{Code, Diagnostic, Severity};
use design::source::Source;
use design::{Objective, compile};
use std::path::Path;

/// Columns of the snapshots.
const WIDTH: usize = 100;

/// The codes that a fixture may give, that of its name first.
fn expected(name: &str, text: &str) -> Result<Vec<Code>> {
    let of = |id: &str| Code::find(id).ok_or_else(|| format!("no code {id}"));
    let mut codes = vec![of(name.get(..5).ok_or("a name without a code")?)?];
    let comment = text.lines().take_while(|l| l.starts_with('#'));
    for ids in comment.filter_map(|l| l.strip_prefix("# expect: ")) {
        for id in ids.split_whitespace() {
            codes.push(of(id)?);
        }
    }
    Ok(codes)
}

/// What is to be said about a finding that leaves the reader alone.
fn lacks(finding: &Diagnostic, source: &Source) -> Vec<&'static str> {
    let mut made = Vec::new();
    let inside = |span: design::source::Span| {
        span.start <= span.end
            && span.end <= source.text.len()
            && source.text.get(span.start..span.end).is_some()
    };
    if !finding.span().is_some_and(inside) {
        made.push("no place in the file");
    }
    if finding.notes.is_empty() {
        made.push("no note that says why");
    }
    if finding.help.is_none() {
        made.push("no help that says what to write");
    }
    made
}

fn fixture(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path)?;
    let name = path.file_stem().and_then(|n| n.to_str()).ok_or("a name")?;
    let allowed = expected(name, &text)?;
    let source = Source::new("design.yaml", text);
    let made = compile(&source, Objective::Indexes);
    // Notes that are not expected are left out: nearly every small file has some.
    let mut diagnostics = made.diagnostics;
    for code in Code::ALL.iter().filter(|c| c.severity() == Severity::Note) {
        if !allowed.contains(code) {
            diagnostics.reweigh(*code, None);
        }
    }
    let rendered = diagnostics.render_all(&source, false, WIDTH);
    // What a rule says of a design is read beside the design.
    let shown = if allowed.first().is_some_and(|c| c.is_rule()) {
        format!("{}\n{rendered}", source.text)
    } else {
        rendered.clone()
    };
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        snapshot_path => "snapshots/diagnostics",
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, shown);
    });
    let findings = diagnostics.sorted();
    let first = findings.first().ok_or("there is no finding")?;
    if Some(&first.code) != allowed.first() {
        return Err(format!("the first finding is\n{rendered}").into());
    }
    for finding in &findings {
        if !allowed.contains(&finding.code) {
            return Err(format!("{} is not expected:\n{rendered}", finding.code.id()).into());
        }
        let lacks = lacks(finding, &source);
        if !lacks.is_empty() {
            return Err(format!("{}:\n{rendered}", lacks.join(", ")).into());
        }
    }
    for code in &allowed {
        if !findings.iter().any(|f| f.code == *code) {
            return Err(format!("{} does not occur:\n{rendered}", code.id()).into());
        }
    }
    Ok(())
}

datatest_stable::harness! {
    { test = fixture, root = "tests/diagnostics", pattern = r"\.yaml$" },
}
