//! The small forms of the language: one or a list, `name?`, `$parameter`, paths, counts.

use serde_json::Value as Yaml;

/// One, or a list of them; nothing is an empty list.
pub(super) fn one_or_many(yaml: Option<&Yaml>) -> Vec<&Yaml> {
    match yaml {
        None | Some(Yaml::Null) => Vec::new(),
        Some(Yaml::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    }
}

/// Texts, one or a list.
pub(super) fn texts(yaml: Option<&Yaml>) -> Vec<String> {
    one_or_many(yaml)
        .into_iter()
        .filter_map(Yaml::as_str)
        .map(str::to_owned)
        .collect()
}

pub(super) fn text(yaml: &Yaml) -> Result<&str, String> {
    yaml.as_str()
        .ok_or_else(|| format!("a name is expected, found {yaml}"))
}

/// `name?`: the name, and whether it may be left out.
pub(super) fn optional(name: &str) -> (String, bool) {
    match name.strip_suffix('?') {
        Some(name) => (name.to_owned(), true),
        None => (name.to_owned(), false),
    }
}

/// Where a written or compared value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Constant(Yaml),
    Parameter {
        name: String,
        optional: bool,
        text: bool,
        negative: bool,
    },
}

impl Source {
    pub(super) fn parameter(name: &str) -> Self {
        let (name, optional) = optional(name);
        Self::Parameter {
            name,
            optional,
            text: false,
            negative: false,
        }
    }

    /// A plain value is a constant, `$name` a parameter.
    pub(super) fn read(yaml: &Yaml) -> Self {
        let Some(text) = yaml.as_str() else {
            return Self::Constant(yaml.clone());
        };
        let plain = text.strip_prefix("text(").and_then(|t| t.strip_suffix(')'));
        let (body, negative) = match text.strip_prefix('-') {
            Some(body) if body.starts_with('$') => (body, true),
            _ => (plain.unwrap_or(text), false),
        };
        match body.strip_prefix('$') {
            None => Self::Constant(yaml.clone()),
            Some(name) => {
                let (name, optional) = optional(name);
                Self::Parameter {
                    name,
                    optional,
                    text: plain.is_some(),
                    negative,
                }
            }
        }
    }
}

/// An attribute, or a place in its map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) attribute: String,
    pub(crate) path: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Name(String),
    Parameter(String),
}

impl Place {
    pub(super) fn read(text: &str) -> Self {
        let mut parts = text.split('.');
        let attribute = parts.next().unwrap_or_default().to_owned();
        let path = parts.map(|part| match part.strip_prefix('$') {
            Some(name) => Part::Parameter(name.to_owned()),
            None => Part::Name(part.to_owned()),
        });
        Self {
            attribute,
            path: path.collect(),
        }
    }
}

/// `1..20`, or one number.
pub(super) fn times(yaml: &Yaml) -> Option<(usize, usize)> {
    if let Some(n) = yaml.as_u64().and_then(|n| usize::try_from(n).ok()) {
        return Some((n, n));
    }
    let (least, most) = yaml.as_str()?.split_once("..")?;
    Some((least.trim().parse().ok()?, most.trim().parse().ok()?))
}
