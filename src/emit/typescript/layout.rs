//! Lines of TypeScript that are too long, broken where prettier breaks them.
//!
//! Promises: a line that fits is left as it is, so that what makes the code writes every statement on one line, and
//! objects and blocks on as many as it likes. Only the shapes that the generated code has are known; the tests run
//! prettier over all of it.

/// The most columns of a line.
const WIDTH: usize = 80;

/// Breaks every line that is too long.
pub(super) fn laid_out(code: &str) -> String {
    let mut made = String::new();
    for line in code.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        for line in broken(indent, text) {
            made.push_str(&line);
            made.push('\n');
        }
    }
    made
}

fn at(indent: usize, text: &str) -> String {
    format!("{}{text}", " ".repeat(indent))
}

fn broken(indent: usize, text: &str) -> Vec<String> {
    let fits = indent + text.chars().count() <= WIDTH;
    if fits || ["//", "/*", "*"].iter().any(|c| text.starts_with(c)) {
        return vec![at(indent, text)];
    }
    union(indent, text)
        .or_else(|| arrow(indent, text))
        .or_else(|| together(indent, text))
        .or_else(|| assignment(indent, text))
        .or_else(|| condition(indent, text))
        .or_else(|| brackets(indent, text))
        .unwrap_or_else(|| vec![at(indent, text)])
}

/// `export type A = B | C;`
fn union(indent: usize, text: &str) -> Option<Vec<String>> {
    let body = text.strip_prefix("export type ")?;
    let (name, of) = body.split_once(" = ")?;
    let parts = split(of.strip_suffix(';')?, " | ");
    if parts.len() < 2 {
        return None;
    }
    let mut made = vec![at(indent, &format!("export type {name} ="))];
    if indent + 2 + of.chars().count() <= WIDTH {
        made.push(at(indent + 2, of));
        return Some(made);
    }
    let last = parts.len() - 1;
    for (place, part) in parts.into_iter().enumerate() {
        let end = if place == last { ";" } else { "" };
        made.push(at(indent + 2, &format!("| {part}{end}")));
    }
    Some(made)
}

/// `a: (b) => C,`
fn arrow(indent: usize, text: &str) -> Option<Vec<String>> {
    let place = outside(text, " => ")?;
    let body = &text[place + 4..];
    if body.ends_with('{') || body.starts_with('(') {
        return None;
    }
    let mut made = vec![at(indent, &text[..place + 3])];
    let parts = split(body, " || ");
    if parts.len() < 2 || indent + 2 + body.chars().count() <= WIDTH {
        made.extend(broken(indent + 2, body));
        return Some(made);
    }
    let last = parts.len() - 1;
    for (place, part) in parts.into_iter().enumerate() {
        let end = if place == last { "" } else { " ||" };
        made.extend(broken(indent + 2, &format!("{part}{end}")));
    }
    Some(made)
}

/// `a: B & C,`
fn together(indent: usize, text: &str) -> Option<Vec<String>> {
    let parts = split(text, " & ");
    if parts.len() < 2 || text.contains('(') || !text.ends_with(',') {
        return None;
    }
    let last = parts.len() - 1;
    let line = |(place, part): (usize, &str)| {
        let end = if place == last { "" } else { " &" };
        at(
            if place == 0 { indent } else { indent + 2 },
            &format!("{part}{end}"),
        )
    };
    Some(parts.into_iter().enumerate().map(line).collect())
}

/// `const a = B;` and `a: B,` where B is a text or is made of several.
fn assignment(indent: usize, text: &str) -> Option<Vec<String>> {
    let (left, right, sign) = parted(text)?;
    let body = right.trim_end_matches([';', ',']);
    let parts = split(body, " || ");
    if !is_text(body) && parts.len() < 2 {
        return None;
    }
    let mut made = vec![at(indent, &format!("{left}{sign}"))];
    let whole = indent + 2 + right.chars().count() <= WIDTH;
    if parts.len() < 2 || whole {
        made.push(at(indent + 2, right));
        return Some(made);
    }
    let last = parts.len() - 1;
    for (place, part) in parts.into_iter().enumerate() {
        let end = if place == last {
            &right[body.len()..]
        } else {
            " ||"
        };
        made.extend(broken(indent + 2, &format!("{part}{end}")));
    }
    Some(made)
}

/// The two sides of an assignment or property, and the sign between them.
fn parted(text: &str) -> Option<(&str, &str, &'static str)> {
    let statement = ["const ", "let ", "names[", "values["]
        .iter()
        .any(|start| text.starts_with(start));
    if statement && text.ends_with(';') {
        let place = outside(text, " = ")?;
        return Some((&text[..place], &text[place + 3..], " ="));
    }
    if text.ends_with(',') {
        let place = outside(text, ": ")?;
        return Some((&text[..place], &text[place + 2..], ":"));
    }
    None
}

