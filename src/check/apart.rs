//! Whether keys of two templates can ever be the same text.
//!
//! Written values hold no byte below `%`. So where a mark below it, or nothing, follows two values, both end at the
//! same byte or the keys differ, and the walk goes on behind both.

use super::coding::Coding;
use super::token::{At, Head, Part, Source, Token};
use crate::workload::Entity;

/// A template and the entity whose values it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template<'a> {
    /// The entity.
    pub(super) entity: &'a Entity,
    /// The tokens.
    pub(super) tokens: &'a [Token],
}

/// Whether a key of one template can be one of the other, as far as can be told.
pub(super) fn may_meet(a: Template<'_>, b: Template<'_>) -> bool {
    walk(
        (a.entity, At::start(a.tokens)),
        (b.entity, At::start(b.tokens)),
    )
}

fn walk((one, a): (&Entity, At<'_>), (two, b): (&Entity, At<'_>)) -> bool {
    match (a.head(), b.head()) {
        (Head::End, Head::End) => true,
        (Head::End, _) => !b.is_never_empty(),
        (_, Head::End) => !a.is_never_empty(),
        (Head::Text(x), Head::Text(y)) => {
            let common = x.len().min(y.len());
            x.get(..common) == y.get(..common) && walk((one, a.skip(common)), (two, b.skip(common)))
        }
        (Head::Part(x), Head::Part(y)) => {
            if let (Some(m), Some(n)) = (x.coding.length(), y.coding.length())
                && m == n
            {
                return walk((one, a.pass()), (two, b.pass()));
            }
            if !is_marked(x.coding, a.pass()) || !is_marked(y.coding, b.pass()) {
                return true;
            }
            let differ = x.coding.length().zip(y.coding.length()).is_some();
            !differ && walk((one, a.pass()), (two, b.pass()))
        }
        (Head::Part(part), Head::Text(text)) => meets_text((one, a, part), (two, b, text)),
        (Head::Text(text), Head::Part(part)) => meets_text((two, b, part), (one, a, text)),
    }
}

/// Whether the end of a value shows in the text.
fn is_marked(coding: Coding, after: At<'_>) -> bool {
    match after.head() {
        Head::End => true,
        Head::Text([first, ..]) => *first < b'%' && !coding.stands_alone(),
        Head::Text(_) | Head::Part(_) => false,
    }
}

fn meets_text(
    (one, a, part): (&Entity, At<'_>, &Part),
    (two, b, text): (&Entity, At<'_>, &[u8]),
) -> bool {
    let attribute = match &part.source {
        Source::Attribute(id) => Some(one.attribute(*id)),
        _ => None,
    };
    if let Some(all) = attribute.and_then(|x| x.ty.values()) {
        let same = |written: String| walk((one, a.instead(written.as_bytes())), (two, b));
        return all
            .iter()
            .any(|value| part.coding.write(value).is_none_or(same));
    }
    let length = match part.coding.length() {
        Some(length) => length,
        None if is_marked(part.coding, a.pass()) => text
            .iter()
            .position(|byte| *byte < b'%')
            .unwrap_or(text.len()),
        None => return true,
    };
    let Some(written) = text.get(..length).and_then(|t| std::str::from_utf8(t).ok()) else {
        let (least, greatest) = part.coding.first_bytes();
        return text
            .first()
            .is_none_or(|byte| (least..=greatest).contains(byte));
    };
    // Values that go on behind this text cannot be told from it.
    if part.coding.length().is_none()
        && length == text.len()
        && matches!(b.skip(length).head(), Head::Part(_))
    {
        return true;
    }
    let is_value = match attribute {
        Some(x) => part.coding.read(written, &x.ty).is_some() || matches!(part.coding, Coding::Hex),
        None => written.bytes().all(|byte| byte.is_ascii_digit()),
    };
    is_value && walk((one, a.pass()), (two, b.skip(length)))
}

/// Why two different lists of values could give one key of a template; `None` where they cannot.
pub(super) fn confusion(entity: &Entity, tokens: &[Token]) -> Option<String> {
    let mut at = At::start(tokens);
    loop {
        match at.head() {
            Head::End => return None,
            Head::Text(text) => at = at.skip(text.len()),
            Head::Part(part) => {
                at = at.pass();
                let marked = match at.head() {
                    Head::End => true,
                    Head::Text([first, ..]) => part.coding.ends_before(*first),
                    Head::Text(_) | Head::Part(_) => part.coding.length().is_some(),
                };
                if !marked {
                    let name = match &part.source {
                        Source::Attribute(id) => entity.attribute(*id).name.as_str(),
                        _ => "shard",
                    };
                    return Some(format!("nothing marks the end of `{name}`"));
                }
            }
        }
    }
}
