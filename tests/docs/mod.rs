//! Parts of pages that the tests write: text between a marker `<!-- name -->` and `<!-- /name -->`.

use std::error::Error;
use std::path::Path;

/// How the tests of this folder end.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The widest line of a page.
pub(crate) const WIDTH: usize = 100;

/// A marked part of a page.
pub(crate) struct Part<'a> {
    /// What stands in the opening marker after the name.
    pub(crate) arguments: &'a str,
    /// What stands between the markers, without the line breaks next to them.
    pub(crate) text: &'a str,
    start: usize,
    end: usize,
}

/// The parts of a page with a name, in order.
pub(crate) fn parts<'a>(page: &'a str, name: &str) -> Result<Vec<Part<'a>>, String> {
    let (opening, closing) = (format!("<!-- {name}"), format!("<!-- /{name} -->"));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = page[at..].find(&opening).map(|p| p + at) {
        let rest = &page[begin + opening.len()..];
        let (arguments, _) = rest
            .split_once(" -->\n")
            .ok_or_else(|| format!("`{opening}` has no end"))?;
        let start = begin + opening.len() + arguments.len() + " -->\n".len();
        let end = page[start..]
            .find(&closing)
            .map(|p| p + start)
            .ok_or_else(|| format!("`{opening}` has no `{closing}`"))?;
        found.push(Part {
            arguments: arguments.trim(),
            text: page[start..end].trim_matches('\n'),
            start,
            end,
        });
        at = end;
    }
    Ok(found)
}

/// What a part should hold, by the arguments in its marker.
pub(crate) type Wanted<'a> = &'a mut dyn FnMut(&str) -> Result<String, Box<dyn Error>>;

/// Checks that the parts of a page with a name are what `wanted` makes of their arguments. With `UPDATE_DOCS` set, they
/// are rewritten instead. The result says what differs.
pub(crate) fn check(
    path: &Path,
    name: &str,
    wanted: Wanted<'_>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let page = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let found = parts(&page, name)?;
    if found.is_empty() {
        return Err(format!("{} has no part `<!-- {name} -->`", path.display()).into());
    }
    let mut made = String::new();
    let mut differences = Vec::new();
    let mut at = 0;
    for part in &found {
        let text = wanted(part.arguments)?;
        let text = text.trim_matches('\n');
        if text != part.text {
            differences.push(format!(
                "{}: the part `{name} {}` is not what the tool gives:\n{text}",
                path.display(),
                part.arguments
            ));
        }
        made.push_str(&page[at..part.start]);
        made.push('\n');
        made.push_str(text);
        made.push_str("\n\n");
        at = part.end;
    }
    made.push_str(&page[at..]);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        if made != page {
            std::fs::write(path, made)?;
        }
        differences.clear();
    }
    Ok(differences)
}

/// The outcome of a test that has found differences.
pub(crate) fn report(differences: &[String], test: &str) -> Outcome {
    if differences.is_empty() {
        return Ok(());
    }
    let all = differences.join("\n\n");
    Err(format!("{all}\n\n`UPDATE_DOCS=1 cargo test --test {test}` rewrites the pages").into())
}

/// Lines of a page that are wider than [`WIDTH`], outside of tables and fences; an address may be longer.
pub(crate) fn wide_lines(path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let page = std::fs::read_to_string(path)?;
    let mut fenced = false;
    let mut wide = Vec::new();
    for (number, line) in (1..).zip(page.lines()) {
        fenced ^= line.starts_with("```");
        let may = fenced || line.starts_with('|') || line.contains("https://");
        if !may && line.chars().count() > WIDTH {
            wide.push(format!("{}:{number} is wider than {WIDTH}", path.display()));
        }
    }
    Ok(wide)
}
