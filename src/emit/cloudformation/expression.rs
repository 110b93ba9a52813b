//! `CloudFormation`'s functions, as YAML in one line.
//!
//! Promises: a text comes out as the text that it is, whatever it holds.

use super::super::yaml::{quoted, scalar};

/// A text. What looks like a name to be replaced is said not to be one, or readers would take it for a mistake.
pub(super) fn text(text: &str) -> String {
    let mut parts = text.split("${").skip(1).peekable();
    if parts.peek().is_some() && parts.all(|p| p.contains('}')) {
        sub(&literal(text))
    } else {
        scalar(text)
    }
}

/// The value of a parameter, or the usual value of a resource.
pub(super) fn reference(id: &str) -> String {
    format!("{{ Ref: {} }}", quotable(id))
}

/// An attribute of a resource.
pub(super) fn attribute(id: &str, name: &str) -> String {
    format!("{{ Fn::GetAtt: [{id}, {name}] }}")
}

/// A text with `${…}` in it; what is not meant so has gone through [`literal`].
pub(super) fn sub(text: &str) -> String {
    format!("{{ Fn::Sub: {} }}", quoted(text))
}

/// A text for [`sub`], in which nothing is replaced.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "${!")
}

/// Names of pseudo parameters hold colons.
fn quotable(id: &str) -> String {
    if id.contains(':') {
        quoted(id)
    } else {
        id.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_one() {
        assert_eq!(text("eu-west-1"), "eu-west-1");
        assert_eq!(text("a ${Table}"), r#"{ Fn::Sub: "a ${!Table}" }"#);
        assert_eq!(text("${!Table}"), r#"{ Fn::Sub: "${!!Table}" }"#);
        assert_eq!(text("a ${ b"), r#""a ${ b""#);
    }

    #[test]
    fn functions_are_one_line() {
        assert_eq!(reference("Table"), "{ Ref: Table }");
        assert_eq!(reference("AWS::Region"), "{ Ref: \"AWS::Region\" }");
        assert_eq!(attribute("Table", "Arn"), "{ Fn::GetAtt: [Table, Arn] }");
        assert_eq!(
            sub(&format!("${{Table}}/{}", literal("a${Table}\"b"))),
            r#"{ Fn::Sub: "${Table}/a${!Table}\"b" }"#
        );
    }
}
