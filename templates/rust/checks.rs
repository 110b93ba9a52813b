//@ Check
/// A condition on an item.
#[derive(Clone, Debug, Default)]
struct Check {
    /// One of these holds, if there are any; otherwise the rest says what must hold.
    any: Vec<Check>,
    /// What is compared.
    path: Vec<String>,
    /// How it is compared.
    operator: &'static str,
    /// With what.
    values: Vec<AttributeValue>,
}

impl Check {
    /// Whether it holds of an item.
    fn holds(&self, item: Option<&Row>) -> bool {
        if !self.any.is_empty() {
            return self.any.iter().any(|check| check.holds(item));
        }
        let mut names = self.path.iter();
        let mut found = names.next().and_then(|name| item?.get(name));
        for name in names {
            found = found.and_then(|found| found.as_m().ok()?.get(name));
        }
        match (self.operator, found) {
            ("exists", found) => found.is_some(),
            ("missing", found) => found.is_none(),
            ("lacks", None) => true,
            (_, None) => false,
            ("is a map", Some(found)) => found.is_m(),
            (operator, Some(found)) => {
                let mut values = self.values.iter();
                values.any(|value| meets(operator, found, value))
            }
        }
    }
}
//@ any
/// One of some conditions holds.
fn any(checks: Vec<Check>) -> Check {
    Check {
        any: checks,
        ..Check::default()
    }
}
//@ compared
/// What is at a path, compared with some values.
fn compared(path: &[&str], operator: &'static str, values: Vec<AttributeValue>) -> Check {
    Check {
        any: Vec::new(),
        path: path.iter().map(|name| (*name).to_owned()).collect(),
        operator,
        values,
    }
}
//@ meets
/// Whether two values stand to each other as an operator says.
fn meets(operator: &str, found: &AttributeValue, value: &AttributeValue) -> bool {
    let order = order(found, value);
    match operator {
        "=" | "IN" => same(found, value),
        "<>" => !same(found, value),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "begins_with" => match (found, value) {
            (AttributeValue::S(found), AttributeValue::S(start)) => found.starts_with(start),
            _ => false,
        },
        "contains" => holds_element(found, value),
        "lacks" => !holds_element(found, value),
        _ => false,
    }
}
//@ holds_element
/// Whether a set has an element.
fn holds_element(set: &AttributeValue, element: &AttributeValue) -> bool {
    match (set, element) {
        (AttributeValue::Ss(all), AttributeValue::S(one)) => all.contains(one),
        (AttributeValue::Ns(all), AttributeValue::N(one)) => {
            let one = decimal_text(one);
            all.iter().any(|number| decimal_text(number) == one)
        }
        (AttributeValue::L(all), one) => all.iter().any(|found| same(found, one)),
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part),
        _ => false,
    }
}
//@ order
/// The order of two values of one type.
fn order(one: &AttributeValue, other: &AttributeValue) -> Option<Ordering> {
    match (one, other) {
        (AttributeValue::S(one), AttributeValue::S(other)) => Some(one.cmp(other)),
        (AttributeValue::N(_), AttributeValue::N(_)) => {
            Some(the_decimal(one)?.cmp(&the_decimal(other)?))
        }
        (AttributeValue::B(one), AttributeValue::B(other)) => {
            Some(one.as_ref().cmp(other.as_ref()))
        }
        (AttributeValue::Bool(one), AttributeValue::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
//@ same
/// Whether two values are the same: numbers by value, sets without an order.
fn same(one: &AttributeValue, other: &AttributeValue) -> bool {
    match (one, other) {
        (AttributeValue::N(_), AttributeValue::N(_)) => order(one, other) == Some(Ordering::Equal),
        (AttributeValue::Ss(_), AttributeValue::Ss(_))
        | (AttributeValue::Ns(_), AttributeValue::Ns(_)) => {
            elements(Some(one)) == elements(Some(other))
        }
        _ => one == other,
    }
}
//@ is
/// What is at a path stands so to a value.
fn is(path: &[&str], operator: &'static str, value: AttributeValue) -> Check {
    compared(path, operator, vec![value])
}
//@ one_of
/// What is at a path is one of some values.
fn one_of<const N: usize>(path: &[&str], values: [AttributeValue; N]) -> Check {
    compared(path, "IN", Vec::from(values))
}
//@ exists
/// Something is at a path.
fn exists(path: &[&str]) -> Check {
    compared(path, "exists", Vec::new())
}
//@ missing
/// Nothing is at a path.
fn missing(path: &[&str]) -> Check {
    compared(path, "missing", Vec::new())
}
//@ a_map
/// A map is at a path.
fn a_map(path: &[&str]) -> Check {
    compared(path, "is a map", Vec::new())
}
//@ still
/// An attribute is still what was read.
fn still(before: &Row, name: &str) -> Check {
    match before.get(name) {
        Some(value) => is(&[name], "=", value.clone()),
        None => missing(&[name]),
    }
}
//@ Expression
/// The names and values of the expressions of a request.
#[derive(Clone, Debug, Default)]
struct Expression {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    /// The placeholder of a name.
    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    /// The placeholder of a value.
    fn value(&mut self, value: &AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value.clone());
        placeholder
    }

    /// The placeholders of the way to what is compared.
    fn path(&mut self, path: &[String]) -> String {
        let names: Vec<String> = path.iter().map(|name| self.name(name)).collect();
        names.join(".")
    }
//@ Expression.place in-text .place(
    /// The placeholders of a path.
    fn place(&mut self, path: &[&str]) -> String {
        let names: Vec<String> = path.iter().map(|name| self.name(name)).collect();
        names.join(".")
    }
//@ Expression.more with Expression

    /// All of some conditions; nothing where there are none.
    fn all<'a>(&mut self, checks: impl IntoIterator<Item = &'a Check>) -> Option<String> {
        let all: Vec<String> = checks.into_iter().map(|check| self.check(check)).collect();
        if all.is_empty() {
            None
        } else {
            Some(all.join(" AND "))
        }
    }

    /// A condition.
    fn check(&mut self, check: &Check) -> String {
        if !check.any.is_empty() {
            let any: Vec<String> = check.any.iter().map(|check| self.check(check)).collect();
            return format!("({})", any.join(" OR "));
        }
        let operator = check.operator;
        let place = self.path(&check.path);
        let values: Vec<String> = check.values.iter().map(|value| self.value(value)).collect();
        let values = values.join(", ");
        match operator {
            "exists" => format!("attribute_exists({place})"),
            "missing" => format!("attribute_not_exists({place})"),
            "is a map" => {
                let map = self.value(&text("M"));
                format!("attribute_type({place}, {map})")
            }
            // The service takes a missing attribute for an unequal one.
            "<>" => format!("(attribute_exists({place}) AND {place} <> {values})"),
            "IN" => format!("{place} IN ({values})"),
            "lacks" => format!("(NOT contains({place}, {values}))"),
            "contains" | "begins_with" => format!("{operator}({place}, {values})"),
            _ => format!("{place} {operator} {values}"),
        }
    }
}
