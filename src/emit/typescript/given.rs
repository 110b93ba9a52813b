//! What callers give, as types.

use super::code::Code;
use super::names::{Names, part};
use crate::emit::client::{ParameterCode, PatternCode};

/// The type of what a caller gives: its name and its declaration.
pub(super) fn given_type(
    names: &mut Names,
    pattern: &PatternCode,
    base: &str,
) -> (String, Vec<Code>) {
    let mut made = Vec::new();
    let mut lists = Vec::new();
    for list in &pattern.lists {
        let name = names.free(&format!("{base}{}", part(&list.name)));
        let mut code = Code::default();
        code.doc(&[format!("One set of `{}` of `{}`.", list.name, pattern.name)]);
        interface(&mut code, names, &name, &list.parameters, &[]);
        made.push(code);
        lists.push((list.name.clone(), name));
    }
    let name = names.free(&format!("{base}Parameters"));
    let mut code = Code::default();
    code.doc(&[format!("What `{}` is given.", pattern.name)]);
    interface(&mut code, names, &name, &pattern.parameters, &lists);
    made.push(code);
    (name, made)
}

fn interface(
    code: &mut Code,
    names: &Names,
    name: &str,
    parameters: &[ParameterCode],
    lists: &[(String, String)],
) {
    code.open(format!("export interface {name} {{"));
    for parameter in parameters {
        let (mark, maybe) = if parameter.optional {
            ("?", " | undefined")
        } else {
            ("", "")
        };
        let ty = names.type_of(&parameter.ty);
        code.line(format!("readonly {}{mark}: {ty}{maybe};", parameter.name));
    }
    for (list, ty) in lists {
        code.line(format!("readonly {list}: readonly {ty}[];"));
    }
    code.close("}");
}
