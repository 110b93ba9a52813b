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
