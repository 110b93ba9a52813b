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
