//! Reads patterns and steps of a plan.

use super::{
    Action, ActionKey, Change, Choice, ForEach, Given, KeyChange, KeyPart, Limit, MergeKey, Origin,
    Parameter, Pattern, ReadCall, ReadStep, Returns, Segments, SortCondition, SortOp, Step,
    Variant, Verb, When, WriteCall, WriteStep,
};
use crate::items::node::Node;
use crate::items::reading::{condition, path, segment};

pub(super) fn patterns(node: &Node) -> Result<Vec<Pattern>, String> {
    node.each(|pattern| {
        let name = pattern.field("name").text()?;
        read(pattern, &name).map_err(|e| format!("pattern `{name}`: {e}"))
    })
}

fn read(node: &Node, name: &str) -> Result<Pattern, String> {
    let limit = node.field("limit");
    let cost = node.field("cost");
    let mut followed = node.field("followed").texts()?;
    for step in node.field("steps").list()? {
        followed.extend(step.field("followed").texts()?);
    }
    Ok(Pattern {
        name: name.to_owned(),
        verb: node.field("verb").optional_text()?.unwrap_or_default(),
        entities: node.field("entities").texts()?,
        status: node.field("status").text()?,
        price: node.field("price").texts()?,
        requests: node.field("requests").number()?,
        units: cost.field("read_units").amount()? + cost.field("write_units").amount()?,
        variants: node.field("variants").each(variant)?,
        parameters: node.field("parameters").each(parameter)?,
        limit: if limit.present() {
            Some(read_limit(&limit)?)
        } else {
            None
        },
        batch: node.field("batch").number()?,
        merged: merged(&node.field("order"))?,
        followed,
        steps: node.field("steps").each(step)?,
    })
}

fn merged(node: &Node) -> Result<bool, String> {
    match node.optional_text()?.as_deref() {
        None | Some("by_entity") => Ok(false),
        Some("merged") => Ok(true),
        Some(_) => node.wrong("unknown order"),
    }
}

fn read_limit(node: &Node) -> Result<Limit, String> {
    Ok(Limit {
        count: node.field("count").count()? as usize,
        entity: node.field("entity").optional_text()?,
    })
}

fn variant(node: &Node) -> Result<Variant, String> {
    Ok(Variant {
        when: when(&node.field("when"))?,
        price: node.field("price").texts()?,
        requests: node.field("requests").number()?,
    })
}

fn when(node: &Node) -> Result<When, String> {
    Ok(When {
        given: node.field("given").texts()?,
        missing: node.field("missing").texts()?,
    })
}

fn parameter(node: &Node) -> Result<Parameter, String> {
    let role = node.field("role").text()?;
    if !["by", "from", "to", "bound", "prefix", "value", "list"].contains(&role.as_str()) {
        return node.wrong("unknown role of a parameter");
    }
    Ok(Parameter {
        name: node.field("name").text()?,
        role,
        optional: node.field("optional").flag(false)?,
        min: node.field("min").number()?.unwrap_or(1),
        max: node.field("max").number()?.unwrap_or(1),
        parameters: node.field("parameters").each(parameter)?,
    })
}

fn step(node: &Node) -> Result<Step, String> {
    let call = node.field("call");
    Ok(match call.text()?.as_str() {
        "GetItem" => Step::Read(Box::new(read_step(node, ReadCall::GetItem)?)),
        "BatchGetItem" => Step::Read(Box::new(read_step(node, ReadCall::BatchGetItem)?)),
        "Query" => Step::Read(Box::new(read_step(node, ReadCall::Query)?)),
        "Scan" => Step::Read(Box::new(read_step(node, ReadCall::Scan)?)),
        "PutItem" => Step::Write(Box::new(write_step(node, WriteCall::Put)?)),
        "UpdateItem" => Step::Write(Box::new(write_step(node, WriteCall::Update)?)),
        "DeleteItem" => Step::Write(Box::new(write_step(node, WriteCall::Delete)?)),
        "TransactWriteItems" => Step::Write(Box::new(write_step(node, WriteCall::Transact)?)),
        _ => return call.wrong("unknown call"),
    })
}

fn read_step(node: &Node, call: ReadCall) -> Result<ReadStep, String> {
    let count = match node.field("select").optional_text()?.as_deref() {
        None => false,
        Some("count") => true,
        Some(_) => return node.wrong("unknown `select`"),
    };
    Ok(ReadStep {
        call,
        table: node.field("table").text()?,
        index: node.field("index").optional_text()?,
        when: when(&node.field("when"))?,
        for_each: node.field("for_each").each(for_each)?,
        partition: node.field("partition").each(|n| choice(n, &key_part))?,
        sort: node.field("sort").each(|n| choice(n, &sort_condition))?,
        forward: node.field("forward").flag(true)?,
        limit: node.field("limit").number()?,
        filter: node.field("filter").each(condition)?,
        projection: node.field("projection").optional_each(Node::text)?,
        count,
        consistent: node.field("consistent").flag(false)?,
        merge: node.field("merge").each(merge_key)?,
        returns: returns(&node.field("returns"))?,
    })
}

fn returns(node: &Node) -> Result<Returns, String> {
    match node.optional_text()?.as_deref() {
        None | Some("items") => Ok(Returns::Items),
        Some("nothing") => Ok(Returns::Nothing),
        Some("followed") => Ok(Returns::Followed),
        Some(_) => node.wrong("unknown `returns`"),
    }
}

