//! The one table of diagnostic codes.
//!
//! Promises: an id is never reused for another meaning; everything that lists codes (`design explain`, the README, the
//! tests) reads this table. Bands: D01 the document, D02 names and values, D03 advice, D04 coverage and cost, D05 limits and
//! search, D09 the tool itself.

use super::Severity;

/// A row of the table, without its id.
struct Row {
    id: &'static str,
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    explanation: &'static str,
}

macro_rules! codes {
    ($($variant:ident $severity:ident $name:literal $summary:literal $explanation:literal)*) => {
        /// A diagnostic code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Code {
            /// Every code, by id.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        id: stringify!($variant),
                        name: $name,
                        severity: Severity::$severity,
                        summary: $summary,
                        explanation: $explanation,
                    },)*
                }
            }
        }
    };
}

codes! {
    D0101 Error "invalid-yaml" "the file is not valid YAML"
        "The text could not be read as one YAML 1.2 document. The place is where the reader lost the thread; the cause is \
         often just before it: a quote or bracket left open, a wrong indentation, a `:` without a space."
    D0102 Error "unknown-field" "a field that the language does not have at this place"
        "Fields are never guessed: a misspelt one would otherwise change the design silently. The message names the \
         fields that may stand here."
    D0103 Error "missing-field" "a field that must be there is not"
        "The map lacks a field without which it has no meaning, such as the `key` of an entity."
    D0104 Error "wrong-form" "a value of another form than the field takes"
        "The field takes, for instance, a list and got a map. The message says which forms are accepted."
    D0105 Error "invalid-name" "a name with characters that names cannot have"
        "Names of entities, attributes and patterns become names of functions, types and keys, so they match \
         `[A-Za-z][A-Za-z0-9_]*`; a design's name may also have `-`."
    D0106 Error "verb" "a pattern needs exactly one verb"
        "A pattern says what it does by one of `get`, `list`, `count`, `create`, `put`, `update`, `delete` or \
         `transaction`; a step of a transaction by one of `create`, `put`, `update`, `delete` or `check`."
    D0201 Error "duplicate-name" "a name is declared twice"
        "Two things of one kind need two names. An optional attribute `note?` and an attribute `note` are one name."
    D0202 Error "bad-value" "a number, size, rate or share that cannot be read"
        "Counts are written `1200`, `50k`, `2M`, `3.5G`; sizes `400 B`, `1.5 KB`; rates `300/s`, `2M/day`; shares `2%`; \
         repetitions `1..20`."
    D0203 Error "unknown-entity" "an entity that is not declared"
        "Every entity that a pattern or a reference names is declared under `entities`."
    D0204 Error "unknown-attribute" "an attribute that the entity does not have"
        "Attributes are declared under the entity's `attributes`; a pattern can only use those."
    D0205 Error "unknown-value" "a value that the enumeration does not have"
        "A constant of an enumeration is one of its declared values, written the same way."
    D0206 Error "attribute-used-twice" "an attribute in more than one of `by`, `range` and `prefix`"
        "A read fixes an attribute, bounds it, or matches its start; only one of them can hold at a time."
    D0207 Error "invalid-type" "a type that does not exist or does not fit"
        "Types are `string`, `integer`, `decimal`, `boolean`, `timestamp`, `date`, `month`, `epoch`, `uuid`, `ulid`, \
         `ksuid`, `binary`, `list`, `map`, `set(string)`, `set(number)`, a list of values, or the name of an entity."
    D0208 Error "invalid-reference" "a reference that does not fit its target"
        "A reference has as many attributes as the target's key, in its order and of its types. An entity with a \
         composite key is referred to under `references`, or one of its attributes by `Entity.attribute`."
    D0209 Error "invalid-derivation" "a derived attribute that cannot be computed"
        "Derived attributes are computed by `day`, `month`, `year`, `hour` of a time, `lower`, `prefix` of a text, \
         `bucket` or `concat`, from stored attributes of the same entity, without a cycle."
    D0210 Error "type-mismatch" "a value or use that the attribute's type does not allow"
        "A constant has the type of its attribute; only attributes with an order can be sorted by or bounded; `prefix` \
         needs text; keys cannot hold lists, maps or sets; only numbers and sets can be added to."
    D0211 Error "misplaced-field" "a field that has no meaning for this pattern"
        "The field exists, but not for this verb or not together with another one of the pattern."
    D0212 Error "not-unique" "a `get` that can match more than one item"
        "`get` returns at most one item, so what it goes by must hold the entity's key or a unique set of attributes. \
         Use `list` where several items can match, or declare the attributes `unique`."
    D0213 Error "no-common-attribute" "a collection whose entities share nothing in `by`"
        "The items of a collection lie in one partition, so `by` needs at least one attribute that all its entities have, \
         or a map that says which attribute of each entity is meant."
    D0214 Error "ambiguous-limit" "a limit of a collection that counts no single entity"
        "The limit of a collection counts the items of the one entity that can match many times; with `interleave: true` \
         it counts the merged items."
    D0215 Error "forbidden-write" "a write that changes what cannot change"
        "Attributes of the key never change, derived attributes are computed, and an attribute that is declared \
         `immutable: true` is written once."
    D0216 Error "incomplete-item" "a write that leaves a required attribute out"
        "An upsert makes the item of the key, `set` and `add`; whatever else the entity requires would be missing. Make the \
         attribute optional, give it in `set`, or use `put`."
    D0217 Error "parameter-conflict" "one parameter with two types"
        "Equal parameter names in a pattern are one parameter, so they must have one type. Rename one of them with \
         `$name`, or write `text($name)` where an attribute holds the value as text."
    D0218 Error "same-item-twice" "two steps of a transaction on one item"
        "DynamoDB refuses a transaction with two actions on one item. Fold them into one step."
    D0219 Error "invalid-setting" "a table setting that cannot be"
        "The value is outside what DynamoDB accepts for this setting, or contradicts another setting."
    D0220 Error "name-clash" "two physical attributes with one name"
        "The design adds attributes of its own to each item (`PK`, `SK`, `GSI1PK`, `_type` …). Give the attribute another \
         stored name with `stored_as`, or rename the added ones under `table: names`."
    D0221 Error "invalid-uniqueness" "a uniqueness constraint that cannot be kept"
        "A unique set is made of attributes that can stand in a key; the sets of one namespace have the same number of \
         attributes, of the same types."
    D0222 Error "invalid-ttl" "a time to live that is no time"
        "`ttl` names an attribute of type `epoch`, `timestamp` or `date`."
    D0223 Error "too-many" "more of something than the tool or DynamoDB can handle"
        "Hard bounds: 256 attributes of an entity, 6 optional parameters of a pattern, 100 keys of a batch, 100 items of a \
         transaction."
    D0224 Error "incomplete-key" "a write that does not name the item"
        "A step of a transaction and an upsert name their item by its whole key. An `update` or `delete` outside a \
         transaction may go by other attributes: it then finds the items first."
    D0301 Warning "assumed-immutable" "the table's key rests on an assumption"
        "The table's own key can never be changed. An attribute in it was taken as immutable because of its type or \
         because no write pattern changes it, not because the file says so. Write `immutable: true`, or `false` to see the \
         design without the assumption."
    D0302 Warning "hot-partition" "one partition takes more than DynamoDB serves"
        "One partition key value serves 3,000 read units and 1,000 write units a second, in the table and in each index. \
         Spread the pattern over `shards`, or partition by another attribute. Source: the Amazon DynamoDB Developer Guide, \
         \"Best practices for designing and using partition keys effectively\"."
    D0303 Warning "wide-projection" "an INCLUDE projection near DynamoDB's limit"
        "All INCLUDE projections of a table may name 100 attributes together. Source: the Amazon DynamoDB Developer Guide, \
         \"Quotas in Amazon DynamoDB\"."
    D0304 Warning "upsert-of-expired" "an upsert may find an item that is over its time"
        "DynamoDB deletes an item some days after its `ttl`. Reads of the plan leave it out at once, but an upsert in \
         between changes it: what it does not set stays as it was. Set every attribute that matters, or use `put`. Source: \
         the Amazon DynamoDB Developer Guide, \"Using time to live\"."
    D0401 Error "uncovered" "an access pattern that no design answers in one request"
        "None of the designs within the limits answers the pattern at a price that its `allow` accepts. The message says \
         why, and names the cheapest change of the file that would cover it."
    D0402 Error "too-expensive" "the design costs more than `design check --max-cost` accepts"
        "The estimated monthly cost is above what the caller of the check accepts. The Cost section of `design plan` says \
         what it is made of, index by index, entity by entity and pattern by pattern; `design plan --what-if` shows what \
         other numbers would make of it. Source of the prices: Amazon DynamoDB pricing."
    D0501 Warning "not-proven" "the search ended before the optimum was proven"
        "The design is the best that was found within the search budget; a smaller one may exist."
    D0901 Error "internal" "the tool contradicts itself"
        "The plan failed the checker that derives every claim again from the design file. Nothing was written. Please \
         report it with the design file."
}

