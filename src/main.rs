//! The binary: everything is in the library.
fn main() {
    for f in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&f).unwrap_or_default();
        let source = design::source::Source::new(f.clone(), text);
        let mut found = design::diagnostic::Diagnostics::default();
        match design::document::parse(&source) {
            Ok(tree) => {
                if let Some(w) = design::resolve::resolve(&tree, &mut found) {
                    let t = std::time::Instant::now();
                    let s = design::solve::solve(&w, &Default::default(), Default::default());
                    let e = t.elapsed();
                    let unc: Vec<_> = s.variants.iter().zip(&s.schema.served).filter(|(_, s)| matches!(s, design::schema::Served::Not)).map(|(v, _)| w.pattern(v.pattern).name.clone()).collect();
                    println!("{f}: {} indexes, bound {}, optimal {}, uncovered {:?}, frontier {:?} {:?}", s.schema.indexes.len(), s.proof.lower_bound, s.proof.optimal, unc, s.frontier.iter().map(|(n,c)| (*n, *c as f64/1e12)).collect::<Vec<_>>(), e);
                    if std::env::var("V").is_ok() {
                        let show = |fams: &Vec<std::rc::Rc<design::layout::Family>>| for fam in fams { for (i, m) in fam.members.iter().enumerate() { let e = w.entity(m.entity); println!("    {}: {} {:?} / {} {:?} sh{} sparse {:?}", e.name, fam.label, fam.columns.iter().map(|c| e.attribute(c[i]).name.clone()).collect::<Vec<_>>(), fam.root.literals(i), fam.components(i).iter().map(|c| format!("{}{}", if c.descending {"-"} else {""}, e.attribute(c.attribute).name)).collect::<Vec<_>>(), fam.shards, m.sparse.values); } };
                        println!("  table"); show(&s.schema.table);
                        for i in &s.schema.indexes { println!("  {} {:?}", i.name, i.projection); show(&i.families); }
                        for (v, sv) in s.variants.iter().zip(&s.schema.served) { println!("  {} -> {}", w.pattern(v.pattern).name, match sv { design::schema::Served::ByKey => "key".into(), design::schema::Served::Table(d) => format!("table {:?}", d.price.words()), design::schema::Served::Index(i, d) => format!("{} {:?} {:?}", s.schema.indexes[*i].name, d.shape, d.price.words()), design::schema::Served::Scan(_) => "scan".into(), design::schema::Served::Not => "NOT".into() }); }
                    }
                }
            }
            Err(d) => found.push(d),
        }
        eprint!("{}", found.render(&source, false, 100));
    }
}
