//! Reads tables, entities, item kinds, segments and conditions of a plan.

use super::document::{
    As, Condition, Derived, Entity, Index, KeyAttribute, KeyEntry, KeySchema, Kind, Op, Operand,
    PathPart, Segment, Source, Stored, Table, Test,
};
use super::encode::Encoding;
use super::node::Node;
use super::value::Failure;

pub(crate) fn tables(node: &Node) -> Result<Vec<Table>, String> {
    node.each(|table| {
        Ok(Table {
            name: table.field("name").text()?,
            key: schema(&table.field("key"))?,
            indexes: table.field("indexes").each(index)?,
            ttl: table.field("ttl").optional_text()?,
        })
    })
}

fn schema(node: &Node) -> Result<KeySchema, String> {
    let attribute = |n: &Node| {
        Ok(KeyAttribute {
            name: n.field("attribute").text()?,
            kind: n.field("type").text()?,
        })
    };
    Ok(KeySchema {
        partition: node.field("partition").each(attribute)?,
        sort: node.field("sort").each(attribute)?,
    })
}

fn index(node: &Node) -> Result<Index, String> {
    let global = match node.field("kind").text()?.as_str() {
        "global" => true,
        "local" => false,
        _ => return node.wrong("an index is global or local"),
    };
    Ok(Index {
        name: node.field("name").text()?,
        global,
        key: schema(&node.field("key"))?,
        projection: node.field("projection").field("type").text()?,
        included: node.field("projection").field("attributes").texts()?,
    })
}

pub(crate) fn entities(node: &Node) -> Result<Vec<Entity>, String> {
    node.each(|entity| {
        Ok(Entity {
            name: entity.field("name").text()?,
            identity: entity.field("identity").texts()?,
            stored: entity.field("stored").each(stored)?,
            ttl: entity.field("ttl").optional_text()?,
            kinds: entity.field("kinds").each(kind)?,
            count: entity.field("count").number()?.map_or(10_000, |n| n as u64),
        })
    })
}

fn stored(node: &Node) -> Result<Stored, String> {
    let derived = node.field("derived");
    Ok(Stored {
        attribute: node.field("attribute").text()?,
        name: node.field("name").text()?,
        kind: node.field("type").text()?,
        form: stored_as(&node.field("as"))?,
        optional: node.field("optional").flag(false)?,
        mutable: node.field("mutable").flag(false)?,
        nonempty: node.field("nonempty").flag(false)?,
        default: node.field("default").json().cloned(),
        derived: if derived.present() {
            Some(derivation(&derived)?)
        } else {
            None
        },
    })
}

fn derivation(node: &Node) -> Result<Derived, String> {
    let argument = node.field("argument");
    Ok(Derived {
        function: node.field("function").text()?,
        of: node.field("of").texts()?,
        argument: if argument.present() {
            Some(argument.count()?)
        } else {
            None
        },
    })
}

fn stored_as(node: &Node) -> Result<As, String> {
    form(&node.text()?).or_else(|_| node.wrong("unknown `as`"))
}

/// How an attribute is stored, by its name in the document.
pub(crate) fn form(name: &str) -> Result<As, String> {
    Ok(match name {
        "string" => As::Text,
        "timestamp" => As::Timestamp,
        "number" => As::Number,
        "boolean" => As::Boolean,
        "binary" => As::Binary,
        "list" => As::List,
        "map" => As::Map,
        "string_set" => As::TextSet,
        "number_set" => As::NumberSet,
        _ => return Err(format!("unknown `as`: `{name}`")),
    })
}

fn kind(node: &Node) -> Result<Kind, String> {
    let guard = match node.field("role").text()?.as_str() {
        "item" => false,
        "guard" => true,
        _ => return node.field("role").wrong("unknown role"),
    };
    let pair = |n: &Node, second: &str| -> Result<Option<(String, String)>, String> {
        if !n.present() {
            return Ok(None);
        }
        Ok(Some((
            n.field("attribute").text()?,
            n.field(second).text()?,
        )))
    };
    Ok(Kind {
        name: node.field("name").text()?,
        guard,
        table: node.field("table").text()?,
        discriminator: pair(&node.field("discriminator"), "value")?,
        attributes: node.field("attributes").optional_each(Node::text)?,
        ttl: pair(&node.field("ttl"), "of")?,
        keys: node.field("keys").each(key_entry)?,
    })
}

