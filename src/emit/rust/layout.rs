//! Prints Rust as `rustfmt` lays it out.
//!
//! Promises: what is printed is what `rustfmt` would leave as it is, for the few forms that the client is made of: calls,
//! chains of calls, arrays, struct literals, signatures, and statements around them. Whoever writes with it names
//! intermediate values, so that nothing is nested deeper than these forms.

/// The width of a line.
pub(super) const WIDTH: usize = 100;
/// The width of the arguments of a call, or of the elements of an array, on one line.
const INSIDE: usize = 60;
/// A chain of calls on one line is shorter than this.
const CHAIN: usize = 60;
/// The width of the fields of a struct literal on one line.
const FIELDS: usize = 18;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum E {
    /// Printed as it is.
    Raw(String),
    /// A callee and its arguments.
    Call(String, Vec<Self>),
    /// `[…]`, or with a prefix like `vec!` or `&`.
    Array(&'static str, Vec<Self>),
    /// What comes first, and what is called on it.
    Chain(String, Vec<Self>),
    /// A struct and its fields.
    Struct(String, Vec<(String, Self)>),
    /// An expression with something behind it, such as `?`.
    Suffixed(Box<Self>, String),
    /// An expression with something before it, such as `&`.
    Prefixed(&'static str, Box<Self>),
}

/// An expression that is printed as it is.
pub(super) fn raw(text: impl Into<String>) -> E {
    E::Raw(text.into())
}

/// A call.
pub(super) fn call(callee: impl Into<String>, arguments: Vec<E>) -> E {
    E::Call(callee.into(), arguments)
}

impl E {
    /// On one line, if the forms allow that whatever the place is.
    fn flat(&self) -> Option<String> {
        let list = |all: &[Self], most: usize| -> Option<String> {
            let all: Option<Vec<String>> = all.iter().map(Self::flat).collect();
            let text = all?.join(", ");
            (text.chars().count() <= most).then_some(text)
        };
        Some(match self {
            Self::Raw(text) => text.clone(),
            // A lone text may be as long as the line.
            Self::Call(callee, arguments) => match arguments.as_slice() {
                [Self::Raw(text)] if text.starts_with('"') => format!("{callee}({text})"),
                _ => format!("{callee}({})", list(arguments, INSIDE)?),
            },
            Self::Array(prefix, elements) => format!("{prefix}[{}]", list(elements, INSIDE)?),
            Self::Chain(root, links) => {
                let links: Option<Vec<String>> = links.iter().map(Self::flat).collect();
                let text = format!("{root}{}", links?.concat());
                if text.chars().count() >= CHAIN {
                    return None;
                }
                text
            }
            Self::Struct(name, fields) => {
                let all: Option<Vec<String>> = fields
                    .iter()
                    .map(|(name, value)| Some(field(name, &value.flat()?)))
                    .collect();
                let text = all?.join(", ");
                if text.chars().count() > FIELDS {
                    return None;
                }
                format!("{name} {{ {text} }}")
            }
            Self::Suffixed(inner, suffix) => format!("{}{suffix}", inner.flat()?),
            Self::Prefixed(prefix, inner) => format!("{prefix}{}", inner.flat()?),
        })
    }

    /// From a column on, with so many characters behind it on its last line; `indent` is that of its line.
    fn print(&self, indent: usize, column: usize, behind: usize) -> String {
        if let Some(text) = self.flat()
            && column + text.chars().count() + behind <= WIDTH
        {
            return text;
        }
        let (inner, outer) = (" ".repeat(indent + 4), " ".repeat(indent));
        let lines = |all: &[Self]| -> String {
            all.iter().fold(String::new(), |text, e| {
                text + &format!("{inner}{},\n", e.print(indent + 4, indent + 4, 1))
            })
        };
        match self {
            Self::Raw(text) => text.clone(),
            Self::Call(callee, arguments) => match arguments.as_slice() {
                [] => format!("{callee}()"),
                // An array that is too long beside the call has its elements below, though it is not too long by itself.
                [one @ Self::Array(prefix, elements)]
                    if one.flat().is_some_and(|t| t.chars().count() > INSIDE) =>
                {
                    format!(
                        "{callee}({prefix}[\n{}{outer}])",
                        packed(elements, indent, lines)
                    )
                }
                // A lone argument that has brackets of its own stays beside those of the call.
                [one @ (Self::Call(..) | Self::Array(..) | Self::Struct(..))] => {
                    let column = column + callee.chars().count() + 1;
                    format!("{callee}({})", one.print(indent, column, behind + 1))
                }
                _ => format!("{callee}(\n{}{outer})", lines(arguments)),
            },
            Self::Array(prefix, elements) => {
                format!("{prefix}[\n{}{outer}]", packed(elements, indent, lines))
            }
            Self::Chain(root, links) => {
                let mut text = root.clone();
                // A root as short as an indentation has the first link beside it.
                let mut links = links.iter();
                if column == indent && root.len() <= 4 {
                    text.push_str(&links.next().and_then(Self::flat).unwrap_or_default());
                }
                for link in links {
                    text.push_str(&format!("\n{inner}"));
                    text.push_str(&link.print(indent + 4, indent + 4, 0));
                }
                text
            }
            Self::Suffixed(inner, suffix) => {
                let behind = behind + suffix.chars().count();
                format!("{}{suffix}", inner.print(indent, column, behind))
            }
            Self::Prefixed(prefix, inner) => {
                let column = column + prefix.chars().count();
                format!("{prefix}{}", inner.print(indent, column, behind))
            }
            Self::Struct(name, fields) => {
                let mut text = format!("{name} {{\n");
                for (name, value) in fields {
                    let column = indent + 4 + name.chars().count() + 2;
                    let value = value.print(indent + 4, column, 1);
                    text.push_str(&format!("{inner}{},\n", field(name, &value)));
                }
                format!("{text}{outer}}}")
            }
        }
    }
}

/// `name: value`, or the name alone where both are the same.
fn field(name: &str, value: &str) -> String {
    if name == value {
        name.to_owned()
    } else {
        format!("{name}: {value}")
    }
}

/// Elements of at most ten characters fill lines, others have one each.
fn packed(elements: &[E], indent: usize, lines: impl Fn(&[E]) -> String) -> String {
    let texts: Option<Vec<String>> = elements.iter().map(E::flat).collect();
    let Some(texts) = texts.filter(|t| t.iter().all(|t| t.chars().count() <= 10)) else {
        return lines(elements);
    };
    let inner = " ".repeat(indent + 4);
    let mut out = String::new();
    let mut line = inner.clone();
    for text in texts {
        let wanted = text.chars().count() + if line == inner { 1 } else { 2 };
        if line.chars().count() + wanted > WIDTH {
            out.push_str(&format!("{line}\n"));
            line.clone_from(&inner);
        }
        if line != inner {
            line.push(' ');
        }
        line.push_str(&format!("{text},"));
    }
    out.push_str(&format!("{line}\n"));
    out
}

/// Code on its way, line by line.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    text: String,
    indent: usize,
}

impl Code {
    pub(super) fn new(indent: usize) -> Self {
        Self {
            text: String::new(),
            indent,
        }
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    /// A line as it is.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            self.text.push_str(&" ".repeat(self.indent));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }

    /// Lines that are printed already.
    pub(super) fn append(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    /// A line that opens a block.
    pub(super) fn open(&mut self, text: impl AsRef<str>) {
        self.line(text);
        self.indent += 4;
    }

    /// What follows is inside of a block.
    pub(super) fn deeper(&mut self) {
        self.indent += 4;
    }

    /// The line that ends a block.
    pub(super) fn close(&mut self, text: &str) {
        self.indent = self.indent.saturating_sub(4);
        self.line(text);
    }

    /// The end of a block, and the beginning of another.
    pub(super) fn reopen(&mut self, text: &str) {
        self.close(text);
        self.indent += 4;
    }

    /// `prefix` expression `suffix`: a statement, or the last expression of a block.
    pub(super) fn stmt(&mut self, prefix: &str, expression: &E, suffix: &str) {
        let start = self.indent + prefix.chars().count();
        let behind = suffix.chars().count();
        let fits = |column: usize| {
            let flat = expression.flat()?;
            (column + flat.chars().count() + behind <= WIDTH).then_some(flat)
        };
        let text = match (fits(start), fits(self.indent + 4)) {
            (None, Some(flat)) if prefix.ends_with("= ") => {
                let inner = " ".repeat(self.indent + 4);
                format!("{}\n{inner}{flat}{suffix}", prefix.trim_end())
            }
            _ => {
                let printed = expression.print(self.indent, start, behind);
                format!("{prefix}{printed}{suffix}")
            }
        };
        self.line(text);
    }

    /// A doc comment: words in lines.
    pub(super) fn doc(&mut self, text: &str) {
        let most = WIDTH - self.indent - 4;
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split(' ').filter(|w| !w.is_empty()) {
                if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most {
                    self.line(format!("/// {line}"));
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            self.line(format!("/// {line}").trim_end());
        }
    }

    /// The head of a function, up to its `{`.
    pub(super) fn head(&mut self, name: &str, parameters: &[String], returns: &str) {
        let returns = if returns.is_empty() {
            String::new()
        } else {
            format!(" -> {returns}")
        };
        let one = format!("{name}({}){returns} {{", parameters.join(", "));
        if self.indent + one.chars().count() <= WIDTH {
            self.open(one);
            return;
        }
        self.open(format!("{name}("));
        for parameter in parameters {
            self.line(format!("{parameter},"));
        }
        self.close(&format!("){returns} {{"));
        self.indent += 4;
    }
}
