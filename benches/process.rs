//! How long the whole process takes, from its start to its end, and how much memory it has at its peak.
//!
//! `cargo bench --bench process` runs the built tool on `examples/shop`, on random designs of 100, 500 and 2,000 patterns
//! (reads, and one write for each entity) and on the shape of `random_rubis` at factor 10, beside `design --version`,
//! which shows what a start of the process costs. `generate` writes a Terraform module, a `CloudFormation` template and all
//! documents; once each is written, what it writes is what is there, so that it writes nothing more.
//! The runs of all commands take turns, so that what else the machine does falls on all of them alike. The peak of the
//! memory is read from `/proc`, of a child that compiles in its process: on Linux only.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the figures are the output, and without them there is nothing to go on with"
)]

/// As in the binary.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod designs;

use design::Objective;
use design::source::Source;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each command runs; on a large design, which takes longer than what else the machine does.
const RUNS: usize = 41;
const LARGE_RUNS: usize = 5;
/// What is generated.
const TARGETS: [&str; 6] = [
    "terraform",
    "cloudformation",
    "coverage",
    "workbench",
    "graphviz",
    "mermaid",
];
/// The variable that makes this program the child which compiles a file.
const COMPILE: &str = "DESIGN_BENCH_COMPILE";

fn main() {
    if let Some(file) = std::env::var_os(COMPILE) {
        println!("{}", compiled(Path::new(&file)));
        return;
    }
    let shop = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/shop/design.yaml"
    ));
    let mut files = vec![("shop".to_owned(), shop)];
    let mut random = vec![("rubis".to_owned(), 10, designs::rubis(10, 1))];
    for (profile, each) in [("typical", 5), ("dense", 15)] {
        for patterns in [100, 500, 2000] {
            let text = designs::layered(reads_of(patterns, each), each, 1);
            random.push((profile.to_owned(), patterns, text));
        }
    }
    for (profile, size, text) in random {
        let file = format!("{profile}-{size}.yaml");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        std::fs::write(&file, text).expect("a file");
        files.push((format!("{profile} {size}"), file));
    }
    let mut commands = vec![("--version".to_owned(), vec!["--version".to_owned()])];
    for (name, file) in &files {
        for verb in ["plan", "check", "generate"] {
            let file = file.to_str().expect("a path").to_owned();
            let mut arguments = vec![verb.to_owned(), file.clone()];
            if verb == "generate" {
                let out = format!("{}/generated-{name}", env!("CARGO_TARGET_TMPDIR"));
                arguments.extend(["--out".to_owned(), out]);
                arguments.extend(TARGETS.iter().map(|t| format!("--target={t}")));
            }
            commands.push((format!("{verb}, {name}"), arguments));
        }
    }
    times(&commands);
    println!();
    println!("design         patterns  peak memory");
    for (name, file) in &files {
        let (patterns, peak) = memory(file);
        println!("{name:<14} {patterns:>8}  {peak:>8} KB");
    }
}

/// How many reads there are among some patterns where each entity has one write and some reads.
fn reads_of(patterns: usize, each: usize) -> usize {
    patterns - patterns.div_ceil(each + 1)
}

/// Runs the commands in turns and prints the median of each, and how many times that of the first it is.
fn times(commands: &[(String, Vec<String>)]) {
    let mut taken: Vec<Vec<f64>> = vec![Vec::new(); commands.len()];
    for round in 0..RUNS {
        for ((name, arguments), taken) in commands.iter().zip(&mut taken) {
            if round < LARGE_RUNS || !name.ends_with("2000") {
                taken.push(run(arguments));
            }
        }
    }
    println!("command                  median ms  slowest ms  times --version");
    let mut base = 0.0;
    for ((name, _), mut taken) in commands.iter().zip(taken) {
        taken.sort_by(f64::total_cmp);
        let median = taken[taken.len() / 2];
        if base == 0.0 {
            base = median;
        }
        println!(
            "{name:<24} {median:>9.2}  {:>10.2}  {:>15.2}",
            taken[taken.len() - 1],
            median / base
        );
    }
}

/// Milliseconds from the start of the process to its end.
fn run(arguments: &[String]) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_design"));
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    command.status().expect("the tool");
    start.elapsed().as_secs_f64() * 1000.0
}

/// Compiles a file in a child; its number of patterns and the child's peak memory in kilobytes.
fn memory(file: &Path) -> (String, String) {
    let this = std::env::current_exe().expect("this program");
    let child = Command::new(this).env(COMPILE, file).output();
    let told = String::from_utf8(child.expect("a child").stdout).expect("text");
    let (patterns, peak) = told.trim().split_once(' ').expect("two figures");
    (patterns.to_owned(), peak.to_owned())
}

/// What the child tells.
fn compiled(file: &Path) -> String {
    let text = std::fs::read_to_string(file).expect("a design");
    let made = design::compile(&Source::new("bench.yaml", text), Objective::Indexes);
    let patterns = made.plan.expect("a plan").patterns.len();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|l| l.split_whitespace().next());
    format!("{patterns} {}", peak.unwrap_or("?"))
}