impl Code {
    /// The id, such as `D0203`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// The name of the problem, such as `unknown-entity`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// How much a finding of this code weighs unless the user says otherwise.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.row().severity
    }

    /// One line: what the code is about.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        self.row().summary
    }

    /// What it means, why it matters and what to do.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        self.row().explanation
    }

    /// The first sentence of the explanation, as a note: lower case where a word allows it, no full stop.
    #[must_use]
    pub fn rule(self) -> String {
        let text = self.explanation();
        let first = text.split_once(". ").map_or(text, |(first, _)| first);
        let first = first.strip_suffix('.').unwrap_or(first);
        let name = first.starts_with("DynamoDB") || first.starts_with('`');
        let mut characters = first.chars();
        match characters.next() {
            Some(c) if !name => c.to_lowercase().chain(characters).collect(),
            _ => first.to_owned(),
        }
    }

    /// The code with this id or name.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.id().eq_ignore_ascii_case(text) || c.name() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_unique_and_ordered() {
        let ids: Vec<_> = Code::ALL.iter().map(|c| c.id()).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        let mut names: Vec<_> = Code::ALL.iter().map(|c| c.name()).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_code_is_found_by_id_and_by_name() {
        assert_eq!(Code::find("d0203"), Some(Code::D0203));
        assert_eq!(Code::find("uncovered"), Some(Code::D0401));
        assert_eq!(Code::find("D9999"), None);
    }
}
