//! Makes a design with a mismatch smaller while the mismatch remains.
//!
//! Promises: the result still has the mismatch, and no single step of those below makes it smaller.

use crate::spec::{Action, Design, Filter, Read};

/// The smallest design found that still fails.
pub(crate) fn shrink(design: &Design, fails: impl Fn(&Design) -> bool) -> Design {
    let mut small = design.clone();
    loop {
        let Some(next) = smaller(&small).into_iter().find(|d| fails(d)) else {
            return small;
        };
        small = next;
    }
}

fn smaller(design: &Design) -> Vec<Design> {
    let mut made = Vec::new();
    for at in 0..design.patterns.len() {
        let mut next = design.clone();
        next.patterns.remove(at);
        if !next.patterns.is_empty() {
            made.push(next);
        }
    }
    for at in 0..design.patterns.len() {
        if let Action::Read(read) = &design.patterns[at].action {
            for less in simpler(read) {
                let mut next = design.clone();
                next.patterns[at].action = Action::Read(less);
                made.push(next);
            }
        }
        if let Action::Find(read, _) = &design.patterns[at].action {
            let mut next = design.clone();
            next.patterns[at].action = Action::Read(read.clone());
            made.push(next);
        }
    }
    for (entity, of) in design.entities.iter().enumerate() {
        for attribute in 0..of.attributes.len() {
            made.extend(without(design, entity, attribute));
            made.extend(plainer(design, entity, attribute));
        }
        if !of.uniques.is_empty() {
            let mut next = design.clone();
            next.entities[entity].uniques.clear();
            made.push(next);
        }
    }
    if design.lsis > 0 {
        made.push(Design {
            lsis: 0,
            ..design.clone()
        });
    }
    if design.gsis < 20 {
        made.push(Design {
            gsis: 20,
            ..design.clone()
        });
    }
    made
}

/// A read without one of its fields.
fn simpler(read: &Read) -> Vec<Read> {
    let mut made = Vec::new();
    let mut with = |change: &dyn Fn(&mut Read)| {
        let mut next = read.clone();
        change(&mut next);
        if next != *read {
            made.push(next);
        }
    };
    for at in 0..read.by.len() {
        with(&|r| drop(r.by.remove(at)));
        with(&|r| r.by[at].optional = false);
    }
    for at in 0..read.sort.len() {
        with(&|r| drop(r.sort.remove(at)));
        with(&|r| r.sort[at].1 = false);
    }
    for at in 0..read.conditions.len() {
        with(&|r| drop(r.conditions.remove(at)));
    }
    for at in 0..read.entities.len() {
        with(&|r| {
            if r.entities.len() > 1 {
                let gone = r.entities.remove(at);
                r.by.iter_mut()
                    .for_each(|b| b.map.retain(|(e, _)| *e != gone));
                r.interleave &= r.entities.len() > 1;
            }
        });
    }
    with(&|r| r.range = None);
    with(&|r| r.prefix = None);
    with(&|r| r.limit = None);
    with(&|r| r.consistent = false);
    with(&|r| r.interleave = false);
    with(&|r| r.shards = 1);
    with(&|r| r.select = None);
    with(&|r| r.allow.filter = Filter::None);
    with(&|r| r.allow.fan_out = false);
    with(&|r| r.allow.scan = false);
    made
}

/// The design without an attribute, where the key does not need it and no pattern holds its place.
fn without(design: &Design, entity: usize, attribute: usize) -> Option<Design> {
    let of = &design.entities[entity];
    let name = &of.attributes[attribute].name;
    let needed = of.key.contains(&attribute) || of.uniques.iter().any(|u| u.contains(&attribute));
    let used = design.patterns.iter().any(|p| match &p.action {
        Action::Read(r) => {
            r.entities.contains(&entity) && format!("{r:?}").contains(&format!("{name:?}"))
        }
        Action::Write(w) => {
            w.entity == entity && (w.by.contains(&attribute) || w.set.contains(&attribute))
        }
        Action::Find(..) => true,
    });
    if needed || used {
        return None;
    }
    let mut next = design.clone();
    next.entities[entity].attributes.remove(attribute);
    let move_down = |places: &mut Vec<usize>| {
        places
            .iter_mut()
            .filter(|p| **p > attribute)
            .for_each(|p| *p -= 1);
    };
    move_down(&mut next.entities[entity].key);
    next.entities[entity].uniques.iter_mut().for_each(move_down);
    for pattern in &mut next.patterns {
        if let Action::Write(w) = &mut pattern.action
            && w.entity == entity
        {
            move_down(&mut w.by);
            move_down(&mut w.set);
        }
    }
    Some(next)
}

fn plainer(design: &Design, entity: usize, attribute: usize) -> Vec<Design> {
    let of = &design.entities[entity].attributes[attribute];
    let mut made = Vec::new();
    if of.optional {
        let mut next = design.clone();
        next.entities[entity].attributes[attribute].optional = false;
        made.push(next);
    }
    if of.unique {
        let mut next = design.clone();
        next.entities[entity].attributes[attribute].unique = false;
        made.push(next);
    }
    if of.immutable.is_some() {
        let mut next = design.clone();
        next.entities[entity].attributes[attribute].immutable = None;
        made.push(next);
    }
    made
}
