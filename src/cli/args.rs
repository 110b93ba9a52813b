//! The arguments, as clap reads them.

use clap::{Parser, Subcommand, ValueEnum};

/// Compiles access patterns into the smallest `DynamoDB` schema that answers each of them.
#[derive(Debug, Parser)]
#[command(name = "design", version, about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compile a design file and show the design: tables, keys, coverage, cost, proof
    Plan(PlanArgs),
    /// Write the plan as one page for a browser, with sample items and a search
    Report(ReportArgs),
    /// Check a design file in CI: fail on uncovered patterns, errors and denied warnings
    Check(CheckArgs),
    /// Write what the design gives: infrastructure, documents, diagrams
    Generate(GenerateArgs),
    /// Prove a plan by running it: fill an engine, ask every pattern, compare the answers
    #[cfg(feature = "verify")]
    Verify(VerifyArgs),
    /// Explain a thing of a design or a diagnostic code, or print a reference page
    Explain(ExplainArgs),
    /// Write a commented starter file
    Init {
        /// Where to write it
        #[arg(default_value = "design.yaml")]
        file: String,
    },
    /// Print the JSON Schema of the design file, for editors
    Schema {
        /// That of the plan document instead
        #[arg(long)]
        plan: bool,
    },
    /// Print the manual page, of the tool or of one of its commands
    Man {
        /// The command
        command: Option<String>,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    pub(super) fn apply(self) {
        let choice = match self {
            Self::Auto => return,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// The design file; `-` is standard input
    #[arg(default_value = "design.yaml")]
    pub(super) file: String,

    /// How to show the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(super) format: PlanFormat,

    /// What to put first: the number of indexes or the monthly cost
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Indexes)]
    pub(super) objective: ObjectiveArg,

    /// Show made-up items as they lie in the table and in each index, instead of the plan
    #[arg(long, conflicts_with_all = ["rates", "what_if"])]
    pub(super) sample: bool,

    /// Show it again whenever the file changes, until Ctrl-C
    #[arg(long)]
    pub(super) watch: bool,

    #[command(flatten)]
    pub(super) prices: PriceArgs,

    /// Multiply all rates and peaks, and show what changes against the file as it is
    #[arg(long, value_name = "FACTOR")]
    pub(super) rates: Option<String>,

    /// Try another number, such as `ship_order.rate=500/s` or `Order.count=2M` (`rate`, `peak` of a pattern, `count`,
    /// `size` of an entity), and show what changes against the file as it is
    #[arg(long, value_name = "CHANGE")]
    pub(super) what_if: Vec<String>,
}

/// At which prices.
#[derive(Debug, clap::Args)]
pub(super) struct PriceArgs {
    /// Take the prices of this file; `design explain prices` prints one
    #[arg(long, value_name = "FILE", conflicts_with = "region")]
    pub(super) prices: Option<String>,

    /// Take the prices of this Region that come with the tool
    #[arg(long, default_value = crate::resolve::prices::DEFAULT_REGION)]
    pub(super) region: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// The design file; `-` is standard input
    #[arg(default_value = "design.yaml")]
    pub(super) file: String,

    /// Where to write the page [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<std::path::PathBuf>,

    /// What to put first: the number of indexes or the monthly cost
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Indexes)]
    pub(super) objective: ObjectiveArg,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// The name of a thing
    ///
    /// A reference page (`language`, `plan-document`), a diagnostic code such as `D0401` or its name; of the design:
    /// `proof`, `cost`, the table, an index, an entity, a pattern. Where several things have the name, the first of this
    /// order is meant; `page:`, `code:`, `table:`, `index:`, `entity:` and `pattern:` before the name choose another.
    #[arg(verbatim_doc_comment)]
    pub(super) thing: String,

    /// The design file; `-` is standard input [default: design.yaml]
    #[arg(short, long)]
    pub(super) file: Option<String>,

    /// How to show the explanation
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(super) format: PlanFormat,

    /// What the plan put first: the number of indexes or the monthly cost
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Indexes)]
    pub(super) objective: ObjectiveArg,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The design file; `-` is standard input
    #[arg(default_value = "design.yaml")]
    pub(super) file: String,

    /// How to report
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(super) format: CheckFormat,

    /// Findings of this code fail the check
    #[arg(long, value_name = "CODE")]
    pub(super) deny: Vec<String>,

    /// Findings of this code are warnings
    #[arg(long, value_name = "CODE")]
    pub(super) warn: Vec<String>,

    /// Findings of this code are not reported
    #[arg(long, value_name = "CODE")]
    pub(super) allow: Vec<String>,

    /// Show notes too, not only errors and warnings
    #[arg(long)]
    pub(super) notes: bool,

    /// Fail when the design costs more than this many US dollars a month
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(super) max_cost: Option<f64>,

    #[command(flatten)]
    pub(super) prices: PriceArgs,

    /// What the plan put first: the number of indexes or the monthly cost
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Indexes)]
    pub(super) objective: ObjectiveArg,
}

