//@ Error
/// Why a call did not do what it should.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A value cannot be stored or asked for. Nothing was sent.
    Refused(String),
    /// A condition of a write does not hold. Nothing was written.
    ConditionFailed(Box<ConditionFailed>),
    /// What a write read first was changed by others, again and again. Nothing was written.
    Contended {
        /// The pattern.
        pattern: &'static str,
    },
    /// The service left these keys unread, however often it was asked.
    Unprocessed(Vec<Row>),
    /// A cursor that is damaged, or of another pattern.
    Cursor,
    /// A row of the table is not what the design says.
    Decode {
        /// The entity.
        entity: &'static str,
        /// The attribute that is missing or of another type.
        attribute: &'static str,
    },
    /// What the service, or the way to it, says.
    Service(Box<aws_sdk_dynamodb::Error>),
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::ConditionFailed(failed) => {
                write!(f, "{}: {}: {}", failed.pattern, failed.step, failed.failure)
            }
            Self::Contended { pattern } => {
                write!(
                    f,
                    "{pattern}: the item was changed meanwhile, again and again"
                )
            }
            Self::Unprocessed(keys) => write!(f, "{} keys were left unread", keys.len()),
            Self::Cursor => f.write_str("the cursor is not of this pattern"),
            Self::Decode { entity, attribute } => {
                write!(
                    f,
                    "a row is no `{entity}`: `{attribute}` is missing or wrong"
                )
            }
            Self::Service(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: Into<aws_sdk_dynamodb::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Service(Box::new(error.into()))
    }
}
//@ ConditionFailed
/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionFailed {
    /// The pattern.
    pub pattern: &'static str,
    /// The step of its transaction, or the entity that was to be written.
    pub step: &'static str,
    /// The entity that was to be written.
    pub entity: &'static str,
    /// The key of the item that was to be written.
    pub key: Row,
    /// What does not hold.
    pub failure: Failure,
    /// The item as it is, if there is one.
    pub current: Option<Item>,
}
//@ Failure
/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// There is such an item already.
    Exists,
    /// There is no such item.
    NotFound,
    /// Another item has a value that must be unique.
    NotUnique,
    /// An `if` of the pattern.
    Condition,
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exists => "there is such an item already",
            Self::NotFound => "there is no such item",
            Self::NotUnique => "another item has the same value",
            Self::Condition => "the item is not as it must be",
        })
    }
}
//@ Page
/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its items, in their order.
    pub items: Vec<T>,
    /// Where the next page begins; nothing after the last one.
    pub cursor: Option<Cursor>,
}
//@ Cursor
/// Where the next page of a list begins. It says nothing to others and can be kept as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cursor of a text, which the call that takes it checks.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Display for Cursor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
//@ write_cursor
/// The cursor of where the requests of a pattern stand; nothing where all are at their end.
fn write_cursor(walk: &Walk, states: &[State]) -> Option<Cursor> {
    if states.iter().all(|state| *state == State::End) {
        return None;
    }
    let mut all = Vec::new();
    for state in states {
        match state {
            State::Start => all.push(b's'),
            State::End => all.push(b'e'),
            State::After(key) => {
                all.push(b'a');
                for name in walk.keys {
                    let (tag, value) = match key.get(*name) {
                        Some(AttributeValue::S(text)) => (b'S', text.as_bytes()),
                        Some(AttributeValue::N(number)) => (b'N', number.as_bytes()),
                        Some(AttributeValue::B(blob)) => (b'B', blob.as_ref()),
                        _ => (b'-', [].as_slice()),
                    };
                    all.push(tag);
                    all.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
                    all.extend(value);
                }
            }
        }
    }
    Some(Cursor(format!("1.{}.{}", walk.pattern, hex(&all))))
}
//@ read_cursor
/// Where the requests of a pattern stand, as a cursor says.
fn read_cursor(walk: &Walk, cursor: &Cursor, requests: usize) -> Option<Vec<State>> {
    let digits = cursor.0.strip_prefix("1.")?.strip_prefix(walk.pattern)?;
    let mut all = unhex(digits.strip_prefix('.')?)?.into_iter();
    let mut states = Vec::new();
    while let Some(tag) = all.next() {
        states.push(match tag {
            b's' => State::Start,
            b'e' => State::End,
            b'a' => {
                let mut key = Row::new();
                for name in walk.keys {
                    let (tag, length) = (all.next()?, [all.next()?, all.next()?]);
                    let length = usize::from(u16::from_be_bytes(length));
                    let value: Vec<u8> = all.by_ref().take(length).collect();
                    if value.len() != length {
                        return None;
                    }
                    let value = match tag {
                        b'S' => AttributeValue::S(String::from_utf8(value).ok()?),
                        b'N' => AttributeValue::N(String::from_utf8(value).ok()?),
                        b'B' => AttributeValue::B(Blob::new(value)),
                        b'-' => continue,
                        _ => return None,
                    };
                    key.insert((*name).to_owned(), value);
                }
                State::After(key)
            }
            _ => return None,
        });
    }
    (states.len() == requests).then_some(states)
}
//@ unhex
/// The bytes of hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|four| u8::try_from(four).ok())
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}
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
    compared(path, "IN", values.to_vec())
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
//@ Walk
/// How the pages of a list are made.
struct Walk {
    /// The pattern.
    pattern: &'static str,
    /// The key attributes of the table and of the index.
    keys: &'static [&'static str],
    /// How many rows a request evaluates at most.
    limit: Option<usize>,
    /// How many items a page has at most: those of one entity, by their discriminator, or all.
    most: Option<(usize, Option<(&'static str, &'static str)>)>,
    /// The order into which the answers of several requests are merged: attributes, and whether from high to low.
    merge: &'static [(&'static [&'static str], bool)],
}
//@ State
/// Where a request stands.
#[derive(Clone, Debug, PartialEq)]
enum State {
    /// It has not begun.
    Start,
    /// It goes on after this key.
    After(Row),
    /// It has no more to give.
    End,
}
//@ Ask
/// A request that is answered in pages.
#[derive(Clone, Debug)]
enum Ask {
    /// Of one partition.
    Query(Box<QueryFluentBuilder>),
//@ Ask.Scan in-text Ask::Scan
    /// Of a whole table or index.
    Scan(Box<ScanFluentBuilder>),
//@ Ask.end with Ask
}

