//! Names of what a module has: types and functions, no two the same.

use super::helpers;
use crate::emit::client::{Client, EntityCode, KindCode, PatternCode, Type, pascal};
use std::collections::{BTreeMap, BTreeSet};

/// What TypeScript, JavaScript and the helpers have already.
const TAKEN: &[&str] = &[
    "Action",
    "ActionInput",
    "Answer",
    "Array",
    "ArrayLike",
    "Ask",
    "AsyncGenerator",
    "AttributeValue",
    "BigInt",
    "Boolean",
    "CallOptions",
    "ClientOptions",
    "ConditionFailed",
    "Conflict",
    "ConsistentOptions",
    "Data",
    "DataMap",
    "Date",
    "Day",
    "Decimal",
    "DynamoDBClient",
    "Entity",
    "Error",
    "ExactNumber",
    "ExpiringOptions",
    "Failure",
    "Found",
    "Function",
    "Input",
    "Item",
    "JSON",
    "KeysAndAttributes",
    "Map",
    "Math",
    "Month",
    "Name",
    "Names",
    "Number",
    "Numeric",
    "Object",
    "Of",
    "Omit",
    "Page",
    "PageOptions",
    "Pick",
    "Place",
    "Promise",
    "Reading",
    "ReadonlySet",
    "Record",
    "Refused",
    "RegExp",
    "Row",
    "Run",
    "Sender",
    "Set",
    "Signal",
    "State",
    "String",
    "Symbol",
    "Timestamp",
    "TransactWriteItem",
    "TransactionOptions",
    "Uint8Array",
    "Unexpected",
    "Unprocessed",
    "Update",
    "Value",
    "Values",
];

/// Words that no function of a module can be called.
const RESERVED: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// The names of one module.
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// Names of functions.
    functions: BTreeSet<String>,
    /// The functions that make identifiers, by their types.
    makers: BTreeMap<String, String>,
    /// What the functions of a kind of item are named after.
    kinds: BTreeMap<String, String>,
    /// The functions that compute attributes, by entity and attribute.
    derived: BTreeMap<(String, String), String>,
    entities: BTreeMap<String, String>,
    /// Enumerations by their values.
    enumerations: Vec<(Vec<String>, String)>,
}

impl Names {
    pub(super) fn new(client: &Client) -> Self {
        let mut made = Self {
            taken: TAKEN.iter().map(|&t| t.to_owned()).collect(),
            functions: RESERVED.iter().map(|&t| t.to_owned()).collect(),
            makers: BTreeMap::new(),
            kinds: BTreeMap::new(),
            derived: BTreeMap::new(),
            entities: BTreeMap::new(),
            enumerations: Vec::new(),
        };
        for brand in &client.brands {
            made.taken.insert(brand.name.clone());
        }
        for entity in &client.entities {
            let name = made.free(&pascal(&entity.name));
            made.entities.insert(entity.name.clone(), name);
        }
        made.name_functions(client);
        made
    }

    /// Names all functions that are not those of a pattern; these have a `_`, which no other has.
    fn name_functions(&mut self, client: &Client) {
        self.functions.extend(helpers::names());
        let kinds = |guards: bool| {
            let all = client.entities.iter().flat_map(|e| &e.kinds);
            all.filter(move |k| k.guard == guards)
        };
        // Those of the items themselves first, so that a guard never takes the name of another entity.
        for kind in kinds(false).chain(kinds(true)) {
            self.name_kind(kind);
        }
        for entity in &client.entities {
            for field in entity.fields.iter().filter(|f| f.derived.is_some()) {
                let wanted = format!("derived{}In{}", part(&field.attribute), part(&entity.name));
                let name = self.function(&wanted);
                let place = (entity.name.clone(), field.attribute.clone());
                self.derived.insert(place, name);
            }
        }
        for brand in &client.brands {
            let name = self.function(&lower(&brand.name));
            self.makers.insert(brand.name.clone(), name);
        }
    }

    fn name_kind(&mut self, kind: &KindCode) {
        let indexes = || kind.indexes.iter().filter_map(|k| k.index.as_deref());
        let of = |part: &str| -> Vec<String> {
            let mut all = vec![item_of(part), key_of(part, None)];
            all.extend(indexes().map(|index| key_of(part, Some(index))));
            all
        };
        let wanted = part(&kind.name);
        let mut name = wanted.clone();
        let mut count = 2;
        while of(&name).iter().any(|f| self.functions.contains(f)) {
            name = format!("{wanted}{count}");
            count += 1;
        }
        self.functions.extend(of(&name));
        self.kinds.insert(kind.name.clone(), name);
    }

