//@ ATTEMPTS
/// How often a call begins again before it gives up.
const ATTEMPTS: u32 = 8;
//@ Write
/// A write of one item, on its way to a request.
#[derive(Clone, Debug, Default)]
struct Write {
    entity: &'static str,
    step: &'static str,
    key: Row,
    expression: Expression,
    checks: Vec<(Failure, Check)>,
    still: Vec<Check>,
//@ Write.item in-text .item = Some(
    item: Option<Row>,
//@ Write.parts in-text .changes(
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
//@ Write.after in-text write.after
    /// The item after the write, as far as it is known.
    after: Row,
//@ Write.methods with Write
}

impl Write {
    fn new(entity: &'static str, step: &'static str, key: Row) -> Self {
        Self {
            entity,
            step,
            key,
            ..Self::default()
        }
    }

    /// The condition as text.
    fn condition(&mut self) -> Option<String> {
        let checks = self.checks.iter().map(|(_, check)| check);
        self.expression.all(checks.chain(&self.still))
    }

    /// The names of its expressions.
    fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.expression.names.clone()).filter(|names| !names.is_empty())
    }

    /// The values of its expressions.
    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        Some(self.expression.values.clone()).filter(|values| !values.is_empty())
    }

    /// What the caller learns of the first condition that does not hold.
    fn broken(&self, old: Option<&Row>) -> Option<Failure> {
        let broken = |(_, check): &&(Failure, Check)| !check.holds(old);
        self.checks.iter().find(broken).map(|(failure, _)| *failure)
    }

    /// The error of a write that the service refused.
    fn failed(&self, pattern: &'static str, old: Option<&Row>) -> Error {
        Error::ConditionFailed(Box::new(ConditionFailed {
            pattern,
            step: self.step,
            entity: self.entity,
            key: self.key.clone(),
            failure: self.broken(old).unwrap_or(Failure::Condition),
            current: old.and_then(Item::read),
        }))
    }
//@ Write.check in-text check(Failure::
    /// A condition, and what the caller learns where it does not hold.
    fn check(&mut self, failure: Failure, check: Check) {
        self.checks.push((failure, check));
    }
//@ Write.is_stale in-text .is_stale(
    /// Whether what was read before has changed meanwhile.
    fn is_stale(&self, old: Option<&Row>) -> bool {
        self.still.iter().any(|check| !check.holds(old))
    }
//@ Write.failed_so in-text .failed_so(
    /// The error of a write that cannot be done.
    fn failed_so(&self, pattern: &'static str, failure: Failure) -> Error {
        Error::ConditionFailed(Box::new(ConditionFailed {
            pattern,
            step: self.step,
            entity: self.entity,
            key: self.key.clone(),
            failure,
            current: None,
        }))
    }
//@ Write.assign in-text .assign(
    /// Gives an attribute a value, or takes it away.
    fn assign(&mut self, path: &[&str], value: Option<&AttributeValue>) {
        let place = self.expression.place(path);
        match value {
            Some(value) => {
                let value = self.expression.value(value);
                self.set.push(format!("{place} = {value}"));
            }
            None => self.remove.push(place),
        }
    }
//@ Write.increase in-text .increase(
    /// Adds to a number; a missing one counts as 0.
    fn increase(&mut self, path: &[&str], more: &AttributeValue) {
        let place = self.expression.place(path);
        let zero = self.expression.value(&number(0));
        let more = self.expression.value(more);
        self.set
            .push(format!("{place} = if_not_exists({place}, {zero}) + {more}"));
    }
//@ Write.join in-text .join_set(
    /// Adds elements to a set.
    fn join_set(&mut self, path: &[&str], elements: &AttributeValue) {
        let place = self.expression.place(path);
        let elements = self.expression.value(elements);
        self.add.push(format!("{place} {elements}"));
    }
//@ Write.leave in-text .leave_set(
    /// Takes elements out of a set.
    fn leave_set(&mut self, path: &[&str], elements: &AttributeValue) {
        let place = self.expression.place(path);
        let elements = self.expression.value(elements);
        self.delete.push(format!("{place} {elements}"));
    }
//@ Write.index in-text .index(
    /// Puts the item where it belongs in an index, or takes it out.
    fn index(&mut self, attributes: &[&str], key: Option<&Row>) {
        for name in attributes {
            self.assign(&[name], key.and_then(|key| key.get(*name)));
        }
    }
//@ Write.changes in-text .changes(
    /// What an update changes, as text; nothing where it changes nothing.
    fn changes(&self) -> Option<String> {
        let parts = [
            ("SET", &self.set),
            ("REMOVE", &self.remove),
            ("ADD", &self.add),
            ("DELETE", &self.delete),
        ];
        let used = parts.iter().filter(|(_, part)| !part.is_empty());
        let text: Vec<String> = used
            .map(|(name, part)| format!("{name} {}", part.join(", ")))
            .collect();
        if text.is_empty() {
            None
        } else {
            Some(text.join(" "))
        }
    }
//@ Write.one_put in-text .one_put(
    /// The request of a single put.
    fn one_put(mut self, client: &Client, table: &str) -> PutItemFluentBuilder {
        client
            .put_item()
            .table_name(table)
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values_on_condition_check_failure(AllOld)
            .set_item(self.item)
    }
//@ Write.one_update in-text .one_update(
    /// The request of a single update.
    fn one_update(mut self, client: &Client, table: &str) -> UpdateItemFluentBuilder {
        client
            .update_item()
            .table_name(table)
            .set_update_expression(self.changes())
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values_on_condition_check_failure(AllOld)
            .set_key(Some(self.key))
    }
//@ Write.one_delete in-text .one_delete(
    /// The request of a single delete.
    fn one_delete(mut self, client: &Client, table: &str) -> DeleteItemFluentBuilder {
        client
            .delete_item()
            .table_name(table)
            .set_condition_expression(self.condition())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values_on_condition_check_failure(AllOld)
            .set_key(Some(self.key))
    }
//@ Write.end with Write
}
//@ refusal
/// The item that did not meet a condition; any other error as it is.
fn refusal(error: impl Into<aws_sdk_dynamodb::Error>) -> Result<Option<Row>, Error> {
    match error.into() {
        aws_sdk_dynamodb::Error::ConditionalCheckFailedException(failed) => Ok(failed.item),
        other => Err(Error::Service(Box::new(other))),
    }
}
