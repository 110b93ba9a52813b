//! Runs any pattern of a plan from the plan document alone.
//!
//! Promises to follow that page to the letter: it makes the requests which the steps say, checks key limits
//! before a request, and takes a row that breaks a rule of the page (an entity the pattern does not name, an
//! attribute that is missing) for a fault of the plan, never for data to pass over.

mod change;
mod choices;
mod conditions;
mod instance;
mod pages;
mod physical;
mod prepare;
mod requests;
mod rows;
mod update;
mod write;

use super::client::Client;
use super::plan::{Parameter, Pattern, Plan, When};
use super::value::{Args, Attrs, Row};
use crate::items::{keys, stored};

pub(crate) use crate::items::{CallError, Outcome};
pub(crate) use rows::kind_of;
pub(crate) use stored::normal;

pub(crate) struct Executor<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) client: &'a Client,
    /// The caller's clock, in milliseconds.
    pub(crate) now: i64,
}

/// Where a walk goes on; opaque to callers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cursor(String);

impl Cursor {
    /// That of a client in another process, who alone knows what it means.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) items: Vec<Row>,
    pub(crate) followed: Vec<Row>,
    pub(crate) cursor: Option<Cursor>,
}

/// What a write answers: the `return` attributes by action, and the number written where it finds first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub(crate) returned: Vec<(String, Attrs)>,
    pub(crate) number: Option<usize>,
}

/// One call of a pattern.
pub(crate) struct Call<'a> {
    pub(crate) pattern: &'a Pattern,
    pub(crate) values: &'a Attrs,
}

impl Call<'_> {
    pub(crate) fn given(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub(crate) fn runs(&self, when: &When) -> bool {
        when.given.iter().all(|n| self.given(n)) && !when.missing.iter().any(|n| self.given(n))
    }
}

impl<'a> Executor<'a> {
    /// One page of a reading pattern.
    pub(crate) fn page(
        &self,
        pattern: &str,
        values: &Attrs,
        cursor: Option<&Cursor>,
    ) -> Outcome<Page> {
        let call = self.read_call(pattern, values)?;
        pages::page(self, &call, cursor)
    }

    /// The number of matches of a `count`.
    pub(crate) fn count(&self, pattern: &str, values: &Attrs) -> Outcome<usize> {
        let call = self.read_call(pattern, values)?;
        pages::count(self, &call)
    }

    /// The items of a `get` for many parameter sets.
    pub(crate) fn batch(&self, pattern: &str, sets: &[Attrs]) -> Outcome<Page> {
        let of = self.plan.pattern(pattern)?;
        if of.batch.is_none_or(|most| sets.len() > most) {
            return Err(CallError::Fault(format!(
                "`{pattern}` takes at most {:?} sets",
                of.batch
            )));
        }
        for set in sets {
            check_values(&of.parameters, set)?;
        }
        pages::batch(self, of, sets)
    }

    /// Runs a writing pattern.
    pub(crate) fn write(&self, pattern: &str, args: &Args) -> Outcome<Written> {
        let of = self.plan.pattern(pattern)?;
        check_args(of, args)?;
        write::run(self, of, args)
    }

    fn read_call<'b>(&self, pattern: &str, values: &'b Attrs) -> Outcome<Call<'b>>
    where
        'a: 'b,
    {
        let call = Call {
            pattern: self.plan.pattern(pattern)?,
            values,
        };
        check_values(&call.pattern.parameters, values)?;
        let fitting = call
            .pattern
            .variants
            .iter()
            .filter(|v| call.runs(&v.when))
            .count();
        if !call.pattern.variants.is_empty() && fitting != 1 {
            return Err(CallError::Fault(format!("{fitting} variants fit one call")));
        }
        Ok(call)
    }
}

fn check_values(parameters: &[Parameter], values: &Attrs) -> Outcome<()> {
    let single = || parameters.iter().filter(|p| p.role != "list");
    if let Some(missing) = single().find(|p| !p.optional && !values.contains_key(&p.name)) {
        return Err(CallError::Fault(format!(
            "the parameter `{}` is not given",
            missing.name
        )));
    }
    match values
        .keys()
        .find(|name| !single().any(|p| p.name == **name))
    {
        Some(unknown) => Err(CallError::Fault(format!(
            "the plan has no parameter `{unknown}`"
        ))),
        None => Ok(()),
    }
}

fn check_args(pattern: &Pattern, args: &Args) -> Outcome<()> {
    check_values(&pattern.parameters, &args.values)?;
    let lists: Vec<_> = pattern
        .parameters
        .iter()
        .filter(|p| p.role == "list")
        .collect();
    if let Some(unknown) = args
        .lists
        .keys()
        .find(|name| !lists.iter().any(|p| p.name == **name))
    {
        return Err(CallError::Fault(format!(
            "the plan has no list parameter `{unknown}`"
        )));
    }
    for list in lists {
        let sets = args.lists.get(&list.name).map_or(&[][..], Vec::as_slice);
        if sets.len() < list.min || sets.len() > list.max {
            return Err(CallError::Fault(format!(
                "`{}` takes {} to {} sets",
                list.name, list.min, list.max
            )));
        }
        for set in sets {
            check_values(&list.parameters, set)?;
        }
    }
    Ok(())
}
