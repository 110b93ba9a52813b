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