impl Ask {
    /// The rows of one answer, and where it goes on.
    async fn send(
        &self,
        start: Option<Row>,
        limit: Option<i32>,
    ) -> Result<(Vec<Row>, State), Error> {
        let (rows, last) = match self {
            Self::Query(query) => {
                let query = query.as_ref().clone().set_exclusive_start_key(start);
                let query = if limit.is_some() {
                    query.set_limit(limit)
                } else {
                    query
                };
                let answer = query.send().await?;
                (answer.items, answer.last_evaluated_key)
            }
//@ Ask.Scan2 in-text Ask::Scan
            Self::Scan(scan) => {
                let scan = scan.as_ref().clone().set_exclusive_start_key(start);
                let scan = if limit.is_some() {
                    scan.set_limit(limit)
                } else {
                    scan
                };
                let answer = scan.send().await?;
                (answer.items, answer.last_evaluated_key)
            }
//@ Ask.end2 with Ask
        };
        Ok((
            rows.unwrap_or_default(),
            last.map_or(State::End, State::After),
        ))
    }
}
//@ Run
/// One request on a page.
struct Run {
    ask: Option<Ask>,
    before: State,
    /// Where it stands when all rows that came are returned; nothing while it was not sent.
    after: Option<State>,
    rows: VecDeque<Row>,
    returned: Option<Row>,
}

impl Run {
    fn new(ask: Option<Ask>, state: State) -> Self {
        let before = if ask.is_some() { state } else { State::End };
        Self {
            ask,
            before,
            after: None,
            rows: VecDeque::new(),
            returned: None,
        }
    }

    /// Sends the request until it has as many rows as are wanted, or once.
    async fn fetch(&mut self, limit: Option<usize>) -> Result<(), Error> {
        let Some(ask) = self.ask.as_ref().filter(|_| self.after.is_none()) else {
            return Ok(());
        };
        let mut state = self.before.clone();
        while state != State::End {
            let start = match &state {
                State::After(key) => Some(key.clone()),
                _ => None,
            };
            let left = limit.map(|limit| limit.saturating_sub(self.rows.len()));
            let left = left.and_then(|left| i32::try_from(left).ok());
            let (rows, next) = ask.send(start, left).await?;
            self.rows.extend(rows);
            state = next;
            if limit.is_none_or(|limit| self.rows.len() >= limit) {
                break;
            }
        }
        self.after = Some(state);
        Ok(())
    }

    /// Whether it has no row left, but more to give.
    fn is_dry(&self) -> bool {
        let ended = self.before == State::End || self.after == Some(State::End);
        self.rows.is_empty() && !ended
    }

