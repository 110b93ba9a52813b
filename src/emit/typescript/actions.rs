//! The actions of writes in TypeScript: one function for each action with its guards.

use super::code::Code;
use super::entities::{derived_name, item_name, key_name, read, seconds, stored};
use super::names::{Names, part};
use super::predicates::{self, holds};
use super::requests::{
    OfCall, bound_value, declared, distinct_names, name_value, reader_lines, when_given,
};
use super::values::{
    constant, inner_stored_as, key_value, literal, plain, property, store, stored_constant,
};
use crate::emit::client::{
    ActionCode, Client, Does, EntityCode, KindCode, Name, PatternCode, Tracked, Type, Value,
    ValueOf, WriteCode, Written,
};
use crate::plan::Condition;

/// What the function of an action is made of.
pub(super) struct Context<'a> {
    pub(super) client: &'a Client,
    pub(super) names: &'a Names,
    pub(super) pattern: &'a PatternCode,
    pub(super) write: &'a WriteCode,
    pub(super) given: &'a str,
}

/// The name of the function of an action.
pub(super) fn name(pattern: &PatternCode, action: &ActionCode) -> String {
    format!("{}_{}", pattern.name, part(&action.step))
}

/// Whether a write reads first.
pub(super) fn reads(write: &WriteCode) -> bool {
    write.actions.iter().any(|a| !a.current.is_empty())
}

/// What every function of a write takes beside what the caller gives.
pub(super) fn common(write: &WriteCode) -> Vec<(String, String)> {
    let mut made = Vec::new();
    let asks = |a: &ActionCode| {
        let mut all: Vec<&Condition> = a.checks.iter().map(|c| &c.test).collect();
        all.extend(a.gone.iter().map(|(_, c)| c));
        all.into_iter().any(predicates::asks_the_clock)
    };
    if write.actions.iter().any(asks) {
        made.push(("now".to_owned(), "number".to_owned()));
    }
    if write.find.is_some() {
        made.push(("row".to_owned(), "Item".to_owned()));
    }
    if reads(write) {
        made.push(("read".to_owned(), "Read".to_owned()));
    }
    made
}

/// The function of an action.
pub(super) fn function(context: &Context, action: &ActionCode) -> Code {
    let mut code = Code::default();
    let Some(entity) = context.client.entity(&action.entity) else {
        return code;
    };
    let Some(kind) = entity.kind(&action.kind) else {
        return code;
    };
    let one = OneAction {
        context,
        action,
        entity,
        kind,
    };
    one.write(&mut code);
    code
}

struct OneAction<'a> {
    context: &'a Context<'a>,
    action: &'a ActionCode,
    entity: &'a EntityCode,
    kind: &'a KindCode,
}

