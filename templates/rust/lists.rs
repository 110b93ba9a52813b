//@ size
/// Refuses a list of too few or too many sets.
fn size(name: &str, count: usize, fewest: usize, most: usize) -> Result<(), Error> {
    if (fewest..=most).contains(&count) {
        return Ok(());
    }
    Err(refused(
        name,
        format_args!("it takes {fewest} to {most}, not {count}"),
    ))
}
//@ distinct
/// Rows that differ in some attributes.
fn distinct<'a>(rows: &'a [Row], names: &[&str]) -> Vec<&'a Row> {
    let mut all: Vec<&Row> = Vec::new();
    for row in rows {
        let same = |other: &&Row| names.iter().all(|name| other.get(*name) == row.get(*name));
        if !all.iter().any(same) {
            all.push(row);
        }
    }
    all
}
//@ one_each
/// Rows without those that came before.
fn one_each(rows: Vec<Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for row in rows {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all
}
