//! From a solved workload to the document.

mod answer;
use super::advice::{Grade, MOST_PATTERNS, uncovered};
use super::entities::entities;
use super::parameters::of_read;
use super::proof::{assumed, proof};
use super::reading::{Scope, is_time_only};
use super::settings::{consumers, generate, table};
use super::writing::write;
use super::{
    Assumption, DiagnosticEntry, ForEach, LimitEntry, Pattern, PatternCost, Plan, ReadStep, Step,
    VERSION, VariantEntry, WriteStep, costs,
};
use crate::cost::figures::Figures;
use crate::cost::model::Model;
use crate::demand::{Demand, Ways};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lint::lint;
use crate::parallel;
use crate::schema::Served;
use crate::solve::oracle::{FixedKeys, Oracle};
use crate::solve::{Objective, Solution, attempt, solve};
use crate::source::Source;
use crate::workload::{Action, EntityId, Ids, PatternId, Read, ReadVerb, Workload};
use serde_json::{Value, json};

/// What a plan is made from.
#[derive(Debug, Clone)]
pub struct Design {
    /// What the file says.
    pub workload: Workload,
    /// The schema that was found for it.
    pub solution: Solution,
    /// What was put first.
    pub objective: Objective,
}

/// Compiles a workload into a plan; what there is to say of it goes to `found`.
#[must_use]
pub fn compile(
    source: &Source,
    workload: &Workload,
    objective: Objective,
    found: &mut Diagnostics,
) -> Plan {
    let solution = solve(workload, &FixedKeys::default(), objective);
    document(source, workload, &solution, found)
}

/// The document of a solved workload; what there is to say of it goes to `found`.
#[must_use]
pub fn document(
    source: &Source,
    workload: &Workload,
    solution: &Solution,
    found: &mut Diagnostics,
) -> Plan {
    let fixed = FixedKeys::default();
    let oracle = oracle_of(workload, solution, &fixed);
    let figures = Figures::new(model_of(workload, solution), &solution.schema);
    let builder = Builder {
        workload,
        solution,
        oracle: &oracle,
        figures: &figures,
    };
    let much = parallel::is_much(workload.patterns.len());
    let ids: Vec<PatternId> = workload.pattern_ids().collect();
    let patterns: Vec<Pattern> = parallel::each(&ids, much, |p| builder.pattern(*p));
    let assumptions = builder.assumptions(found);
    let told = || {
        (
            costs::cost(&figures, solution),
            entities(workload, &figures),
        )
    };
    let ((cost, entities), ()) = parallel::both(much, told, || {
        builder.findings(&patterns, found);
        lint(solution, &figures, found);
    });
    for (code, severity) in &workload.lints {
        found.reweigh(*code, *severity);
    }
    let mut plan = Plan {
        plan_version: VERSION,
        design: workload.name.clone(),
        description: workload.description.clone(),
        tables: vec![table(workload, &solution.schema)],
        entities,
        patterns,
        proof: proof(workload, solution, &oracle, assumptions),
        cost,
        diagnostics: Vec::new(),
        consumers: consumers(workload),
        generate: generate(workload),
    };
    plan.diagnostics = found
        .sorted()
        .into_iter()
        .map(|d| entry(source, d))
        .collect();
    plan
}

/// Answers what fits together of a solution's demands.
#[must_use]
pub fn oracle_of<'a>(
    workload: &'a Workload,
    solution: &'a Solution,
    fixed: &'a FixedKeys,
) -> Oracle<'a> {
    let demands: Vec<&Demand> = solution
        .variants
        .iter()
        .flat_map(|v| match &v.ways {
            Ways::Demands(all, _) => all.as_slice(),
            Ways::ByKey { .. } => &[],
        })
        .collect();
    Oracle::new(workload, &solution.rules, demands, fixed)
}

/// The costs of a solution.
#[must_use]
pub fn model_of<'a>(workload: &'a Workload, solution: &'a Solution) -> Model<'a> {
    Model::new(workload, &solution.variants)
}

/// A finding as the document has it.
#[must_use]
pub fn entry(source: &Source, of: &Diagnostic) -> DiagnosticEntry {
    let position = of.span().map(|s| source.position(s));
    DiagnosticEntry {
        code: of.code.id().to_owned(),
        severity: of.severity.word().to_owned(),
        message: of.message.clone(),
        line: position.map(|p| p.line),
        column: position.map(|p| p.column),
    }
}

