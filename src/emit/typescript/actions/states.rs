//! What is known of an instance before and after a write.

use super::OneAction;
use crate::emit::client::{Does, Type, Value, ValueOf, Written};
use crate::emit::typescript::code::Code;
use crate::emit::typescript::entities::read;
use crate::emit::typescript::placeholders::declared;
use crate::emit::typescript::values::{constant, plain};

impl OneAction<'_> {
    /// Whether a state before is of use.
    pub(super) fn knows_before(&self) -> bool {
        self.action.does != Does::Put && !self.action.needs_before.is_empty()
            || !self.action.current.is_empty()
    }

    /// The states before and after, as far as something is made of them.
    pub(super) fn states(&self, code: &mut Code) {
        let action = self.action;
        if action.does == Does::Put && action.current.is_empty() {
            self.put_state(code);
            code.line(format!(
                "const key = needed({}(after));",
                self.context.names.key_name(self.kind, None)
            ));
        }
        if self.knows_before() {
            let mut lines = Vec::new();
            if action.does != Does::Put {
                for value in action
                    .values
                    .iter()
                    .filter(|v| action.needs_before.contains(&v.attribute))
                {
                    lines.push(format!("{}: {},", value.attribute, self.given_value(value)));
                }
            }
            if action.current.is_empty() {
                declared(code, "before", &format!("State<{}>", self.row()), &lines);
            } else {
                declared(code, "known", &format!("State<{}>", self.row()), &lines);
                self.before(code);
            }
        }
        if self.update() && !action.needs_after.is_empty() {
            self.after(code);
        }
    }

    /// What is known before where the item was read.
    pub(super) fn before(&self, code: &mut Code) {
        code.line(format!("let before: State<{}> = known;", self.row()));
        code.open("if (!gone && old !== undefined) {");
        code.open("before = {");
        code.line("...known,");
        for current in &self.action.current {
            let Some(field) = self.entity.field(&current.attribute) else {
                continue;
            };
            let value = read(self.context.names, "old", &field.physical, &field.ty, false);
            code.line(format!("{}: {value},", current.attribute));
        }
        code.close("};");
        code.close("}");
    }

    /// The instance that a put writes.
    pub(super) fn put_state(&self, code: &mut Code) {
        let ty = format!("State<{}>", self.row());
        let mut lines = Vec::new();
        let mut computed = Vec::new();
        for value in &self.action.values {
            if value.from == ValueOf::Derived {
                let name = self
                    .context
                    .names
                    .derived_name(self.entity, &value.attribute);
                computed.push(format!("{}: {name}(first),", value.attribute));
                continue;
            }
            let mut given = self.given_value(value);
            if value.optional
                && let Some(default) = self
                    .entity
                    .field(&value.attribute)
                    .and_then(|f| f.default.as_ref())
            {
                let name = self.context.names.type_of(&value.ty);
                given = format!(
                    "{given} ?? {}",
                    parenthesised(&constant(default, &value.ty, &name))
                );
            }
            lines.push(format!("{}: {given},", value.attribute));
        }
        if computed.is_empty() {
            declared(code, "after", &ty, &lines);
        } else {
            declared(code, "first", &ty, &lines);
            computed.insert(0, "...first,".to_owned());
            declared(code, "after", &ty, &computed);
        }
    }

    /// A value as the attribute has it.
    pub(super) fn given_value(&self, value: &Value) -> String {
        let name = self.context.names.type_of(&value.ty);
        match &value.from {
            ValueOf::Constant(json) => constant(json, &value.ty, &name),
            ValueOf::Parameter {
                name: parameter,
                text,
                negate,
                element,
            } => {
                let of = self.context.pattern.parameter(parameter);
                let ty = of.map_or(Type::Text(Vec::new()), |p| p.ty.clone());
                let given = format!("given.{parameter}");
                let maybe = |make: &dyn Fn(&str) -> String| {
                    if value.optional {
                        format!("maybe({given}, (one) => {})", make("one"))
                    } else {
                        make(&given)
                    }
                };
                if *text {
                    return format!("{} as {name}", maybe(&|v| plain(&ty, v)));
                }
                if *element {
                    let one = |v: &str| match (&value.ty, &ty) {
                        (Type::NumberSet, Type::Decimal) => format!("new Set([numeric({v})])"),
                        _ => format!("new Set([{v}])"),
                    };
                    return maybe(&one);
                }
                let same = self.context.names.type_of(&ty) == name;
                if *negate {
                    return maybe(&|v| negative(&ty, v));
                }
                match (&ty, &value.ty) {
                    _ if same => given,
                    (Type::Integer { wide: true }, Type::Integer { wide: false } | Type::Epoch) => {
                        maybe(&|v| format!("Number({v})"))
                    }
                    (Type::Integer { wide: false } | Type::Epoch, Type::Integer { wide: true }) => {
                        maybe(&|v| format!("BigInt({v})"))
                    }
                    (Type::Integer { .. } | Type::Epoch, Type::Decimal) => {
                        maybe(&|v| format!("decimal({v})"))
                    }
                    (Type::Decimal, Type::Integer { wide: true }) => {
                        maybe(&|v| format!("BigInt({v})"))
                    }
                    (Type::Decimal, Type::Integer { wide: false }) => {
                        maybe(&|v| format!("Number({v})"))
                    }
                    _ if value.optional => format!("{given} as {name} | undefined"),
                    _ => format!("{given} as {name}"),
                }
            }
            ValueOf::Derived | ValueOf::Nothing => "undefined".to_owned(),
        }
    }

    /// The state after the changes, as far as something is made of it.
    pub(super) fn after(&self, code: &mut Code) {
        let ty = format!("State<{}>", self.row());
        let changes: Vec<&Value> = self
            .action
            .changes
            .iter()
            .filter(|c| c.tracked || self.tracks(c))
            .collect();
        let fixed: Vec<String> = changes
            .iter()
            .filter(|c| !c.optional && c.written != Written::Derive)
            .map(|c| self.changed(c))
            .collect();
        let rest: Vec<&&Value> = changes
            .iter()
            .filter(|c| c.optional || c.written == Written::Derive)
            .collect();
        let word = if rest.is_empty() { "const" } else { "let" };
        if fixed.is_empty() {
            code.line(format!("{word} after: {ty} = before;"));
        } else {
            code.open(format!("{word} after: {ty} = {{"));
            code.line("...before,");
            fixed.iter().for_each(|l| code.line(l));
            code.close("};");
        }
        for change in rest {
            if change.written == Written::Derive {
                let name = self
                    .context
                    .names
                    .derived_name(self.entity, &change.attribute);
                code.line(format!(
                    "after = {{ ...after, {}: {name}(after) }};",
                    change.attribute
                ));
                continue;
            }
            if let ValueOf::Parameter { name, .. } = &change.from {
                code.open(format!("if (given.{name} !== undefined) {{"));
                let text = self.changed(change);
                code.line(format!(
                    "after = {{ ...after, {} }};",
                    text.trim_end_matches(',')
                ));
                code.close("}");
            }
        }
    }

    /// Whether a derived attribute goes into something.
    pub(super) fn tracks(&self, change: &Value) -> bool {
        self.action.needs_after.contains(&change.attribute)
    }

    /// A change as a property of the state after.
    pub(super) fn changed(&self, change: &Value) -> String {
        let attribute = &change.attribute;
        let mut one = change.clone();
        one.optional = false;
        let value = self.given_value(&one);
        let value = match change.written {
            Written::Remove => "undefined".to_owned(),
            Written::Add => added(&change.ty, &format!("before.{attribute}"), &value),
            Written::Take => format!("taken(before.{attribute}, {value})"),
            Written::Set | Written::Derive => value,
        };
        format!("{attribute}: {value},")
    }
}

/// The sum of what was there and what is added.
fn added(ty: &Type, before: &str, value: &str) -> String {
    match ty {
        Type::Decimal => format!("sum({before} ?? \"0\", {value})"),
        Type::Integer { wide: true } => format!("({before} ?? 0n) + {value}"),
        Type::TextSet | Type::NumberSet => format!("joined({before}, {value})"),
        _ => format!("({before} ?? 0) + {value}"),
    }
}

fn parenthesised(value: &str) -> String {
    if value.contains(" as ") {
        format!("({value})")
    } else {
        value.to_owned()
    }
}

/// The opposite of a number.
pub(super) fn negative(ty: &Type, value: &str) -> String {
    match ty {
        Type::Decimal => format!("negated({value})"),
        _ => format!("-{value}"),
    }
}