impl OneAction<'_> {
    fn row(&self) -> &str {
        self.context.names.entity(&self.entity.name)
    }

    fn guards(&self) -> Vec<&ActionCode> {
        let all = self.context.write.actions.iter();
        all.filter(|a| a.of == Some(self.action.place)).collect()
    }

    fn update(&self) -> bool {
        self.action.does == Does::Update
    }

    fn write(&self, code: &mut Code) {
        let context = self.context;
        let mut parameters = Vec::new();
        if !context.given.is_empty() {
            let given = match &self.action.times {
                None => context.given.to_owned(),
                Some(list) => format!("{0} & {0}[\"{list}\"][number]", context.given),
            };
            parameters.push(format!("given: {given}"));
        }
        parameters.extend(
            common(context.write)
                .into_iter()
                .map(|(n, t)| format!("{n}: {t}")),
        );
        let (start, returned) = if reads(context.write) {
            ("async function", "Promise<Action[]>")
        } else {
            ("function", "Action[]")
        };
        let name = name(context.pattern, self.action);
        code.open(format!(
            "{start} {name}({}): {returned} {{",
            parameters.join(", ")
        ));
        self.key(code);
        self.read_current(code);
        self.states(code);
        self.expressions(code);
        self.conditions(code);
        self.action(code);
        self.guard_actions(code);
        code.close("}");
    }

    /// The key of what is no put.
    fn key(&self, code: &mut Code) {
        if self.action.does == Does::Put {
            return;
        }
        let source = OfCall {
            pattern: self.context.pattern,
            step: None,
        };
        reader_lines(code, self.action.key.iter().flat_map(|p| &p.segments));
        code.open("const key: Item = {");
        for part in &self.action.key {
            let value = key_value(
                &part.physical,
                &part.ty,
                part.partition,
                &part.segments,
                &source,
            );
            code.line(format!("{}: {value},", property(&part.physical)));
        }
        code.close("};");
    }

    /// Reads what is needed of the item, and leaves where that says enough.
    fn read_current(&self, code: &mut Code) {
        if self.action.current.is_empty() {
            return;
        }
        let Some((_, gone)) = &self.action.gone else {
            return;
        };
        if self.action.does == Does::Put {
            self.put_state(code);
            code.line(format!(
                "const key = needed({}(after));",
                key_name(self.kind, None)
            ));
        }
        code.line(format!(
            "const old = await read({}, key);",
            literal(&self.kind.table)
        ));
        code.line(format!(
            "const gone = {};",
            holds(self.context.pattern, gone, "old")
        ));
        match self.action.does {
            Does::Update if !self.action.upsert => {
                code.open("if (gone) {");
                code.line(format!("throw {};", self.failed("\"not_found\"")));
                code.close("}");
            }
            Does::Delete => {
                code.open("if (gone) {");
                for check in &self.action.checks {
                    let met = holds(self.context.pattern, &check.test, "undefined");
                    code.open(format!("if ({}) {{", predicates::not(&met)));
                    code.line(format!("throw {};", self.failed(&literal(&check.failure))));
                    code.close("}");
                }
                code.line("return [];");
                code.close("}");
            }
            _ => {}
        }
    }

    fn failed(&self, failure: &str) -> String {
        format!(
            "new ConditionFailed({}, {}, {failure}, {}, undefined)",
            literal(&self.context.pattern.name),
            literal(&self.action.step),
            literal(&self.action.entity)
        )
    }

    /// Whether a state before is of use.
    fn knows_before(&self) -> bool {
        self.action.does != Does::Put && !self.action.needs_before.is_empty()
            || !self.action.current.is_empty()
    }

    /// The states before and after, as far as something is made of them.
    fn states(&self, code: &mut Code) {
        let action = self.action;
        if action.does == Does::Put && action.current.is_empty() {
            self.put_state(code);
            code.line(format!(
                "const key = needed({}(after));",
                key_name(self.kind, None)
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
    fn before(&self, code: &mut Code) {
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
    fn put_state(&self, code: &mut Code) {
        let ty = format!("State<{}>", self.row());
        let mut lines = Vec::new();
        let mut computed = Vec::new();
        for value in &self.action.values {
            if value.from == ValueOf::Derived {
                let name = derived_name(self.entity, &value.attribute);
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
    fn given_value(&self, value: &Value) -> String {
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
    fn after(&self, code: &mut Code) {
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
                let name = derived_name(self.entity, &change.attribute);
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
    fn tracks(&self, change: &Value) -> bool {
        self.action.needs_after.contains(&change.attribute)
    }

    /// A change as a property of the state after.
    fn changed(&self, change: &Value) -> String {
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

    /// Names, values, and the parts of the update.
    fn expressions(&self, code: &mut Code) {
        let action = self.action;
        let fixed: Vec<&Value> = action.changes.iter().filter(|c| is_fixed(c)).collect();
        let mut names: Vec<&Name> = fixed.iter().flat_map(|c| &c.names).collect();
        let checks = || action.checks.iter().filter(|c| c.clause.given.is_empty());
        names.extend(checks().flat_map(|c| &c.clause.names));
        let moving: Vec<&Value> = action.changes.iter().filter(|c| !is_fixed(c)).collect();
        names.extend(
            moving
                .iter()
                .filter(|c| !c.optional && c.written != Written::Add && c.written != Written::Take)
                .flat_map(|c| &c.names),
        );
        names.extend(
            action
                .keys
                .iter()
                .flat_map(|k| k.attributes.iter().map(|(n, _)| n)),
        );
        names.extend(
            action
                .maps
                .iter()
                .filter(|m| m.given.is_empty())
                .flat_map(|m| &m.names),
        );
        names.extend(action.sets.iter().flat_map(|s| &s.names));
        names.extend(action.discriminator.iter().map(|(n, _, _)| n));
        if let Some(ttl) = action.ttl.as_ref().filter(|t| t.given.is_empty()) {
            names.push(&ttl.name);
        }
        let pattern = self.context.pattern;
        let mut values: Vec<String> = Vec::new();
        for change in &fixed {
            values.extend(self.change_values(change));
        }
        for set in &action.sets {
            values.push(format!(
                "{}: {},",
                literal(&set.placeholder),
                self.set_value(set)
            ));
        }
        if let Some((_, placeholder, value)) = &action.discriminator {
            values.push(format!(
                "{}: {{ S: {} }},",
                literal(placeholder),
                literal(value)
            ));
        }
        values
            .extend(checks().flat_map(|c| c.clause.values.iter().map(|v| bound_value(pattern, v))));
        if let Some(map) = action
            .map_type
            .as_ref()
            .filter(|_| action.maps.iter().any(|m| m.given.is_empty()))
        {
            values.push(format!("{}: {{ S: \"M\" }},", literal(map)));
        }
        declared(code, "names", "Names", &distinct_names(pattern, &names));
        declared(code, "values", "Values", &values);
        if self.update() {
            self.update_parts(code, &fixed);
            for change in moving {
                self.moving(code, change);
            }
            self.follow(code);
        }
    }

    /// The lines of values that a change always has.
    fn change_values(&self, change: &Value) -> Vec<String> {
        if change.written == Written::Remove {
            return Vec::new();
        }
        let mut made = Vec::new();
        if let Some(zero) = &change.zero {
            made.push(format!("{}: {{ N: \"0\" }},", literal(zero)));
        }
        made.push(format!(
            "{}: {},",
            literal(&change.placeholder),
            self.set_value(change)
        ));
        made
    }

    /// A value as it is stored.
    fn set_value(&self, change: &Value) -> String {
        if let ValueOf::Constant(json) = &change.from {
            return if change.path.is_empty() {
                stored_constant(json, change.ty.stored_as())
            } else {
                stored_constant(json, inner_stored_as(json))
            };
        }
        let ValueOf::Parameter {
            name,
            text,
            negate,
            element,
        } = &change.from
        else {
            return "undefined".to_owned();
        };
        let parameter = self.context.pattern.parameter(name);
        let ty = parameter.map_or(Type::Text(Vec::new()), |p| p.ty.clone());
        let given = format!("given.{name}");
        if *text {
            return format!("text({})", plain(&ty, &given));
        }
        if *element {
            let mut one = change.clone();
            one.optional = false;
            return store(&change.ty, &self.given_value(&one));
        }
        if *negate {
            return store(&ty, &negative(&ty, &given));
        }
        match self.entity.field(&change.attribute) {
            Some(field)
                if field.nonempty && change.path.is_empty() && change.written == Written::Set =>
            {
                let mut of = field.clone();
                of.ty = ty;
                stored(&of, &given)
            }
            _ => store(&ty, &given),
        }
    }

    /// The parts of the update that are there in every call.
    fn update_parts(&self, code: &mut Code, fixed: &[&Value]) {
        let list = |what: &dyn Fn(&Value) -> Option<String>| {
            let all: Vec<String> = fixed
                .iter()
                .filter_map(|c| what(c))
                .map(|t| literal(&t))
                .collect();
            all
        };
        let mut set = list(&|c| match c.written {
            Written::Set => Some(format!("{} = {}", c.place, c.placeholder)),
            Written::Add if c.zero.is_some() => Some(sum_text(c)),
            _ => None,
        });
        let own = self
            .action
            .discriminator
            .iter()
            .map(|(n, p, _)| format!("{} = {p}", n.placeholder));
        let sets = self
            .action
            .sets
            .iter()
            .map(|s| format!("{} = {}", s.place, s.placeholder));
        set.extend(own.chain(sets).map(|t| literal(&t)));
        let remove = list(&|c| (c.written == Written::Remove).then(|| c.place.clone()));
        code.open("const update: Update = {");
        code.line(format!("set: [{}],", set.join(", ")));
        code.line(format!("remove: [{}],", remove.join(", ")));
        code.line("add: [],");
        code.line("take: [],");
        code.close("};");
    }

    /// A change that depends on what is given.
    fn moving(&self, code: &mut Code, change: &Value) {
        let pattern = self.context.pattern;
        let parameter = match &change.from {
            ValueOf::Parameter { name, .. } if change.optional => Some(name),
            _ => None,
        };
        if let Some(name) = parameter {
            code.open(format!("if (given.{name} !== undefined) {{"));
        }
        let conditional =
            matches!(change.written, Written::Add | Written::Take) && change.zero.is_none();
        let named = |code: &mut Code| {
            for name in &change.names {
                code.line(format!(
                    "names[{}] = {};",
                    literal(&name.placeholder),
                    name_value(pattern, name)
                ));
            }
        };
        let place = literal(&change.place);
        let placeholder = literal(&change.placeholder);
        if conditional {
            let local = format!("some_{}", change.attribute);
            code.line(format!("const {local} = {};", self.set_value(change)));
            code.open(format!("if ({local} !== undefined) {{"));
            named(code);
            code.line(format!("values[{placeholder}] = {local};"));
            let list = if change.written == Written::Add {
                "add"
            } else {
                "take"
            };
            code.line(format!(
                "update.{list}.push({});",
                literal(&format!("{} {}", change.place, change.placeholder))
            ));
            code.close("}");
        } else {
            if parameter.is_some() {
                named(code);
            }
            match change.written {
                Written::Add => {
                    if let Some(zero) = &change.zero {
                        code.line(format!("values[{}] = {{ N: \"0\" }};", literal(zero)));
                    }
                    code.line(format!(
                        "values[{placeholder}] = {};",
                        self.set_value(change)
                    ));
                    code.line(format!("update.set.push({});", literal(&sum_text(change))));
                }
                Written::Derive => {
                    let value = format!("{}(after)", derived_name(self.entity, &change.attribute));
                    let stored = self
                        .entity
                        .field(&change.attribute)
                        .map_or_else(String::new, |f| stored(f, &value));
                    code.line(format!(
                        "assign(update, values, {place}, {placeholder}, {stored});"
                    ));
                }
                _ => {
                    let value = self.set_value(change);
                    code.line(format!(
                        "assign(update, values, {place}, {placeholder}, {value});"
                    ));
                }
            }
        }
        if parameter.is_some() {
            code.close("}");
        }
    }

    /// What follows the changes: the epoch, and the keys of indexes.
    fn follow(&self, code: &mut Code) {
        if let Some(ttl) = &self.action.ttl {
            let value = seconds(self.entity, &ttl.of, &format!("after.{}", ttl.of));
            let line = format!(
                "assign(update, values, {}, {}, {value});",
                literal(&ttl.name.placeholder),
                literal(&ttl.placeholder)
            );
            if ttl.given.is_empty() {
                code.line(line);
            } else {
                let tests: Vec<String> = ttl
                    .given
                    .iter()
                    .map(|g| format!("given.{g} !== undefined"))
                    .collect();
                code.open(format!("if ({}) {{", tests.join(" && ")));
                code.line(format!(
                    "names[{}] = {};",
                    literal(&ttl.name.placeholder),
                    name_value(self.context.pattern, &ttl.name)
                ));
                code.line(line);
                code.close("}");
            }
        }
        for key in &self.action.keys {
            let index = self.kind.index(&key.index);
            let function = key_name(self.kind, index.and_then(|i| i.index.as_deref()));
            let local = format!("in{}", part(&key.index));
            match key.how {
                Tracked::Set => code.line(format!("const {local} = needed({function}(after));")),
                Tracked::Either => code.line(format!("const {local} = {function}(after);")),
                Tracked::Remove => {}
            }
            for (name, placeholder) in &key.attributes {
                let place = &name.placeholder;
                let physical = super::requests::physical(name);
                if key.how == Tracked::Remove {
                    code.line(format!("update.remove.push({});", literal(place)));
                    continue;
                }
                code.line(
                    format!(
                        "assign(update, values, {}, {}, {local}?.[{}]);",
                        literal(place),
                        literal(placeholder),
                        literal(physical)
                    )
                    .replace("?.[", if key.how == Tracked::Set { "[" } else { "?.[" }),
                );
            }
        }
    }

    /// The condition of the request.
    fn conditions(&self, code: &mut Code) {
        let action = self.action;
        let pattern = self.context.pattern;
        let mut fixed: Vec<String> = Vec::new();
        for check in action.checks.iter().filter(|c| c.clause.given.is_empty()) {
            fixed.push(literal(&check.clause.text));
        }
        for map in action.maps.iter().filter(|m| m.given.is_empty()) {
            fixed.push(literal(&map.text));
        }
        code.line(format!(
            "const condition: string[] = [{}];",
            fixed.join(", ")
        ));
        for check in action.checks.iter().filter(|c| !c.clause.given.is_empty()) {
            when_given(code, pattern, &check.clause, "condition");
        }
        for map in action.maps.iter().filter(|m| !m.given.is_empty()) {
            when_given(code, pattern, map, "condition");
            if let Some(of) = &action.map_type {
                code.open(format!(
                    "if ({}) {{",
                    map.given
                        .iter()
                        .map(|g| format!("given.{g} !== undefined"))
                        .collect::<Vec<_>>()
                        .join(" && ")
                ));
                code.line(format!("values[{}] = {{ S: \"M\" }};", literal(of)));
                code.close("}");
            }
        }
        let Some((gone, _)) = &action.gone else {
            return;
        };
        if self.keeps_going_without() {
            code.open("if (gone) {");
            for name in &gone.names {
                code.line(format!(
                    "names[{}] = {};",
                    literal(&name.placeholder),
                    name_value(pattern, name)
                ));
            }
            for value in &gone.values {
                code.line(format!(
                    "values[{}] = {};",
                    literal(&value.placeholder),
                    predicates::operand(pattern, &value.value)
                ));
            }
            code.line(format!("condition.push({});", literal(&gone.text)));
            code.close("} else {");
            code.level_up();
            self.still(code);
            code.close("}");
        } else {
            self.still(code);
        }
    }

    /// Whether there is something to write where the item that was read is not there.
    fn keeps_going_without(&self) -> bool {
        self.action.does == Does::Put || self.action.upsert
    }

    fn still(&self, code: &mut Code) {
        for current in &self.action.current {
            let place = literal(&current.name.placeholder);
            let physical = name_value(self.context.pattern, &current.name);
            code.line(format!("names[{place}] = {physical};"));
            code.line(format!(
                "still(condition, values, {place}, {}, at(old, {physical}));",
                literal(&current.placeholder)
            ));
        }
    }

    /// The action itself.
    fn action(&self, code: &mut Code) {
        let action = self.action;
        code.open("const action: Action = {");
        code.line(format!("step: {},", literal(&action.step)));
        code.line(format!("entity: {},", literal(&action.entity)));
        let does = match action.does {
            Does::Put => "Put",
            Does::Update => "Update",
            Does::Delete => "Delete",
            Does::Check => "ConditionCheck",
        };
        code.line(format!("does: \"{does}\","));
        code.line(format!("table: {},", literal(&self.kind.table)));
        code.line("key,");
        let table = format!("TableName: {}", literal(&self.kind.table));
        let what = match action.does {
            Does::Put => format!("{{ {table}, Item: {}(after) }}", item_name(self.kind)),
            _ if action.does == Does::Update && !action.returned.is_empty() && self.single() => {
                format!("{{ {table}, Key: key, ReturnValues: \"ALL_NEW\" }}")
            }
            _ => format!("{{ {table}, Key: key }}"),
        };
        let update = if self.update() {
            "updateText(update)"
        } else {
            "\"\""
        };
        code.open("input: actionInput(");
        code.line(format!("{what},"));
        code.line(format!("{update},"));
        code.line("condition,");
        code.line("names,");
        code.line("values,");
        code.close("),");
        self.stale(code);
        self.failure(code, action);
        let row = self.row();
        code.open("current: (item) => ({");
        code.line(format!("entity: {},", literal(&action.entity)));
        code.line(format!("row: rowOf{row}(item),"));
        code.close("}),");
        if !action.returned.is_empty() && !(self.update() && self.single()) {
            code.open("after: {");
            for attribute in &action.returned {
                code.line(format!("{attribute}: after.{attribute},"));
            }
            code.close("},");
        }
        code.close("};");
    }

    fn single(&self) -> bool {
        self.context.write.call != "TransactWriteItems"
    }

    /// Whether what was read is no longer so.
    fn stale(&self, code: &mut Code) {
        let Some((_, gone)) = &self.action.gone else {
            code.line("stale: () => false,");
            return;
        };
        let changed: Vec<String> = self
            .action
            .current
            .iter()
            .map(|c| {
                let physical = name_value(self.context.pattern, &c.name);
                format!("!same(at(item, {physical}), at(old, {physical}))")
            })
            .collect();
        code.open("stale: (item) => {");
        if self.keeps_going_without() {
            code.open("if (gone) {");
            code.line(format!(
                "const isGone = {};",
                holds(self.context.pattern, gone, "item")
            ));
            code.line("return !isGone;");
            code.close("}");
        }
        code.line(format!("return {};", changed.join(" || ")));
        code.close("},");
    }

    /// What a refusal means.
    fn failure(&self, code: &mut Code, action: &ActionCode) {
        let apart = action.told_apart();
        let otherwise = literal(action.otherwise());
        if apart == 0 {
            code.line(format!("failure: () => {otherwise},"));
            return;
        }
        code.open("failure: (item) => {");
        for check in &action.checks[..apart] {
            let met = holds(self.context.pattern, &check.test, "item");
            code.open(format!("if ({}) {{", predicates::not(&met)));
            code.line(format!("return {};", literal(&check.failure)));
            code.close("}");
        }
        code.line(format!("return {otherwise};"));
        code.close("},");
    }

    /// The actions on guards.
    fn guard_actions(&self, code: &mut Code) {
        let guards = self.guards();
        if guards.is_empty() {
            code.line("return [action];");
            return;
        }
        code.line("const guards: Action[] = [];");
        for guard in guards {
            if let Some(kind) = self.entity.kind(&guard.kind) {
                self.guard(code, guard, kind);
            }
        }
        code.line("return [action, ...withoutTwins(guards)];");
    }

    fn guard(&self, code: &mut Code, guard: &ActionCode, kind: &KindCode) {
        let put = guard.does == Does::Put;
        let state = if put { "after" } else { "before" };
        let local = format!("guard{}", guard.place + 1);
        code.line(format!(
            "const {local} = {}({state});",
            key_name(kind, None)
        ));
        code.open(format!("if ({local} !== undefined) {{"));
        code.open("guards.push({");
        code.line(format!("step: {},", literal(&guard.step)));
        code.line(format!("entity: {},", literal(&guard.entity)));
        code.line(format!("does: \"{}\",", if put { "Put" } else { "Delete" }));
        code.line(format!("table: {},", literal(&kind.table)));
        code.line(format!("key: {local},"));
        code.open("input: actionInput(");
        code.open("{");
        code.line(format!("TableName: {},", literal(&kind.table)));
        if put {
            code.line(format!("Item: needed({}(after)),", item_name(kind)));
        } else {
            code.line(format!("Key: {local},"));
        }
        code.close("},");
        code.line("\"\",");
        let texts: Vec<String> = guard
            .checks
            .iter()
            .map(|c| literal(&c.clause.text))
            .collect();
        code.line(format!("[{}],", texts.join(", ")));
        let names: Vec<&Name> = guard.checks.iter().flat_map(|c| &c.clause.names).collect();
        inline(code, &distinct_names(self.context.pattern, &names));
        let values = guard.checks.iter().flat_map(|c| &c.clause.values);
        let values: Vec<String> = values
            .map(|v| bound_value(self.context.pattern, v))
            .collect();
        inline(code, &values);
        code.close("),");
        code.line("stale: () => false,");
        self.failure(code, guard);
        code.line("current: () => undefined,");
        code.close("});");
        code.close("}");
    }
}

/// An object among arguments.
fn inline(code: &mut Code, lines: &[String]) {
    if lines.is_empty() {
        code.line("{},");
        return;
    }
    code.open("{");
    lines.iter().for_each(|l| code.line(l));
    code.close("},");
}

/// Whether a change is the same part of the expression in every call.
fn is_fixed(change: &Value) -> bool {
    let empty = change.ty.is_set() && change.path.is_empty();
    !change.optional
        && match change.written {
            Written::Set => !empty || matches!(change.from, ValueOf::Constant(_)),
            Written::Add => change.zero.is_some(),
            Written::Remove => true,
            Written::Take | Written::Derive => false,
        }
}

fn sum_text(change: &Value) -> String {
    let zero = change.zero.as_deref().unwrap_or_default();
    format!(
        "{0} = if_not_exists({0}, {zero}) + {1}",
        change.place, change.placeholder
    )
}

/// The opposite of a number.
fn negative(ty: &Type, value: &str) -> String {
    match ty {
        Type::Decimal => format!("negated({value})"),
        _ => format!("-{value}"),
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