/// Dollars and cents, as `1500` or `$1,500.50`.
fn dollars(text: &str) -> Result<f64, String> {
    let digits: String = text.trim().trim_start_matches('$').replace([',', '_'], "");
    match digits.parse::<f64>() {
        Ok(n) if n.is_finite() && n >= 0.0 => Ok(n),
        _ => Err("an amount of US dollars such as `1500` is expected".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For GitHub code scanning and editors: SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// For CI servers
    Junit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people, in the terminal
    Text,
    /// The document, for programs
    Json,
    /// For pull requests and wikis
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ObjectiveArg {
    /// The fewest secondary indexes, then the lowest cost
    Indexes,
    /// The lowest cost, then the fewest secondary indexes
    Cost,
}

impl From<ObjectiveArg> for crate::Objective {
    fn from(given: ObjectiveArg) -> Self {
        match given {
            ObjectiveArg::Indexes => Self::Indexes,
            ObjectiveArg::Cost => Self::Cost,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct GenerateArgs {
    /// The design file; `-` is standard input
    #[arg(default_value = "design.yaml")]
    pub(super) file: String,

    /// Only this target, and this [default: those under `generate`; without any, all]
    #[arg(long, value_name = "TARGET", value_parser = target())]
    pub(super) target: Vec<String>,

    /// Write to this directory, under usual names, instead of where the file says
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<std::path::PathBuf>,

    /// Make the Rust client a crate of its own instead of a module
    #[arg(long = "crate")]
    pub(super) as_crate: bool,

    /// Write nothing, show how the files differ, and fail if they do
    #[arg(long, conflicts_with = "force")]
    pub(super) check: bool,

    /// Overwrite files that were not generated
    #[arg(long)]
    pub(super) force: bool,

    /// Generate although some patterns are uncovered
    #[arg(long)]
    pub(super) allow_uncovered: bool,

    /// What to put first: the number of indexes or the monthly cost
    #[arg(long, value_enum, default_value_t = ObjectiveArg::Indexes)]
    pub(super) objective: ObjectiveArg,
}

/// The names of the targets.
fn target() -> clap::builder::PossibleValuesParser {
    let names = crate::emit::Target::ALL.iter().map(|t| t.name());
    names.collect::<Vec<_>>().into()
}

#[cfg(feature = "verify")]
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// The design file; `-` is standard input
    #[arg(default_value = "design.yaml")]
    pub(super) file: String,

    /// Where to run: `embedded`, the address of an engine like `http://localhost:8000`, or `aws`
    #[arg(long, default_value = "embedded")]
    pub(super) engine: String,

    /// About how many items to write before the first round
    #[arg(long, value_name = "N", default_value_t = crate::verify::Options::default().items, value_parser = at_most_a_million)]
    pub(super) items: usize,

    /// Rounds of writes and reads [default: 3, or as many as fit in `--time`]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(super) rounds: Option<usize>,

    /// How many queries to ask in all rounds together
    #[arg(long, value_name = "N", default_value_t = crate::verify::Options::default().queries)]
    pub(super) queries: usize,

    /// Where the random numbers begin; the same seed makes the same run
    #[arg(long, value_name = "N", default_value_t = crate::verify::Options::default().seed)]
    pub(super) seed: u64,

    /// Go on for this long, such as `60s` or `5m`
    #[arg(long, value_name = "TIME", value_parser = super::verify::duration)]
    pub(super) time: Option<std::time::Duration>,

    /// How to report
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text)]
    pub(super) format: VerifyFormat,
}

/// All of them are held in memory twice.
#[cfg(feature = "verify")]
fn at_most_a_million(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1_000_000) => Ok(n),
        _ => Err("a number from 1 to 1000000 is expected".to_owned()),
    }
}

/// Without a round nothing is read, and a run that shows nothing would pass.
#[cfg(feature = "verify")]
fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number from 1 is expected".to_owned()),
        Ok(n) => Ok(n),
    }
}

#[cfg(feature = "verify")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VerifyFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For CI servers
    Junit,
}
