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
    /// Check a design file in CI: fail on uncovered patterns, errors and denied warnings
    Check(CheckArgs),
    /// Explain a diagnostic code, or print a reference page: `language`, `plan-document`
    Explain {
        /// A code such as `D0401`, its name, or the name of a page
        thing: String,
    },
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people, in the terminal
    Text,
    /// The plan document, for programs
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