/// How well a solution answers a pattern: as its worst variant.
#[must_use]
pub fn status_of(solution: &Solution, pattern: PatternId) -> Grade {
    let own = solution
        .variants
        .iter()
        .zip(&solution.schema.served)
        .filter(|(v, _)| v.pattern == pattern);
    own.map(|(v, s)| grade(&v.ways, s))
        .max()
        .unwrap_or(Grade::Covered)
}

fn grade(ways: &Ways, served: &Served) -> Grade {
    let free = |d: &Demand| {
        if d.price.is_free() {
            Grade::Covered
        } else {
            Grade::Degraded
        }
    };
    match (served, ways) {
        (Served::Not, _) => Grade::Uncovered,
        (Served::ByKey, Ways::ByKey { price, .. }) if price.is_free() => Grade::Covered,
        (Served::ByKey, _) => Grade::Degraded,
        (Served::Table(d) | Served::Index(_, d) | Served::Scan(d), _) => free(d),
    }
}

struct Builder<'a> {
    workload: &'a Workload,
    solution: &'a Solution,
    oracle: &'a Oracle<'a>,
    figures: &'a Figures<'a>,
}

/// What the variants of a pattern come to.
struct Answer {
    grade: Grade,
    price: Vec<String>,
    requests: Option<u64>,
    reason: Option<String>,
}