fn key_entry(node: &Node) -> Result<KeyEntry, String> {
    let part = |n: &Node| n.field("segments").each(segment);
    Ok(KeyEntry {
        index: node.field("index").optional_text()?,
        partition: node.field("partition").each(part)?,
        sort: node.field("sort").each(part)?,
        only_when: node.field("only_when").each(condition)?,
    })
}

pub(crate) fn segment(node: &Node) -> Result<Segment, String> {
    if node.field("literal").present() {
        return Ok(Segment::Literal(node.field("literal").text()?));
    }
    let encoding = Encoding::parse(&node.field("encoding").text()?)?;
    Ok(Segment::Value {
        source: source(node)?,
        encoding,
    })
}

fn source(node: &Node) -> Result<Source, String> {
    for name in ["attribute", "parameter", "variable", "row"] {
        let field = node.field(name);
        if !field.present() {
            continue;
        }
        let text = field.text()?;
        return Ok(match name {
            "attribute" => Source::Attribute(text),
            "parameter" => Source::Parameter(text),
            "variable" => Source::Variable(text),
            _ => Source::Row {
                name: text,
                stored_as: stored_as(&node.field("as"))?,
            },
        });
    }
    let shard = node.field("shard");
    if !shard.present() {
        return node.wrong("unknown segment");
    }
    Ok(Source::Shard {
        of: shard.field("of").texts()?,
        count: shard.field("count").count()?,
    })
}

pub(crate) fn condition(node: &Node) -> Result<Condition, String> {
    let failure = failure(&node.field("failure"))?;
    if node.field("any").present() {
        return Ok(Condition::Any {
            conditions: node.field("any").each(condition)?,
            failure,
        });
    }
    let as_field = node.field("as");
    let op = op(&node.field("op"))?;
    let operand = operand(node)?;
    if matches!(op, Op::Exists | Op::Missing) != matches!(operand, Operand::None) {
        return node.wrong("`exists` and `missing` have no operand, the other operators have one");
    }
    Ok(Condition::Test(Test {
        attribute: node.field("attribute").text()?,
        op,
        stored_as: if as_field.present() {
            Some(stored_as(&as_field)?)
        } else {
            None
        },
        path: path(&node.field("path"))?,
        operand,
        failure,
    }))
}

fn failure(node: &Node) -> Result<Option<Failure>, String> {
    if !node.present() {
        return Ok(None);
    }
    Ok(Some(match node.text()?.as_str() {
        "exists" => Failure::Exists,
        "not_found" => Failure::NotFound,
        "not_unique" => Failure::NotUnique,
        "condition" => Failure::Condition,
        _ => return node.wrong("unknown failure"),
    }))
}

fn op(node: &Node) -> Result<Op, String> {
    Ok(match node.text()?.as_str() {
        "=" => Op::Equal,
        "<>" => Op::Unequal,
        "<" => Op::Less,
        "<=" => Op::LessOrEqual,
        ">" => Op::Greater,
        ">=" => Op::GreaterOrEqual,
        "in" => Op::In,
        "exists" => Op::Exists,
        "missing" => Op::Missing,
        "begins_with" => Op::BeginsWith,
        "contains" => Op::Contains,
        "lacks" => Op::Lacks,
        _ => return node.wrong("unknown operator"),
    })
}

fn operand(node: &Node) -> Result<Operand, String> {
    if let Some(constant) = node.field("value").json() {
        return Ok(Operand::Constant(constant.clone()));
    }
    if node.field("parameter").present() {
        return Ok(Operand::Parameter {
            name: node.field("parameter").text()?,
            text: node.field("text").flag(false)?,
        });
    }
    Ok(if node.field("now").flag(false)? {
        Operand::Now
    } else {
        Operand::None
    })
}

pub(crate) fn path(node: &Node) -> Result<Vec<PathPart>, String> {
    node.each(|part| {
        if part.field("parameter").present() {
            return Ok(PathPart::Parameter(part.field("parameter").text()?));
        }
        part.text().map(PathPart::Name)
    })
}
