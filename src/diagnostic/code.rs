//! The one table of diagnostic codes.
//!
//! Promises: an id is never reused for another meaning; everything that lists codes (`design explain`, the README, the
//! tests) reads this table; each has a page in `src/explain/codes`. Bands: D01 the document, D02 names and values, D03
//! advice, D04 coverage and cost, D05 limits and
//! search, D06 generated files, D09 the tool itself.

use super::Severity;

/// A row of the table, without its id.
struct Row {
    id: &'static str,
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    page: &'static str,
}

macro_rules! codes {
    ($($variant:ident $severity:ident $name:literal $summary:literal)*) => {
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
                        page: include_str!(concat!("../explain/codes/", stringify!($variant), ".md")),
                    },)*
                }
            }
        }
    };
}

codes! {
    D0101 Error "invalid-yaml" "the file is not valid YAML"
    D0102 Error "unknown-field" "a field that the language does not have at this place"
    D0103 Error "missing-field" "a field that must be there is not"
    D0104 Error "wrong-form" "a value of another form than the field takes"
    D0105 Error "invalid-name" "a name with characters that names cannot have"
    D0106 Error "verb" "a pattern needs exactly one verb"
    D0201 Error "duplicate-name" "a name is declared twice"
    D0202 Error "bad-value" "a number, size, rate or share that cannot be read"
    D0203 Error "unknown-entity" "an entity that is not declared"
    D0204 Error "unknown-attribute" "an attribute that the entity does not have"
    D0205 Error "unknown-value" "a value that the enumeration does not have"
    D0206 Error "attribute-used-twice" "an attribute in more than one of `by`, `range` and `prefix`"
    D0207 Error "invalid-type" "a type that does not exist or does not fit"
    D0208 Error "invalid-reference" "a reference that does not fit its target"
    D0209 Error "invalid-derivation" "a derived attribute that cannot be computed"
    D0210 Error "type-mismatch" "a value or use that the attribute's type does not allow"
    D0211 Error "misplaced-field" "a field that has no meaning for this pattern"
    D0212 Error "not-unique" "a `get` that can match more than one item"
    D0213 Error "no-common-attribute" "a collection whose entities share nothing in `by`"
    D0214 Error "ambiguous-limit" "a limit of a collection that counts no single entity"
    D0215 Error "forbidden-write" "a write that changes what cannot change"
    D0216 Error "incomplete-item" "a write that leaves a required attribute out"
    D0217 Error "parameter-conflict" "one parameter with two types"
    D0218 Error "same-item-twice" "two steps of a transaction on one item"
    D0219 Error "invalid-setting" "a table setting that cannot be"
    D0220 Error "name-clash" "two physical attributes with one name"
    D0221 Error "invalid-uniqueness" "a uniqueness constraint that cannot be kept"
    D0222 Error "invalid-ttl" "a time to live that is no time"
    D0223 Error "too-many" "more of something than the tool or DynamoDB can handle"
    D0224 Error "incomplete-key" "a write that does not name the item"
    D0225 Error "unknown-rule" "a rule under `lints` that does not exist or has no level"
    D0301 Warning "assumed-immutable" "the table's key rests on an assumption"
    D0302 Warning "hot-partition" "one partition takes more than DynamoDB serves"
    D0303 Warning "wide-projection" "an INCLUDE projection near DynamoDB's limit"
    D0304 Warning "upsert-of-expired" "an upsert may find an item that is over its time"
    D0305 Note "constant-partition" "all items of a kind lie in one partition"
    D0306 Note "few-partitions" "a partition key with few values"
    D0307 Warning "no-split" "a busy partition that DynamoDB cannot split"
    D0308 Warning "large-collection" "more than 10 GB under one partition key"
    D0309 Note "mutable-index-key" "an index key that changes, and what its moves cost"
    D0310 Warning "index-back-pressure" "an index partition that throttles the writes of the table"
    D0311 Note "never-written" "an entity that is read and that no pattern makes"
    D0312 Warning "never-matches" "a read of a value that no write gives"
    D0313 Warning "never-read" "an entity that is written and that nothing reads"
    D0314 Warning "unused-attribute" "an attribute that is stored and that no pattern uses or returns"
    D0315 Warning "unused-entity" "an entity that no pattern names"
    D0316 Warning "optional-unique" "a uniqueness constraint that items without a value escape"
    D0317 Warning "tenant-not-in-key" "data of a tenant under a key without the tenant"
    D0318 Note "assumed-load" "counts and rates that the file does not give"
    D0319 Note "maybe-one-item" "two steps of a transaction that may meet on one item"
    D0401 Error "uncovered" "an access pattern that no design answers in one request"
    D0402 Error "too-expensive" "the design costs more than `design check --max-cost` accepts"
    D0501 Warning "not-proven" "the search ended before the optimum was proven"
    D0510 Error "collection-over-limit" "more than 10 GB in a partition of a table with local indexes"
    D0511 Warning "item-over-limit" "an item that may exceed 400 KB"
    D0512 Warning "key-over-limit" "a key that may be longer than DynamoDB takes"
    D0513 Note "unbounded-key" "text in a key without a bound of its length"
    D0514 Warning "several-pages" "a call that reads more than one page of 1 MB"
    D0515 Warning "over-default-quota" "more than the default quotas of an account"
    D0516 Warning "capacity-below-peak" "capacity that is below the declared peak"
    D0517 Warning "warm-throughput" "a peak above what a new table serves"
    D0601 Error "generated-file-differs" "a generated file that is not what the design gives"
    D0602 Error "generated-file-missing" "a file that `generate` names and that is not there"
    D0603 Warning "generated-file-stale" "a file that was generated and that the design gives no more"
    D0604 Error "generated-file-taken" "a file in the place of a generated one that was not generated"
    D0901 Error "internal" "the tool contradicts itself"
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

    /// The page that explains it, without its title: what a finding says, why, an example, what to do, and the source of
    /// the rule, each under a heading.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        let page = self.row().page;
        page.split_once("\n\n")
            .map_or(page, |(_, rest)| rest)
            .trim_end()
    }

    /// The paragraphs of the page under a heading.
    #[must_use]
    pub fn section(self, heading: &str) -> Option<&'static str> {
        let (_, rest) = self.row().page.split_once(&format!("\n## {heading}\n"))?;
        Some(rest.split("\n## ").next().unwrap_or(rest).trim())
    }

    /// Whether its findings are about a plan, so that `lints` and the command line can set how much they weigh.
    #[must_use]
    pub fn is_rule(self) -> bool {
        ["D03", "D04", "D05"]
            .iter()
            .any(|band| self.id().starts_with(band))
    }

    /// Why, in one sentence, as a note: lower case where a word allows it, no full stop.
    #[must_use]
    pub fn rule(self) -> String {
        let text = self.section("Why").unwrap_or(self.summary());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = text
            .split_once(". ")
            .map_or(text.as_str(), |(first, _)| first);
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
