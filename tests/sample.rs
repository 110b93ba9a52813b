//! Sample items: that they keep what the plan promises of items, and what people see of them.

#![expect(clippy::expect_used, reason = "a test ends there")]

use design::plan::{Entity, Kind, Plan, Segment};
use design::report::picture;
use design::sample::{Item, Picture, Sample, sample};
use design::source::Source;
use design::{Objective, compile};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Every design of the examples and of the other tests, by its path.
fn designs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = |folder: &str| {
        let entries = std::fs::read_dir(root.join(folder)).expect("a folder");
        entries
            .map(|e| e.expect("entry").path())
            .collect::<Vec<_>>()
    };
    let mut all: Vec<PathBuf> = listed("examples")
        .iter()
        .map(|p| p.join("design.yaml"))
        .collect();
    all.extend(listed("tests/designs"));
    all.retain(|p| p.extension().is_some_and(|e| e == "yaml") && p.exists());
    all.sort();
    assert!(all.len() > 20, "{all:?}");
    all
}

fn compiled(yaml: &str) -> Plan {
    let source = Source::new("design.yaml", yaml.to_owned());
    compile(&source, Objective::Indexes).plan.expect("a plan")
}

/// The plans of all designs with their sample items, made once for all tests.
static ALL: LazyLock<Vec<(PathBuf, Plan, Sample)>> = LazyLock::new(|| {
    let all = designs().into_iter().map(|path| {
        let plan = compiled(&std::fs::read_to_string(&path).expect("a file"));
        let sample = sample(&plan).expect("a sample");
        (path, plan, sample)
    });
    all.collect()
});

fn shop() -> Plan {
    let of = ALL
        .iter()
        .find(|(path, ..)| path.ends_with("examples/shop/design.yaml"));
    of.expect("the shop").1.clone()
}

fn items(of: &Picture) -> impl Iterator<Item = &Item> {
    of.collections.iter().flat_map(|c| &c.items)
}

fn tables(of: &Sample) -> impl Iterator<Item = &Picture> {
    of.pictures.iter().filter(|p| p.index.is_none())
}

fn kind<'a>(plan: &'a Plan, name: &str) -> (&'a Entity, &'a Kind) {
    let kinds = plan
        .entities
        .iter()
        .flat_map(|e| e.kinds.iter().map(move |k| (e, k)));
    kinds
        .into_iter()
        .find(|(_, k)| k.name == name)
        .expect("a kind of the plan")
}

fn physical<'a>(entity: &'a Entity, attribute: &str) -> &'a str {
    let stored = entity.stored.iter().find(|s| s.attribute == attribute);
    &stored.expect("an attribute of the entity").name
}

#[test]
fn every_entity_has_items_and_no_two_have_one_key() {
    for (path, plan, sample) in ALL.iter() {
        let mut keys = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for table in tables(sample) {
            for collection in &table.collections {
                for item in &collection.items {
                    let key = (&table.table, &collection.key, &item.key);
                    assert!(keys.insert(key), "{}: {key:?} twice", path.display());
                    kinds.insert(item.kind.as_str());
                }
            }
        }
        for entity in &plan.entities {
            assert!(
                kinds.contains(entity.name.as_str()),
                "{}: {}",
                path.display(),
                entity.name
            );
        }
    }
}

#[test]
fn references_lead_to_items_that_are_there() {
    for (path, plan, sample) in ALL.iter() {
        let all: Vec<&Item> = tables(sample)
            .flat_map(items)
            .filter(|i| i.role == "item")
            .collect();
        for item in &all {
            let (entity, _) = kind(plan, &item.kind);
            for reference in &entity.references {
                let own: Option<Vec<_>> = reference
                    .attributes
                    .iter()
                    .map(|a| item.item.get(physical(entity, a)))
                    .collect();
                let Some(own) = own else { continue };
                let found = all.iter().any(|other| {
                    let (target, _) = kind(plan, &other.kind);
                    let key = target
                        .identity
                        .iter()
                        .map(|a| other.item.get(physical(target, a)));
                    reference.entities.contains(&target.name)
                        && key.eq(own.iter().map(|v| Some(*v)))
                });
                assert!(
                    found,
                    "{}: {} of {:?}",
                    path.display(),
                    reference.name,
                    item.item
                );
            }
        }
    }
}

#[test]
fn an_index_holds_what_lies_in_the_table_in_its_order() {
    for (path, _, sample) in ALL.iter() {
        for picture in &sample.pictures {
            let place = format!("{}: {:?}", path.display(), picture.index);
            let table = tables(sample)
                .find(|t| t.table == picture.table)
                .expect("its table");
            let listed = |i: &&Item| picture.index.as_ref().is_none_or(|n| i.indexes.contains(n));
            let wanted = items(table).filter(listed).count();
            assert_eq!(items(picture).count(), wanted, "{place}");
            for collection in &picture.collections {
                let texts = picture.sort.iter().all(|name| {
                    let items = &mut collection.items.iter();
                    items.all(|i| i.item.get(name).is_some_and(|v| v.get("S").is_some()))
                });
                let keys: Vec<&Vec<String>> = collection.items.iter().map(|i| &i.key).collect();
                assert!(!texts || keys.is_sorted(), "{place}: {keys:?}");
            }
        }
    }
}

