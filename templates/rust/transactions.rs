//@ Action
/// What a write of a transaction does.
#[derive(Clone, Copy, Debug)]
enum Action {
//@ Action.Put in-text Action::Put
    Put,
//@ Action.Update in-text Action::Update
    Update,
//@ Action.Delete in-text Action::Delete
    Delete,
//@ Action.Check in-text Action::Check
    Check,
//@ Action.end with Action
}
//@ transaction
/// The request of some writes, all or none of which are done.
fn transaction(
    client: &Client,
    table: &str,
    writes: &[(Action, Write)],
) -> Result<TransactWriteItemsFluentBuilder, Error> {
    for (place, (_, write)) in writes.iter().enumerate() {
        if writes
            .iter()
            .take(place)
            .any(|(_, other)| other.key == write.key)
        {
            return Err(refused(write.step, "two actions on one item"));
        }
    }
    if writes.len() > 100 {
        return Err(refused("a transaction", "more than 100 items"));
    }
    let mut request = client.transact_write_items();
    for (action, write) in writes {
        request = request.transact_items(part(table, *action, write.clone())?);
    }
    Ok(request)
}
//@ part
/// One part of a transaction.
fn part(table: &str, action: Action, mut write: Write) -> Result<TransactWriteItem, Error> {
    let condition = write.condition();
//@ part.changes in-text Action::Update
    let changes = write.changes();
//@ part.names with part
    let (names, values) = (write.names(), write.values());
    let made = TransactWriteItem::builder();
    let made = match action {
//@ part.put in-text Action::Put
        Action::Put => made.put(
            Put::builder()
                .table_name(table)
                .set_item(write.item)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(AllOld)
                .build()?,
        ),
//@ part.update in-text Action::Update
        // The service takes no update that changes nothing: only its condition is left.
        Action::Update if changes.is_none() => made.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(write.key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(AllOld)
                .build()?,
        ),
        Action::Update => made.update(
            Update::builder()
                .table_name(table)
                .set_key(Some(write.key))
                .set_update_expression(changes)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(AllOld)
                .build()?,
        ),
//@ part.delete in-text Action::Delete
        Action::Delete => made.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(write.key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(AllOld)
                .build()?,
        ),
//@ part.check in-text Action::Check
        Action::Check => made.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(write.key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(AllOld)
                .build()?,
        ),
//@ part.end with part
    };
    Ok(made.build())
}
//@ transact
/// Does some writes, all or none; whether what they read before was still so.
async fn transact(
    pattern: &'static str,
    request: TransactWriteItemsFluentBuilder,
    writes: &[(Action, Write)],
) -> Result<bool, Error> {
    let cancelled = match request.send().await.map_err(aws_sdk_dynamodb::Error::from) {
        Ok(_) => return Ok(true),
        Err(aws_sdk_dynamodb::Error::TransactionCanceledException(cancelled)) => cancelled,
        Err(other) => return Err(Error::Service(Box::new(other))),
    };
    let reasons = cancelled.cancellation_reasons().iter();
    let failed: Vec<_> = reasons
        .zip(writes)
        .filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(reason, (_, write))| (write, reason.item.clone()))
        .collect();
    if failed
        .iter()
        .any(|(write, old)| write.is_stale(old.as_ref()))
    {
        return Ok(false);
    }
    if let Some((write, old)) = failed.first() {
        return Err(write.failed(pattern, old.as_ref()));
    }
    let other = aws_sdk_dynamodb::Error::TransactionCanceledException(cancelled);
    Err(Error::Service(Box::new(other)))
}
//@ after_of
/// What a step answers with.
fn after_of<T>(
    writes: &[(Action, Write)],
    step: &str,
    read: fn(&Row) -> Result<T, Error>,
) -> Result<T, Error> {
    let made = writes.iter().find(|(_, write)| write.step == step);
    let after = made.map(|(_, write)| write.after.clone());
    read(&after.unwrap_or_default())
}
//@ after_each
/// What a step answers with that is done several times.
fn after_each<T>(
    writes: &[(Action, Write)],
    step: &str,
    read: fn(&Row) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let made = writes.iter().filter(|(_, write)| write.step == step);
    made.map(|(_, write)| read(&write.after)).collect()
}
//@ without_twins
/// Guards without those that one write takes away and puts again.
fn without_twins(guards: Vec<(Action, Write)>) -> Vec<(Action, Write)> {
    let keys: Vec<Row> = guards.iter().map(|(_, guard)| guard.key.clone()).collect();
    let alone = |key: &Row| keys.iter().filter(|other| *other == key).count() == 1;
    guards
        .into_iter()
        .filter(|(_, guard)| alone(&guard.key))
        .collect()
}
//@ current
/// The item of a key, as it is now.
async fn current(client: &Client, table: &str, key: Row) -> Result<Option<Row>, Error> {
    let request = client
        .get_item()
        .table_name(table)
        .set_key(Some(key))
        .consistent_read(true);
    Ok(request.send().await?.item)
}
//@ key_of
/// The key of an item.
fn key_of(item: &Row, names: &[&str]) -> Row {
    let attribute = |name: &&str| Some(((*name).to_owned(), item.get(*name)?.clone()));
    names.iter().filter_map(attribute).collect()
}
//@ seconds_of
/// The seconds of a time, rounded up.
fn seconds_of(time: &AttributeValue) -> Option<AttributeValue> {
    let seconds = match time {
        AttributeValue::S(text) if text.len() == 10 => day_number(text)? * 86_400,
        AttributeValue::S(text) => seconds_up(instant(text)?),
        _ => the_integer(time)?,
    };
    Some(number(seconds))
}
