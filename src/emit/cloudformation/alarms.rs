//! The view of alarms.

use super::expression::{attribute, reference, text};
use super::names::Names;
use crate::emit::facts::alarms::{Dimension, alarms};
use crate::plan::Plan;
use serde::Serialize;

/// An alarm.
#[derive(Serialize)]
pub(super) struct View {
    id: String,
    description: String,
    namespace: &'static str,
    metric: &'static str,
    /// Names, and expressions of values.
    dimensions: Vec<(&'static str, String)>,
    statistic: &'static str,
    period: u32,
    threshold: u64,
    periods: u32,
    datapoints: u32,
}

/// All of them.
pub(super) fn views(plan: &Plan, names: &Names) -> Vec<View> {
    let value = |of: &Dimension| match of {
        Dimension::Table => reference("Table"),
        Dimension::Text(of) => text(of),
        Dimension::Queue(consumer) => attribute(
            &format!("{}Failures", names.consumer(consumer)),
            "QueueName",
        ),
    };
    let all = alarms(plan);
    all.into_iter()
        .map(|alarm| View {
            id: names.alarm(&alarm.name).to_owned(),
            dimensions: alarm
                .dimensions
                .iter()
                .map(|(n, of)| (*n, value(of)))
                .collect(),
            description: alarm.description,
            namespace: alarm.namespace,
            metric: alarm.metric,
            statistic: alarm.statistic,
            period: alarm.period,
            threshold: alarm.threshold,
            periods: alarm.periods,
            datapoints: alarm.datapoints,
        })
        .collect()
}