fn merge_key(node: &Node) -> Result<MergeKey, String> {
    Ok(MergeKey {
        attribute: node.field("attribute").text()?,
        descending: node.field("descending").flag(false)?,
    })
}

fn for_each(node: &Node) -> Result<ForEach, String> {
    if node.field("rows_of").present() {
        return Ok(ForEach::RowsOf(node.field("rows_of").count()? as usize));
    }
    let variable = node.field("variable").text()?;
    if node.field("count").present() {
        return Ok(ForEach::Count {
            variable,
            count: node.field("count").count()?,
        });
    }
    let constant = |n: &Node| {
        n.json()
            .cloned()
            .ok_or_else(|| "a null in `values`".to_owned())
    };
    Ok(ForEach::Values {
        variable,
        values: node.field("values").each(constant)?,
    })
}

/// `{ given, then, else }` around what `inner` reads.
fn choice<T>(
    node: &Node,
    inner: &impl Fn(&Node) -> Result<T, String>,
) -> Result<Choice<T>, String> {
    if !node.field("given").present() {
        return inner(node).map(Choice::Plain);
    }
    let branch = |name: &str| -> Result<Option<Box<Choice<T>>>, String> {
        let node = node.field(name);
        if node.present() {
            Ok(Some(Box::new(choice(&node, inner)?)))
        } else {
            Ok(None)
        }
    };
    Ok(Choice::Given {
        given: node.field("given").texts()?,
        then: branch("then")?,
        otherwise: branch("else")?,
    })
}

fn segments(node: &Node) -> Result<Segments, String> {
    choice(node, &|n: &Node| {
        if !n.is_list() {
            return n.wrong("a list of segments is expected");
        }
        n.each(segment)
    })
}

fn key_part(node: &Node) -> Result<KeyPart, String> {
    Ok(KeyPart {
        segments: segments(&node.field("segments"))?,
    })
}

fn sort_condition(node: &Node) -> Result<SortCondition, String> {
    let ops = [
        ("equals", SortOp::Equals),
        ("begins_with", SortOp::BeginsWith),
        ("lt", SortOp::Less),
        ("le", SortOp::LessOrEqual),
        ("gt", SortOp::Greater),
        ("ge", SortOp::GreaterOrEqual),
    ];
    for (name, op) in ops {
        if node.field(name).present() {
            return Ok(SortCondition {
                op,
                bounds: vec![segments(&node.field(name))?],
            });
        }
    }
    let bounds = node.field("between").each(segments)?;
    if bounds.len() != 2 {
        return node.wrong("a condition on a sort key is expected");
    }
    Ok(SortCondition {
        op: SortOp::Between,
        bounds,
    })
}

fn write_step(node: &Node, call: WriteCall) -> Result<WriteStep, String> {
    Ok(WriteStep {
        call,
        when: when(&node.field("when"))?,
        for_each: node.field("for_each").each(for_each)?,
        actions: node.field("actions").each(action)?,
    })
}

fn action(node: &Node) -> Result<Action, String> {
    let verb = match node.field("action").text()?.as_str() {
        "put" => Verb::Put,
        "update" => Verb::Update,
        "delete" => Verb::Delete,
        "check" => Verb::Check,
        _ => return node.field("action").wrong("unknown action"),
    };
    let key = node.field("key");
    Ok(Action {
        verb,
        entity: node.field("entity").text()?,
        kind: node.field("kind").text()?,
        times: node.field("times").optional_text()?,
        of: node.field("of").number()?,
        upsert: node.field("upsert").flag(false)?,
        current: node.field("current").texts()?,
        values: node.field("values").each(given)?,
        set: node.field("set").each(given)?,
        add: node.field("add").each(given)?,
        remove: node.field("remove").each(given)?,
        keys: node.field("keys").each(key_change)?,
        condition: node.field("condition").each(condition)?,
        returns: node.field("return").texts()?,
        key: if key.present() {
            Some(action_key(&key)?)
        } else {
            None
        },
    })
}

fn action_key(node: &Node) -> Result<ActionKey, String> {
    Ok(ActionKey {
        partition: node.field("partition").each(|n| choice(n, &key_part))?,
        sort: node.field("sort").each(|n| choice(n, &sort_condition))?,
    })
}

fn given(node: &Node) -> Result<Given, String> {
    let value = if let Some(constant) = node.field("value").json() {
        Origin::Constant(constant.clone())
    } else if node.field("parameter").present() {
        Origin::Parameter {
            name: node.field("parameter").text()?,
            text: node.field("text").flag(false)?,
        }
    } else if node.field("row").present() {
        Origin::Row(node.field("row").text()?)
    } else if node.field("derived").flag(false)? {
        Origin::Derived
    } else {
        Origin::None
    };
    Ok(Given {
        attribute: node.field("attribute").text()?,
        path: path(&node.field("path"))?,
        value,
        negate: node.field("negate").flag(false)?,
    })
}

fn key_change(node: &Node) -> Result<KeyChange, String> {
    let change = match node.field("do").text()?.as_str() {
        "set" => Change::Set,
        "remove" => Change::Remove,
        "either" => Change::Either,
        _ => return node.wrong("a change of keys is set, remove or either"),
    };
    Ok(KeyChange {
        index: node.field("index").text()?,
        change,
    })
}