/// `if (a || b) {` and `return a && b;`
fn condition(indent: usize, text: &str) -> Option<Vec<String>> {
    let (start, body, end) = if let Some(rest) = text.strip_prefix("if (") {
        ("if (", rest.strip_suffix(") {")?, ") {")
    } else {
        (
            "return (",
            text.strip_prefix("return ")?.strip_suffix(';')?,
            ");",
        )
    };
    for sign in [" || ", " && "] {
        let parts = split(body, sign);
        if parts.len() < 2 {
            continue;
        }
        let mut made = vec![at(indent, start)];
        let last = parts.len() - 1;
        for (place, part) in parts.into_iter().enumerate() {
            let sign = if place == last { "" } else { sign.trim_end() };
            made.extend(broken(indent + 2, &format!("{part}{sign}")));
        }
        made.push(at(indent, end));
        return Some(made);
    }
    if start == "if (" {
        return Some(vec![
            at(indent, start),
            at(indent + 2, body),
            at(indent, end),
        ]);
    }
    None
}

/// Whatever has brackets: the parameters of a function, else the last brackets of all, outermost first.
fn brackets(indent: usize, text: &str) -> Option<Vec<String>> {
    let groups = groups(text);
    let function = text.ends_with('{') || text.ends_with("=>");
    let (open, close) = if function {
        *groups.first()?
    } else {
        *groups.last()?
    };
    let inside = text[open + 1..close].trim();
    if inside.is_empty() {
        return None;
    }
    let mut made = vec![at(indent, &text[..=open])];
    for part in split(inside, ", ") {
        let end = if text.starts_with("export type ") {
            ';'
        } else {
            ','
        };
        let part = part.trim_end_matches(',');
        made.extend(broken(indent + 2, &format!("{part}{end}")));
    }
    made.push(at(indent, &text[close..]));
    Some(made)
}

fn is_text(of: &str) -> bool {
    of.len() > 1
        && of.starts_with('"')
        && of.ends_with('"')
        && !of[1..of.len() - 1].replace("\\\"", "").contains('"')
}

/// The outermost brackets: places of the opening and the closing one.
fn groups(text: &str) -> Vec<(usize, usize)> {
    let mut made = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (place, letter, depth) in letters(text) {
        match letter {
            '(' | '[' | '{' => open.push(place),
            ')' | ']' | '}' => {
                if let Some(start) = open.pop()
                    && depth == 0
                {
                    made.push((start, place));
                }
            }
            _ => {}
        }
    }
    made
}

/// The place of a text that is in no brackets and in no literal.
fn outside(text: &str, what: &str) -> Option<usize> {
    let mut all = letters(text);
    all.find(|(place, _, depth)| *depth == 0 && text[*place..].starts_with(what))
        .map(|(place, _, _)| place)
}

/// The parts of a text between separators that are in no brackets and in no literal.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut made = Vec::new();
    let mut start = 0;
    for (place, _, depth) in letters(text) {
        if depth == 0 && place >= start && text[place..].starts_with(separator) {
            made.push(&text[start..place]);
            start = place + separator.len();
        }
    }
    made.push(&text[start..]);
    made
}

/// The letters outside of literals, with their places and how deep in brackets they are (a closing one as what is
/// around it).
fn letters(text: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let mut depth = 0;
    let mut literal: Option<char> = None;
    let mut escaped = false;
    text.char_indices().filter_map(move |(place, letter)| {
        if let Some(end) = literal {
            if escaped {
                escaped = false;
            } else if letter == '\\' {
                escaped = true;
            } else if letter == end {
                literal = None;
            }
            return None;
        }
        match letter {
            '"' | '`' => {
                literal = Some(letter);
                None
            }
            '(' | '[' | '{' => {
                depth += 1;
                Some((place, letter, depth))
            }
            ')' | ']' | '}' => {
                depth -= 1;
                Some((place, letter, depth))
            }
            '<' if text[..place].ends_with(|c: char| c.is_alphanumeric()) => {
                depth += 1;
                Some((place, letter, depth))
            }
            '>' if depth > 0 && !text[..place].ends_with(['=', ' ']) => {
                depth -= 1;
                Some((place, letter, depth))
            }
            _ => Some((place, letter, depth)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        let code = "const a = b(c, d);\n  // a comment that is much longer than eighty columns, which nobody breaks, ever\n";
        assert_eq!(laid_out(code), code);
    }

    #[test]
    fn parameters_and_arguments_are_broken_one_a_line() {
        let long = "x".repeat(50);
        assert_eq!(
            laid_out(&format!(
                "  call(first, \"a, b\", {long}, `${{f(a, b)}}`);\n"
            )),
            format!("  call(\n    first,\n    \"a, b\",\n    {long},\n    `${{f(a, b)}}`,\n  );\n")
        );
        assert_eq!(
            laid_out(&format!(
                "function f(a: Map<A, B>, b: {long}): Promise<void> {{\n"
            )),
            format!("function f(\n  a: Map<A, B>,\n  b: {long},\n): Promise<void> {{\n")
        );
    }

    #[test]
    fn unions_texts_and_conditions_have_ways_of_their_own() {
        let long = "x".repeat(40);
        assert_eq!(
            laid_out(&format!("export type A = \"{long}\" | \"{long}\";\n")),
            format!("export type A =\n  | \"{long}\"\n  | \"{long}\";\n")
        );
        assert_eq!(
            laid_out(&format!("  Key: \"{long}{long}\",\n")),
            format!("  Key:\n    \"{long}{long}\",\n")
        );
        assert_eq!(
            laid_out(&format!("if ({long} || {long}) {{\n")),
            format!("if (\n  {long} ||\n  {long}\n) {{\n")
        );
    }
}
