//! Compiles access patterns into the smallest `DynamoDB` schema that answers each of them in one request, with the proof.
//!
//! ```text
//!  design.yaml ─ document::parse ─▶ Node ─ resolve ─▶ Workload ─ demand ─▶ Variants
//!                                                        │                    │
//!                                                        ▼                    ▼
//!  report ◀─ Plan ◀─ check ◀─── plan::compile ◀── Solution { Schema, Proof } ◀─ solve
//!  (text, Markdown, JSON)                          (layout: what one index can serve; cost: what it costs)
//! ```
//!
//! Start reading at [`compile()`], then at the module of the stage that you care about; each says what it promises.
//!
//! What holds throughout:
//! - A stage is a function from one named type to the next. Errors of a stage are all reported at once; the next stage
//!   runs only when there are none.
//! - No plan leaves [`compile()`] that [`check`] finds anything wrong with; it shares no code with what makes the plan.
//! - [`plan::Plan`] is the only input of everything behind it: the views, the generators, other people's tools.
//! - Nothing below `cli` reads files, the environment or a clock, or prints.
//! - The same input gives the same bytes: ordered collections, ties broken by name, integers in all decisions, budgets in
//!   steps and never in time.

pub mod check;
pub mod cli;
pub mod cost;
pub mod demand;
pub mod diagnostic;
pub mod document;
pub mod effect;
pub mod emit;
pub mod encoding;
pub mod estimate;
pub mod explain;
pub mod heat;
mod items;
pub mod layout;
pub mod lint;
mod parallel;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod sample;
pub mod schema;
pub mod solve;
pub mod source;
pub mod time;
#[cfg(feature = "verify")]
pub mod verify;
pub mod workload;

use diagnostic::{Code, Diagnostic, Diagnostics};
use plan::{Design, Plan};
use solve::oracle::FixedKeys;
use source::Source;
use workload::Workload;

pub use resolve::changes::Change;
pub use solve::Objective;
pub use workload::Prices;

/// What a design is compiled for, beyond its file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is put first.
    pub objective: Objective,
    /// The prices; `None`: those of `us-east-1` that come with the tool.
    pub prices: Option<Prices>,
    /// What is tried instead of what the file says.
    pub changes: Vec<Change>,
}

/// What came of a design file.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The plan; `None` where the input is invalid, or the plan that was made is wrong.
    pub plan: Option<Plan>,
    /// The plan that was made and that the checker found wrong. Only for showing what is wrong with it.
    pub rejected: Option<Plan>,
    /// What the plan was made from, where there is one: for questions that its document does not answer.
    pub design: Option<Design>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// Compiles a design file.
#[must_use]
pub fn compile(source: &Source, objective: Objective) -> Compiled {
    let options = Options {
        objective,
        ..Options::default()
    };
    compile_with(source, &options)
}

/// Compiles a design file with other prices or other numbers than it says.
#[must_use]
pub fn compile_with(source: &Source, options: &Options) -> Compiled {
    compile_beside(source, options, |_| ()).0
}

/// Compiles a design file, and makes something of the plan while it is checked: what is made is returned only if the plan
/// is right.
#[must_use]
pub fn compile_beside<T>(
    source: &Source,
    options: &Options,
    make: impl FnOnce(&Plan) -> T,
) -> (Compiled, Option<T>) {
    let mut made = Compiled {
        plan: None,
        rejected: None,
        design: None,
        diagnostics: Diagnostics::default(),
    };
    let found = &mut made.diagnostics;
    let tree = match document::parse(source) {
        Ok(tree) => tree,
        Err(error) => {
            found.push(error);
            return (made, None);
        }
    };
    let Some(workload) = resolved(&tree, options, found) else {
        return (made, None);
    };
    let objective = options.objective;
    let solution = solve::solve(&workload, &FixedKeys::default(), objective);
    let plan = plan::document(source, &workload, &solution, found);
    let much = parallel::is_much(plan.patterns.len());
    let (violation, beside) = parallel::both(much, || violation(&workload, &plan), || make(&plan));
    if let Some(violation) = violation {
        found.push(violation);
        made.rejected = Some(plan);
        return (made, None);
    }
    made.plan = Some(plan);
    made.design = Some(Design {
        workload,
        solution,
        objective,
    });
    (made, Some(beside))
}

/// The workload of a document, with what the options say.
fn resolved(tree: &document::Node, options: &Options, found: &mut Diagnostics) -> Option<Workload> {
    let mut workload = resolve::resolve(tree, found)?;
    if let Some(prices) = &options.prices {
        workload.prices = prices.clone();
    }
    resolve::changes::apply(&mut workload, &options.changes, found);
    (!found.has_errors()).then_some(workload)
}

/// What the checker finds wrong with a plan.
fn violation(workload: &Workload, plan: &Plan) -> Option<Diagnostic> {
    let violations = check::check(workload, plan);
    let message = match violations.len() {
        0 => return None,
        1 => "the plan that was made is wrong; this is a mistake of the tool, not of the design"
            .to_owned(),
        n => format!(
            "the plan that was made is wrong in {n} places; this is a mistake of the tool, not of the design"
        ),
    };
    let made = Diagnostic::general(Code::D0901, message);
    Some(violations.iter().fold(made, |d, v| d.note(v.to_string())))
}
