//! What is generated, and where.
//!
//! Promises: every path is one that means the same on each machine, and no two targets have one path.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Node;
use crate::source::Span;
use crate::workload::Output;
use std::collections::BTreeMap;
use std::path::Path;

/// What `design generate` writes, by target.
pub(super) fn generate(tree: &Node, found: &mut Diagnostics) -> BTreeMap<String, Output> {
    let mut made: BTreeMap<String, Output> = BTreeMap::new();
    let mut places: Vec<(String, Span)> = Vec::new();
    for (key, value) in tree.get("generate").map(Node::entries).unwrap_or_default() {
        let (Some(target), path) = (key.text(), value.get("path").unwrap_or(value)) else {
            continue;
        };
        let Some(text) = path.text() else { continue };
        if let Some(why) = illegal(text) {
            found.push(
                Diagnostic::at(Code::D0219, path.span, format!("`{text}` cannot be a path"))
                    .note(why)
                    .help("write a path relative to the design file, such as `infra/table.yaml`"),
            );
        }
        let text = text.trim_end_matches('/');
        if let Some(of) = value.get("crate").filter(|_| is_rust(text))
            && of.text() != Some("false")
        {
            found.push(
                Diagnostic::at(
                    Code::D0219,
                    path.span,
                    format!("`{text}` cannot be a crate"),
                )
                .context(of.span, "it is to be one")
                .note("a crate is a directory, with its manifest and its source")
                .help("leave `.rs` out of the path"),
            );
        }
        if let Some((_, first)) = places.iter().find(|(p, _)| p == text) {
            found.push(
                Diagnostic::at(
                    Code::D0219,
                    path.span,
                    format!("two targets are written to `{text}`"),
                )
                .context(*first, "the first one")
                .note("each file is of one target")
                .help("give one of them another path"),
            );
        }
        places.push((text.to_owned(), path.span));
        let options = value.entries().iter().filter_map(|(k, v)| {
            let name = k.text().filter(|n| *n != "path")?;
            Some((name.to_owned(), v.text()?.to_owned()))
        });
        let output = Output {
            path: text.to_owned(),
            span: path.span,
            options: options.collect(),
        };
        made.insert(target.to_owned(), output);
    }
    made
}

/// Whether a path is that of a file of Rust.
fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "rs")
}

/// Why a path is none that can stand in a file which others check out.
fn illegal(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.trim().is_empty() {
        Some("it is empty")
    } else if path.starts_with('/') || drive {
        Some("it begins at the root of one machine")
    } else if path.contains(|c: char| c.is_control() || c == '\\') {
        Some("control characters and backslashes are no part of a portable path")
    } else {
        None
    }
}
