//! How long the solver takes on random designs, how often it proves its answer, and how much it saves.
//!
//! `cargo bench --bench solve` runs each profile at 100, 500 and 2,000 reads, and the shape of `random_rubis` at factors 1
//! to 50. `cargo bench --bench solve -- typical 500 1000` runs a thousand instances of one of them, and with `solve` behind
//! it without compiling them, which is quicker.
//!
//! The columns: *count* is what finds the least number of indexes with its proof (demands of the reads, parts, conflict
//! graph, clique, colouring); *solve* is that, the cheapest design of that number and those of one and two more;
//! *compile* is everything from the text to the checked plan. Each is measured once an instance, in milliseconds.
//! *one each* is the number of indexes when each read that the table cannot take has its own, *first fit* when each read
//! goes, in the order of the file, into the first index that can take it; *worse* says how often that needs more than
//! the solver.

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

use design::diagnostic::Diagnostics;
use design::layout::Kind;
use design::schema::Served;
use design::solve::oracle::{Board, FixedKeys, Oracle, Slot};
use design::solve::{Objective, fewest, flatten, rules, solve};
use design::source::Source;
use design::workload::Workload;
use design::{demand, document, resolve};
use std::time::Instant;

/// What is run unless the caller chooses: profile, size and number of instances.
const RUNS: [(&str, usize, usize); 12] = [
    ("typical", 100, 100),
    ("typical", 500, 40),
    ("typical", 2000, 5),
    ("dense", 100, 30),
    ("dense", 500, 20),
    ("dense", 2000, 3),
    ("rubis", 1, 30),
    ("rubis", 2, 20),
    ("rubis", 5, 5),
    ("rubis", 10, 3),
    ("rubis", 20, 2),
    ("rubis", 50, 1),
];

/// What came of one instance.
struct Instance {
    count: f64,
    solve: f64,
    compile: f64,
    indexes: usize,
    gap: usize,
    proved: bool,
    uncovered: usize,
    one_each: usize,
    first_fit: usize,
}

fn main() {
    let given: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    println!(
        "profile   size  runs   count p50     p99   solve p50     p99 compile p50     p99  proved gap uncovered  indexes one each first fit  worse"
    );
    match given.as_slice() {
        [] => RUNS.iter().for_each(|(p, s, r)| report(p, *s, *r, true)),
        [profile, size, runs, only @ ..] => report(
            profile,
            size.parse().expect("a size"),
            runs.parse().expect("a number of instances"),
            only.is_empty(),
        ),
        _ => println!("give a profile, a size and a number of instances, or nothing"),
    }
}

/// One line of the table.
fn report(profile: &str, size: usize, runs: usize, whole: bool) {
    let all: Vec<Instance> = (1..=runs as u64)
        .map(|seed| instance(text(profile, size, seed), whole))
        .collect();
    let times = |of: fn(&Instance) -> f64| {
        let mut times: Vec<f64> = all.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        (
            times[times.len() / 2],
            times[(times.len() * 99).div_ceil(100) - 1],
        )
    };
    let (count, solve, compile) = (times(|i| i.count), times(|i| i.solve), times(|i| i.compile));
    let sum = |of: fn(&Instance) -> usize| all.iter().map(of).sum::<usize>();
    println!(
        "{profile:<8} {size:>5} {runs:>5}  {:>10.2} {:>7.2}  {:>10.2} {:>7.2}  {:>10.2} {:>7.2}  {:>5.1}% {:>3} {:>9} {:>8.2} {:>8.2} {:>9.2} {:>5.1}%",
        count.0,
        count.1,
        solve.0,
        solve.1,
        compile.0,
        compile.1,
        mean(100 * sum(|i| usize::from(i.proved)), runs),
        all.iter().map(|i| i.gap).max().unwrap_or(0),
        sum(|i| i.uncovered),
        mean(sum(|i| i.indexes), runs),
        mean(sum(|i| i.one_each), runs),
        mean(sum(|i| i.first_fit), runs),
        mean(100 * sum(|i| usize::from(i.first_fit > i.indexes)), runs),
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn mean(sum: usize, of: usize) -> f64 {
    sum as f64 / of as f64
}

fn text(profile: &str, size: usize, seed: u64) -> String {
    match profile {
        "dense" => designs::layered(size, 15, seed),
        "rubis" => designs::rubis(size, seed),
        _ => designs::layered(size, 5, seed),
    }
}

fn instance(text: String, whole: bool) -> Instance {
    let source = Source::new("bench.yaml", text);
    let workload = workload(&source);
    let (count, _) = timed(|| fewest(&workload));
    let (solve, solution) = timed(|| solve(&workload, &FixedKeys::default(), Objective::Indexes));
    let compile = if whole {
        let (compile, compiled) = timed(|| design::compile(&source, Objective::Indexes));
        assert!(compiled.plan.is_some(), "no plan");
        compile
    } else {
        0.0
    };
    let proof = &solution.proof;
    let indexes = solution.schema.indexes.len();
    let not = |served: &&Served| matches!(served, Served::Not);
    Instance {
        count,
        solve,
        compile,
        indexes,
        gap: if proof.optimal {
            0
        } else {
            indexes - proof.lower_bound
        },
        proved: proof.optimal,
        uncovered: solution.schema.served.iter().filter(not).count(),
        one_each: placed(&workload, false),
        first_fit: placed(&workload, true),
    }
}

fn workload(source: &Source) -> Workload {
    let mut found = Diagnostics::default();
    let tree = document::parse(source).expect("YAML");
    let made = resolve::resolve(&tree, &mut found);
    made.expect("a valid design")
}

/// Milliseconds, and what was made.
fn timed<T>(make: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let made = make();
    (start.elapsed().as_secs_f64() * 1000.0, made)
}

/// How many indexes there are when each read goes into the table where that can take it, else into the first index that
/// can, or into one of its own.
fn placed(workload: &Workload, sharing: bool) -> usize {
    let variants = demand::variants(workload);
    let rules = rules::table_rules(workload, &variants);
    let (demands, vertices) = flatten(&variants);
    let fixed = FixedKeys::default();
    let oracle = Oracle::new(workload, &rules, demands, &fixed);
    let mut board = Board::new([]);
    let mut order: Vec<_> = vertices.iter().collect();
    order.sort_by_key(|v| workload.pattern(v.pattern).span.start);
    for vertex in order {
        let Some(demand) = vertex.demands.first() else {
            continue;
        };
        let tried = if sharing { board.slots.len() } else { 1 };
        let slot = (0..tried).find(|s| oracle.fits(&board, Slot(*s), *demand));
        let slot = slot.unwrap_or_else(|| {
            board.kinds.push(Kind::Global);
            board.slots.push(Vec::new());
            board.slots.len() - 1
        });
        board.insert(Slot(slot), *demand);
    }
    board.slots.len() - 1
}
