//! Code as it grows, line by line.

/// Lines of code, each on the level of the block that it is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    text: String,
    level: usize,
}

impl Code {
    /// A line.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            self.text.push_str(&"  ".repeat(self.level));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }

    /// A line that begins a block.
    pub(super) fn open(&mut self, text: impl AsRef<str>) {
        self.line(text);
        self.level += 1;
    }

    /// One level deeper, after a line that ends one block and begins another.
    pub(super) fn level_up(&mut self) {
        self.level += 1;
    }

    /// One level back, where no line ends a block.
    pub(super) fn level_down(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    /// A line that ends a block.
    pub(super) fn close(&mut self, text: impl AsRef<str>) {
        self.level = self.level.saturating_sub(1);
        self.line(text);
    }

    /// Other code, on this level.
    pub(super) fn add(&mut self, other: &Self) {
        for line in other.text.lines() {
            self.line(line);
        }
    }

    /// A comment for people and their editors; in it nothing can end it.
    pub(super) fn doc(&mut self, paragraphs: &[String]) {
        let said: Vec<String> = paragraphs
            .iter()
            .filter(|p| !p.is_empty())
            .map(|p| {
                p.replace("*/", "* /")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let width = 96 - 2 * self.level;
        match said.as_slice() {
            [] => {}
            [one] if one.len() <= width => self.line(format!("/** {one} */")),
            many => {
                self.line("/**");
                for (place, paragraph) in many.iter().enumerate() {
                    if place > 0 {
                        self.line(" *");
                    }
                    for line in filled(paragraph, width) {
                        self.line(format!(" * {line}"));
                    }
                }
                self.line(" */");
            }
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A paragraph in lines.
fn filled(of: &str, width: usize) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    for word in of.split(' ') {
        match made.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => made.push(word.to_owned()),
        }
    }
    made
}
