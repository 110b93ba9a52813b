//! Every example's plan, run on the embedded engine against the reference model.

#[path = "execution/check/mod.rs"]
mod check;

fn run(path: &std::path::Path) -> Result<(), String> {
    let yaml = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let source = design::source::Source::new(path.display().to_string(), yaml.clone());
    let compiled = design::compile(&source, design::Objective::Indexes);
    let plan = compiled.plan.ok_or("does not compile")?;
    let json = serde_json::to_string(&plan).map_err(|e| e.to_string())?;
    let seeds = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2u64);
    for seed in 0..seeds {
        check::check_design(&yaml, &json, seed, 2, 120).map_err(|e| format!("seed {seed}: {e}"))?;
    }
    Ok(())
}

#[test]
fn every_example_runs() {
    let mut failures = Vec::new();
    let only = std::env::var("ONLY").ok();
    for entry in std::fs::read_dir("examples").expect("examples") {
        let path = entry.expect("entry").path().join("design.yaml");
        if only.as_ref().is_some_and(|o| !path.display().to_string().contains(o.as_str())) { continue; }
        if let Err(e) = run(&path) { failures.push(format!("{}: {}", path.display(), e.chars().take(1500).collect::<String>())); }
    }
    assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n-----\n"));
}