impl Builder<'_> {
    fn pattern(&self, id: PatternId) -> Pattern {
        let declared = self.workload.pattern(id);
        let mut made = self.skeleton(id);
        match &declared.action {
            Action::External => {}
            Action::Read(read) => self.read(id, read, false, &mut made),
            Action::Write(_) | Action::Transaction(_) => self.write(id, &mut made),
            Action::Find(find) => {
                self.read(id, &find.read, true, &mut made);
                let (step, parameters) =
                    write(self.workload, &self.solution.schema, &declared.action);
                made.parameters = parameters;
                made.requests = None;
                if !made.steps.is_empty() {
                    made.steps.push(Step::Write(step));
                }
            }
        }
        made
    }

    fn skeleton(&self, id: PatternId) -> Pattern {
        let declared = self.workload.pattern(id);
        let (read_units, write_units) = costs::both(self.figures.call(id));
        let external = declared.external.is_some();
        Pattern {
            name: declared.name.clone(),
            id: match &declared.ids {
                Ids::None => Value::Null,
                Ids::One(text) => json!(text),
                Ids::Many(all) => json!(all),
            },
            description: declared.description.clone(),
            verb: declared.verb.map(str::to_owned),
            entities: declared
                .entities
                .iter()
                .map(|e| self.workload.entity(*e).name.clone())
                .collect(),
            status: if external { "external" } else { "covered" }.to_owned(),
            external: declared.external.clone(),
            price: Vec::new(),
            requests: (!external).then_some(1),
            reason: None,
            variants: None,
            parameters: Vec::new(),
            limit: None,
            batch: None,
            order: "by_entity".to_owned(),
            steps: Vec::new(),
            cost: PatternCost {
                read_units,
                write_units,
                usd_per_month: costs::dollars(self.figures.pattern(id)),
                items_read: 0.0,
                items_returned: 0.0,
            },
        }
    }

    fn read(&self, id: PatternId, read: &Read, finds: bool, made: &mut Pattern) {
        let schema = &self.solution.schema;
        let own = self.figures.model.variants_of(id);
        let mut answers: Vec<Answer> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let mut entries: Vec<VariantEntry> = Vec::new();
        for variant in own.clone() {
            let scope = Scope::new(
                self.workload,
                schema,
                read,
                &self.solution.variants[variant],
                finds,
            );
            let reading = scope.steps(&schema.served[variant]);
            let answer = self.answer(variant, read, &reading);
            entries.extend(scope.when().map(|when| VariantEntry {
                when,
                status: word(answer.grade).to_owned(),
                price: answer.price.clone(),
                requests: answer.requests,
                reason: answer.reason.clone(),
            }));
            answers.push(answer);
            let before = steps.len();
            steps.extend(reading.into_iter().map(|mut step| {
                for each in step.for_each.iter_mut().flatten() {
                    if let ForEach::Rows { rows_of } = each {
                        *rows_of += before;
                    }
                }
                Step::Read(step)
            }));
        }
        let Some(worst) = answers
            .iter()
            .max_by_key(|a| (a.grade, a.price.len(), a.requests.map_or(u64::MAX, |r| r)))
        else {
            return;
        };
        let better = self.advice(id, worst.grade);
        made.status = word(worst.grade).to_owned();
        made.price.clone_from(&worst.price);
        if worst.grade == Grade::Uncovered {
            made.price = better.as_ref().map(|b| b.price.clone()).unwrap_or_default();
            let uncovered = entries.iter_mut().filter(|e| e.status == made.status);
            uncovered.for_each(|e| e.price.clone_from(&made.price));
        }
        made.requests = worst.requests;
        made.reason = worst.reason.clone().map(|why| match better {
            Some(better) if !better.words.is_empty() => format!("{why}; {}", better.words),
            _ => why,
        });
        made.variants = (!entries.is_empty()).then_some(entries);
        made.parameters = of_read(self.workload, read);
        made.limit = read.limit.map(|l| LimitEntry {
            count: l.count,
            entity: l.entity.map(|e| self.workload.entity(e).name.clone()),
        });
        made.batch = read.batch;
        made.order = if read.interleave {
            "merged"
        } else {
            "by_entity"
        }
        .to_owned();
        made.steps = if worst.grade == Grade::Uncovered {
            Vec::new()
        } else {
            steps
        };
        self.count_items(own, read, made);
    }

    fn write(&self, id: PatternId, made: &mut Pattern) {
        let action = &self.workload.pattern(id).action;
        let (step, parameters) = write(self.workload, &self.solution.schema, action);
        made.parameters = parameters;
        made.requests = Some(write_requests(&step, &made.parameters));
        match self.too_much(action, &step) {
            Some(reason) => {
                made.status = "uncovered".to_owned();
                made.reason = Some(reason);
            }
            None => made.steps = vec![Step::Write(step)],
        }
    }

    /// Why a transaction is more than `DynamoDB` takes. Source: Amazon `DynamoDB` Developer Guide, "Quotas".
    fn too_much(&self, action: &Action, step: &WriteStep) -> Option<String> {
        if self.workload.settings.strong && step.call == "TransactWriteItems" {
            return Some(
                "multi-Region strong consistency has no transactions, and this write needs one"
                    .to_owned(),
            );
        }
        let Action::Transaction(steps) = action else {
            return None;
        };
        let most = |entity: &str| {
            let times = |s: &crate::workload::Step| s.times.map_or(1, |t| u64::from(t.max));
            steps
                .iter()
                .filter(|s| self.workload.entity(s.entity).name == entity)
                .map(times)
                .max()
                .unwrap_or(1)
        };
        let count: u64 = step
            .actions
            .iter()
            .map(|a| {
                if a.times.is_some() {
                    most(&a.entity)
                } else {
                    1
                }
            })
            .sum();
        if count > 100 {
            return Some(format!(
                "with its guards the transaction has {count} actions, and DynamoDB takes 100; lower `times`"
            ));
        }
        let bytes: u64 = steps
            .iter()
            .map(|s| self.figures.bytes(s.entity).item * s.times.map_or(1, |t| u64::from(t.max)))
            .sum();
        (bytes > 4 << 20).then(|| {
            format!(
                "its items come to {} KB, and a transaction takes 4 MB; lower `times`",
                bytes / 1024
            )
        })
    }

    fn assumptions(&self, found: &mut Diagnostics) -> Vec<Assumption> {
        let mut made = Vec::new();
        for (entity, attribute) in assumed(self.workload, &self.solution.schema) {
            let declared = self.workload.entity(entity);
            let name = &declared.attribute(attribute).name;
            let otherwise = self.otherwise(entity, attribute);
            let why = match declared.attribute(attribute).basis {
                crate::workload::Basis::Writes => "no write pattern changes it",
                _ => "its type suggests it, and the entity has no write patterns",
            };
            let text = format!("taken as immutable: {why}; if it can change, {otherwise}");
            found.push(
                Diagnostic::at(
                    Code::D0301,
                    declared.attribute(attribute).span,
                    format!("the table's key of {} rests on `{name}` never changing", declared.name),
                )
                .label("not declared immutable")
                .note(text.clone())
                .help(format!("declare `immutable: true` on `{name}`, or `immutable: false` for the design without it")),
            );
            made.push(Assumption {
                entity: declared.name.clone(),
                attribute: name.clone(),
                text,
            });
        }
        made
    }

    /// What the design would be if an attribute could change.
    fn otherwise(&self, entity: EntityId, attribute: crate::workload::AttributeId) -> String {
        if self.workload.patterns.len() > MOST_PATTERNS {
            return "the table needs another key, and perhaps more indexes".to_owned();
        }
        let mut changed = self.workload.clone();
        let a = &mut changed.entities[usize::from(entity.0)].attributes[usize::from(attribute.0)];
        a.mutable = true;
        a.basis = crate::workload::Basis::Declared;
        let other = attempt(&changed);
        let (now, then) = (
            self.solution.schema.indexes.len(),
            other.schema.indexes.len(),
        );
        let uncovered = |s: &Solution| uncovered(s, self.workload);
        let lost = uncovered(&other).saturating_sub(uncovered(self.solution));
        let cost = |s: &Solution| s.frontier.first().map_or(0.0, |p| costs::dollars(p.cost));
        let (before, after) = (cost(self.solution), cost(&other));
        let money = if format!("{before:.2}") == format!("{after:.2}") {
            format!("${before:.2} a month as now")
        } else {
            format!("${after:.2} a month instead of ${before:.2}")
        };
        match (lost, then.cmp(&now)) {
            (0, std::cmp::Ordering::Greater) => {
                format!(
                    "the design needs {} instead of {now} and costs {money}",
                    indexes(then)
                )
            }
            (0, _) => format!("the design has another table key and costs {money}"),
            (n, _) => format!("{n} of the patterns would not be covered"),
        }
    }

    fn findings(&self, patterns: &[Pattern], found: &mut Diagnostics) {
        for (id, pattern) in self.workload.pattern_ids().zip(patterns) {
            if pattern.status == "uncovered" {
                let reason = pattern.reason.clone().unwrap_or_default();
                let (why, help) = apart(&reason);
                found.push(
                    Diagnostic::at(
                        Code::D0401,
                        self.workload.pattern(id).span,
                        format!("`{}` is uncovered", pattern.name),
                    )
                    .note(why)
                    .help(help),
                );
            }
        }
        if !self.solution.proof.optimal {
            found.push(
                Diagnostic::at(
                    Code::D0501,
                    self.workload.span,
                    format!(
                        "{} found, at least {} needed: the search ended before it was known whether fewer are enough",
                        indexes(self.solution.schema.indexes.len()),
                        self.solution.proof.lower_bound
                    ),
                )
                .note("the search has a budget of steps, so that it always ends and always gives the same design")
                .help("take the design as it is, or split it: patterns of entities that have nothing in common can be solved apart"),
            );
        }
    }
}

