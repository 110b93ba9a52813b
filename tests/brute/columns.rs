//! The partition key of a collection, by the language page: any non-empty part of its common `by`.
//!
//! Promises: looks only at which attributes callers give. A collection and all that shares a partition with it have one
//! attribute in common that each of them is asked by; reads of single entities may have it as a constant, or go through
//! its values.

use crate::question::{MISSING_BIT, Question};
use crate::spec::Design;
use std::collections::BTreeMap;

/// For each entity the attribute that is the partition key's.
type Column = BTreeMap<usize, usize>;

/// A question, and whether it must be answered without any price.
type Asked<'q> = (&'q Question, bool);

/// Whether questions that share partitions can do so. `table`: in the table, whose key holds certain attributes.
pub(crate) fn share_a_column(design: &Design, asked: &[Asked<'_>], table: bool) -> bool {
    let reach =
        |column: &Column, q: &Question| q.read.entities.iter().any(|e| column.contains_key(e));
    asked
        .iter()
        .filter(|(q, _)| q.read.entities.len() > 1)
        .all(|(first, _)| {
            let mut starts = columns(design, first).into_iter();
            starts.any(|start| {
                let Some(column) = spread(design, start, asked) else {
                    return false;
                };
                let legal =
                    |(e, a): (&usize, &usize)| !table || design.table_attributes(*e).contains(a);
                let mut near = asked.iter().filter(|(q, _)| reach(&column, q));
                column.iter().all(legal) && near.all(|a| is_asked_by(design, *a, &column))
            })
        })
}

/// The columns that a collection gives for all of its entities.
fn columns(design: &Design, question: &Question) -> Vec<Column> {
    let column = |c: &usize| {
        let of = |e: &usize| Some((*e, question.fixed(design, *e, *c)?));
        question.read.entities.iter().map(of).collect()
    };
    question.given.iter().filter_map(column).collect()
}

/// Follows a column through all collections that it meets; `None` where one of them has no such column.
fn spread(design: &Design, mut column: Column, asked: &[Asked<'_>]) -> Option<Column> {
    loop {
        let before = column.len();
        for (question, _) in asked.iter().filter(|(q, _)| q.read.entities.len() > 1) {
            if question
                .read
                .entities
                .iter()
                .any(|e| column.contains_key(e))
            {
                let agrees =
                    |c: &Column| c.iter().all(|(e, a)| column.get(e).is_none_or(|b| a == b));
                column.extend(columns(design, question).into_iter().find(agrees)?);
            }
        }
        if column.len() == before {
            return Some(column);
        }
    }
}

fn is_asked_by(design: &Design, (question, exact): Asked<'_>, column: &Column) -> bool {
    let &[entity] = question.read.entities.as_slice() else {
        return true;
    };
    let attribute = column[&entity];
    let given = question
        .given
        .iter()
        .filter_map(|c| question.fixed(design, entity, *c));
    let mut given: Vec<usize> = given.collect();
    given.extend(
        question
            .single_constants(design, entity)
            .iter()
            .map(|(a, _)| *a),
    );
    // The values that a fan-out goes through must be those of all items that are wanted.
    let optional = design.entities[entity].attributes[attribute].optional;
    let all = if optional { u16::MAX } else { !MISSING_BIT };
    let named = question.possible(design, entity, attribute, all) & MISSING_BIT == 0;
    let several = |v: &[u8]| v.len() > 1;
    let finite = design.ty(entity, attribute).is_finite()
        || question
            .constants(design, entity, attribute)
            .is_some_and(several);
    let fans = !exact && question.read.allow.fan_out && finite && named;
    given.contains(&attribute) || fans
}