    /// Where it stands: after the last row that was returned.
    fn state(self, keys: &[&str]) -> State {
        match (self.after, self.rows.is_empty(), self.returned) {
            (None, _, _) | (_, false, None) => self.before,
            (Some(after), true, _) => after,
            (Some(_), false, Some(mut row)) => {
                row.retain(|name, _| keys.contains(&name.as_str()));
                State::After(row)
            }
        }
    }
}
//@ page
/// The rows of a page of a list, and its cursor.
async fn page(
    walk: &Walk,
    asks: Vec<Option<Ask>>,
    cursor: Option<&Cursor>,
) -> Result<(Vec<Row>, Option<Cursor>), Error> {
    let states = match cursor {
        Some(cursor) => read_cursor(walk, cursor, asks.len()).ok_or(Error::Cursor)?,
        None => vec![State::Start; asks.len()],
    };
    let (rows, states) = rows(walk, asks, states).await?;
    Ok((rows, write_cursor(walk, &states)))
}
//@ every
/// All rows of some requests.
async fn every(walk: &Walk, asks: Vec<Option<Ask>>) -> Result<Vec<Row>, Error> {
    let mut states = vec![State::Start; asks.len()];
    let mut all = Vec::new();
    loop {
        let (some, next) = rows(walk, asks.clone(), states).await?;
        all.extend(some);
        if next.iter().all(|state| *state == State::End) {
            return Ok(all);
        }
        states = next;
    }
}
//@ rows
/// The next rows of some requests, and where these stand then.
async fn rows(
    walk: &Walk,
    asks: Vec<Option<Ask>>,
    states: Vec<State>,
) -> Result<(Vec<Row>, Vec<State>), Error> {
    let mut runs: Vec<Run> = asks
        .into_iter()
        .zip(states)
        .map(|(a, s)| Run::new(a, s))
        .collect();
    if !walk.merge.is_empty() || walk.limit.is_none() {
        let sent = runs.iter_mut().map(|run| run.fetch(walk.limit));
        together(sent)
            .await
            .into_iter()
            .collect::<Result<(), Error>>()?;
    }
    let mut out = Vec::new();
    let mut counted = 0;
    while walk.limit.is_none_or(|limit| out.len() < limit) {
        let next = if walk.merge.is_empty() {
            first(&mut runs, walk.limit).await?
        } else {
            least(&runs, walk.merge)
        };
        let Some(run) = next.and_then(|place| runs.get_mut(place)) else {
            break;
        };
        let Some(row) = run.rows.pop_front() else {
            break;
        };
        if let Some((most, of)) = walk.most
            && of
                .is_none_or(|(attribute, entity)| kind(&row, attribute).is_none_or(|k| k == entity))
        {
            if counted == most {
                run.rows.push_front(row);
                break;
            }
            counted += 1;
        }
        run.returned = Some(row.clone());
        out.push(row);
    }
    let states = runs.into_iter().map(|run| run.state(walk.keys)).collect();
    Ok((out, states))
}
//@ first
/// The first request that has a row; nothing where one that has more to give has none left.
async fn first(runs: &mut [Run], limit: Option<usize>) -> Result<Option<usize>, Error> {
    for (place, run) in runs.iter_mut().enumerate() {
        run.fetch(limit).await?;
        if run.is_dry() {
            return Ok(None);
        }
        if !run.rows.is_empty() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
//@ least
/// The request whose next row comes first; nothing where one that has more to give has none left.
fn least(runs: &[Run], merge: &[(&[&str], bool)]) -> Option<usize> {
    let mut least: Option<(usize, &Row)> = None;
    for (place, run) in runs.iter().enumerate() {
        if run.is_dry() {
            return None;
        }
        let Some(row) = run.rows.front() else {
            continue;
        };
        if least.is_none_or(|(_, known)| comes_before(row, known, merge)) {
            least = Some((place, row));
        }
    }
    least.map(|(place, _)| place)
}
//@ comes_before
/// Whether a row comes before another in a merged order.
fn comes_before(row: &Row, other: &Row, merge: &[(&[&str], bool)]) -> bool {
    for (names, descending) in merge {
        let value = |row: &Row| names.iter().find_map(|name| row.get(*name).cloned());
        let (Some(one), Some(two)) = (value(row), value(other)) else {
            continue;
        };
        match order(&one, &two) {
            Some(Ordering::Less) => return !descending,
            Some(Ordering::Greater) => return *descending,
            _ => {}
        }
    }
    false
}
//@ together
/// Waits for all of some futures at once, and gives their outcomes in order.
async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    poll_fn(|context| {
        let mut ready = true;
        for (future, outcome) in all.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(done) => *outcome = Some(done),
                Poll::Pending => ready = false,
            }
        }
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    all.into_iter().filter_map(|(_, outcome)| outcome).collect()
}
//@ number_of
/// How many rows some requests match.
async fn number_of(asks: Vec<Option<QueryFluentBuilder>>) -> Result<u64, Error> {
    let counts = asks.into_iter().flatten().map(number_of_one);
    together(counts).await.into_iter().sum()
}
//@ number_of_one
/// How many rows a request matches.
async fn number_of_one(ask: QueryFluentBuilder) -> Result<u64, Error> {
    let (mut count, mut start) = (0, None);
    loop {
        let answer = ask.clone().set_exclusive_start_key(start).send().await?;
        count += u64::try_from(answer.count).unwrap_or(0);
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(count);
        }
    }
}
//@ number_scanned
/// How many rows some scans match.
async fn number_scanned(asks: Vec<Option<ScanFluentBuilder>>) -> Result<u64, Error> {
    let counts = asks.into_iter().flatten().map(number_scanned_one);
    together(counts).await.into_iter().sum()
}
//@ number_scanned_one
/// How many rows a scan matches.
async fn number_scanned_one(ask: ScanFluentBuilder) -> Result<u64, Error> {
    let (mut count, mut start) = (0, None);
    loop {
        let answer = ask.clone().set_exclusive_start_key(start).send().await?;
        count += u64::try_from(answer.count).unwrap_or(0);
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(count);
        }
    }
}
//@ get_rows
/// The items of some keys, in the order of the keys; equal keys are asked once, missing items are left out.
async fn get_rows(
    client: &Client,
    table: &str,
    keys: Vec<Row>,
    asked: KeysAndAttributesBuilder,
) -> Result<Vec<Row>, Error> {
    let mut distinct: Vec<Row> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    let mut found: Vec<Row> = Vec::new();
    for chunk in distinct.chunks(100) {
        let mut left = chunk.to_vec();
        for attempt in 0.. {
            let keys = asked.clone().set_keys(Some(left)).build()?;
            let answer = client
                .batch_get_item()
                .request_items(table, keys)
                .send()
                .await?;
            let mut items = answer.responses.unwrap_or_default();
            found.extend(items.remove(table).unwrap_or_default());
            let mut unread = answer.unprocessed_keys.unwrap_or_default();
            left = unread
                .remove(table)
                .map(|keys| keys.keys)
                .unwrap_or_default();
            if left.is_empty() {
                break;
            }
            if attempt == ATTEMPTS {
                return Err(Error::Unprocessed(left));
            }
            pause(client, attempt).await;
        }
    }
    let of = |key: &Row| {
        let fits = |item: &&Row| {
            key.iter()
                .all(|(name, value)| item.get(name) == Some(value))
        };
        found.iter().find(fits).cloned()
    };
    Ok(distinct.iter().filter_map(of).collect())
}
//@ pause
/// Waits before the next attempt: a random time that may be twice as long each time.
async fn pause(client: &Client, attempt: u32) {
    let most = 50 << attempt.min(8);
    let millis = RandomState::new().build_hasher().finish() % most;
    if let Some(sleep) = client.config().sleep_impl() {
        sleep.sleep(Duration::from_millis(millis)).await;
    }
}
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

    /// A condition, and what the caller learns where it does not hold.
    fn check(&mut self, failure: Failure, check: Check) {
        self.checks.push((failure, check));
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
//@ size
/// Refuses a list of too few or too many sets.
fn size(name: &str, count: usize, fewest: usize, most: usize) -> Result<(), Error> {
    if (fewest..=most).contains(&count) {
        return Ok(());
    }
    Err(refused(
        name,
        format_args!("it takes {fewest} to {most}, not {count}"),
    ))
}
//@ distinct
/// Rows that differ in some attributes.
fn distinct<'a>(rows: &'a [Row], names: &[&str]) -> Vec<&'a Row> {
    let mut all: Vec<&Row> = Vec::new();
    for row in rows {
        let same = |other: &&Row| names.iter().all(|name| other.get(*name) == row.get(*name));
        if !all.iter().any(same) {
            all.push(row);
        }
    }
    all
}
//@ one_each
/// Rows without those that came before.
fn one_each(rows: Vec<Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for row in rows {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all
}