    /// The name of a function that nothing else has.
    fn function(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut count = 2;
        while !self.functions.insert(name.clone()) {
            name = format!("{wanted}{count}");
            count += 1;
        }
        name
    }

    fn kind<'a>(&'a self, kind: &'a KindCode) -> &'a str {
        self.kinds
            .get(&kind.name)
            .map_or(&kind.name, String::as_str)
    }

    /// The function that makes the key of a kind in an index.
    pub(super) fn key_name(&self, kind: &KindCode, index: Option<&str>) -> String {
        key_of(self.kind(kind), index)
    }

    /// The function that makes the item of a kind.
    pub(super) fn item_name(&self, kind: &KindCode) -> String {
        item_of(self.kind(kind))
    }

    /// The function that computes an attribute.
    pub(super) fn derived_name(&self, entity: &EntityCode, attribute: &str) -> &str {
        let place = (entity.name.clone(), attribute.to_owned());
        self.derived.get(&place).map_or("", String::as_str)
    }

    /// The function that makes identifiers of a type.
    pub(super) fn maker(&self, brand: &str) -> &str {
        self.makers.get(brand).map_or("", String::as_str)
    }

    /// A name that nothing else has.
    pub(super) fn free(&mut self, wanted: &str) -> String {
        let clean: String = wanted.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut name = clean.clone();
        let mut count = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{clean}{count}");
            count += 1;
        }
        name
    }

    /// The row type of an entity.
    pub(super) fn entity<'a>(&'a self, name: &'a str) -> &'a str {
        self.entities.get(name).map_or(name, String::as_str)
    }

    /// The type of an enumeration; a new one has the name that is wanted, and is told to `new`.
    pub(super) fn enumeration(
        &mut self,
        values: &[String],
        wanted: &str,
        new: &mut Vec<(String, Vec<String>)>,
    ) -> String {
        if let Some((_, name)) = self.enumerations.iter().find(|(v, _)| v == values) {
            return name.clone();
        }
        let name = self.free(wanted);
        self.enumerations.push((values.to_vec(), name.clone()));
        new.push((name.clone(), values.to_vec()));
        name
    }

    /// The type of a value.
    pub(super) fn type_of(&self, of: &Type) -> String {
        match of {
            Type::Text(brands) if brands.is_empty() => "string".to_owned(),
            Type::Text(brands) => brands.join(" | "),
            Type::Enumeration(values) => {
                let known = self.enumerations.iter().find(|(v, _)| v == values);
                known.map_or_else(|| "string".to_owned(), |(_, name)| name.clone())
            }
            Type::Date => "Day".to_owned(),
            Type::Month => "Month".to_owned(),
            Type::Timestamp => "Timestamp".to_owned(),
            Type::Epoch | Type::Integer { wide: false } => "number".to_owned(),
            Type::Integer { wide: true } => "bigint".to_owned(),
            Type::Decimal => "Decimal".to_owned(),
            Type::Boolean => "boolean".to_owned(),
            Type::Bytes => "Uint8Array".to_owned(),
            Type::List => "readonly Data[]".to_owned(),
            Type::Map => "DataMap".to_owned(),
            Type::TextSet => "ReadonlySet<string>".to_owned(),
            Type::NumberSet => "ReadonlySet<Numeric>".to_owned(),
        }
    }
}

fn key_of(kind: &str, index: Option<&str>) -> String {
    let index = index.map_or_else(String::new, |index| format!("In{}", part(index)));
    format!("keyOf{kind}{index}")
}

fn item_of(kind: &str) -> String {
    format!("itemOf{kind}")
}

/// The method of a pattern: its name, unless a class cannot have it, or has another meaning for it.
pub(super) fn method(of: &PatternCode) -> String {
    match of.name.as_str() {
        "constructor" | "then" => format!("{}_", of.name),
        name => name.to_owned(),
    }
}

/// `Customer.email` as a part of a name: `CustomerEmail`.
pub(super) fn part(name: &str) -> String {
    let words: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    pascal(&words)
}

/// `orderItem` of `OrderItem`.
pub(super) fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}