/// A reason as why and what would help, which [`Builder::with_advice`] joined.
fn apart(reason: &str) -> (&str, String) {
    let advice = |text: &&str| {
        ["`", "dropping ", "lower "]
            .iter()
            .any(|s| text.starts_with(s))
    };
    match reason.rsplit_once("; ").filter(|(_, text)| advice(text)) {
        Some((why, text)) => (why, text.to_owned()),
        None => (
            reason,
            "no small change of the file was found that covers it; split the pattern in two, or say with `external` what serves it"
                .to_owned(),
        ),
    }
}

fn indexes(n: usize) -> String {
    if n == 1 {
        "1 index".to_owned()
    } else {
        format!("{n} indexes")
    }
}

const fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Covered => "covered",
        Grade::Degraded => "degraded",
        Grade::Uncovered => "uncovered",
    }
}

/// Requests of one page at most; `None` where rows are dropped until a limit is met, or references have no bound.
fn requests(read: &Read, steps: &[ReadStep]) -> Option<u64> {
    let mut total: u64 = 0;
    for step in steps {
        let parallel: u64 = step
            .for_each
            .iter()
            .flatten()
            .map(|f| match f {
                ForEach::Values { values, .. } => values.len() as u64,
                ForEach::Count { count, .. } => u64::from(*count),
                ForEach::Rows { .. } => 1,
            })
            .product();
        let followed = step
            .for_each
            .iter()
            .flatten()
            .any(|f| matches!(f, ForEach::Rows { .. }));
        if followed {
            let rows = match (read.limit, read.verb) {
                (_, ReadVerb::Get) => u64::from(read.batch.unwrap_or(1)),
                (Some(limit), _) => u64::from(limit.count),
                (None, _) => return None,
            };
            total += rows.div_ceil(100);
            continue;
        }
        let drops = step.limit.is_some() && !is_time_only(step.filter.as_ref());
        if drops && step.call != "GetItem" {
            return None;
        }
        total += parallel;
    }
    Some(total.max(1))
}

/// Requests of a write: one, and one for each item that is read before.
fn write_requests(step: &WriteStep, parameters: &[super::Parameter]) -> u64 {
    let repeated = |list: &Option<String>| {
        let of = |p: &&super::Parameter| Some(&p.name) == list.as_ref();
        parameters
            .iter()
            .find(of)
            .and_then(|p| p.max)
            .map_or(1, u64::from)
    };
    1 + step
        .actions
        .iter()
        .filter(|a| !a.current.is_empty())
        .map(|a| repeated(&a.times))
        .sum::<u64>()
}
