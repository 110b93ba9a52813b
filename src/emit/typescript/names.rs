//! Names of what a module has: types and functions, no two the same.

use crate::emit::client::{Client, PatternCode, Type, pascal};
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

/// The names of one module.
pub(super) struct Names {
    taken: BTreeSet<String>,
    entities: BTreeMap<String, String>,
    /// Enumerations by their values.
    enumerations: Vec<(Vec<String>, String)>,
}

impl Names {
    pub(super) fn new(client: &Client) -> Self {
        let mut made = Self {
            taken: TAKEN.iter().map(|&t| t.to_owned()).collect(),
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
        made
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