/// Whether an index leaves some items of a kind out.
fn sparse(entity: &Entity, kind: &Kind, index: &str) -> bool {
    let keys = kind
        .keys
        .iter()
        .filter(|k| k.index.as_deref() == Some(index));
    let optional = |name: &str| {
        let stored = entity.stored.iter().find(|s| s.attribute == name);
        stored.is_some_and(|s| s.optional && s.derived.is_none())
    };
    keys.into_iter().any(|key| {
        let segments = key
            .partition
            .iter()
            .chain(&key.sort)
            .flat_map(|t| &t.segments);
        let mut attributes = segments.filter_map(|s| match s {
            Segment::Attribute { attribute, .. } => Some(attribute),
            _ => None,
        });
        key.only_when.is_some() || attributes.any(|a| optional(a))
    })
}

#[test]
fn of_a_sparse_index_some_items_are_in_it_and_some_are_not() {
    let mut met = 0;
    for (path, plan, sample) in ALL.iter() {
        for picture in sample.pictures.iter().filter(|p| p.index.is_some()) {
            let index = picture.index.as_deref().expect("an index");
            for entity in &plan.entities {
                let (_, kind) = kind(plan, &entity.name);
                if !sparse(entity, kind, index) {
                    continue;
                }
                met += 1;
                let place = format!("{}: {index} of {}", path.display(), entity.name);
                let inside = items(picture).filter(|i| i.kind == entity.name).count();
                assert!(inside > 0, "{place}: none in it");
                let absent = picture.absent.iter().find(|a| a.kind == entity.name);
                let absent = absent.expect("an item that is not in it").absent;
                assert!(absent > 0, "{place}: all in it");
            }
        }
    }
    assert!(met > 10, "{met} sparse keys in all designs");
}

#[test]
fn every_plan_of_the_other_tests_has_items() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut met = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("entry").path();
        let yaml = std::fs::read_to_string(&path).unwrap_or_default();
        let source = Source::new("design.yaml", yaml);
        if let Some(plan) = compile(&source, Objective::Indexes).plan {
            let made = sample(&plan);
            assert!(made.is_ok(), "{}: {made:?}", path.display());
            met += 1;
        }
    }
    assert!(met > 10, "{met} plans");
}

#[test]
fn children_lie_together() {
    let sample = sample(&shop()).expect("a sample");
    let table = tables(&sample).next().expect("a table");
    let most = table.collections.iter().map(|c| c.items.len()).max();
    assert_eq!(most, Some(3), "an order with two items");
    let guards = items(table).filter(|i| i.role == "guard").count();
    assert_eq!(guards, 2, "one for the mail address of each customer");
}

#[test]
fn entities_that_refer_to_each_other_have_items() {
    let plan = compiled(
        "design: loop
entities:
  Team: { key: team_id, attributes: { team_id: uuid, lead: Member } }
  Member: { key: member_id, attributes: { member_id: uuid, team_id: Team, mentor?: Member, size: set(string) } }
patterns:
  get_team: { get: Team }
  team: { list: Member, by: team_id }
  mentored: { list: Member, by: mentor }
",
    );
    let sample = sample(&plan).expect("a sample");
    let all: Vec<&Item> = tables(&sample).flat_map(items).collect();
    let value = |kind: &str, name: &str| -> Vec<_> {
        let of = all.iter().filter(|i| i.kind == kind);
        of.filter_map(|i| i.item.get(name).cloned()).collect()
    };
    let members = value("Member", "member_id");
    assert_eq!(members.len(), 3);
    assert!(value("Team", "lead").iter().all(|l| members.contains(l)));
    assert!(
        value("Member", "mentor")
            .iter()
            .all(|m| members.contains(m))
    );
}

#[test]
fn nothing_is_wider_than_asked_for() {
    for (path, plan, _) in ALL.iter() {
        for width in [60, 80, 119, 120, 160] {
            for plain in [true, false] {
                let text = picture::text(plan, width, plain).expect("a picture");
                let wide = text.lines().find(|l| l.chars().count() > width);
                assert_eq!(wide, None, "{} at {width}", path.display());
            }
        }
    }
}

#[test]
fn pictures_of_the_shop() {
    let plan = shop();
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        snapshot_path => "snapshots/sample",
        omit_expression => true,
    }, {
        insta::assert_snapshot!("shop.80", picture::text(&plan, 80, true).expect("a picture"));
        insta::assert_snapshot!("shop.160", picture::text(&plan, 160, false).expect("a picture"));
        insta::assert_snapshot!("shop.markdown", picture::markdown(&plan).expect("a picture"));
        insta::assert_snapshot!("shop.json", picture::json(&plan).expect("a picture"));
    });
}
