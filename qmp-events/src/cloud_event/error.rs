//! Why a CloudEvent could not be read.

use std::fmt;

use crate::error::DecodeError;

/// Why a CloudEvent could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloudEventError {
    /// It is a CloudEvent, but neither an event of QEMU nor a notice.
    Foreign {
        /// Its `type`.
        r#type: String,
    },
    /// It is not JSON, an attribute has another JSON type than a string, or `data` does not fit what `type`
    /// says.
    Decode(DecodeError),
    /// An attribute is missing that every CloudEvent has, or the data of a notice.
    Missing {
        /// The attribute.
        attribute: &'static str,
    },
    /// An attribute does not mean anything.
    Invalid {
        /// The attribute.
        attribute: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl CloudEventError {
    pub(super) fn invalid(attribute: &'static str, problem: impl ToString) -> Self {
        CloudEventError::Invalid { attribute, problem: problem.to_string() }
    }
}

impl From<DecodeError> for CloudEventError {
    fn from(error: DecodeError) -> Self {
        CloudEventError::Decode(error)
    }
}

impl fmt::Display for CloudEventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloudEventError::Foreign { r#type } => {
                write!(f, "a CloudEvent of another kind: its type is `{}`", r#type.escape_debug())
            }
            CloudEventError::Decode(error) => error.fmt(f),
            CloudEventError::Missing { attribute } => {
                write!(f, "not a CloudEvent of a machine: `{attribute}` is missing")
            }
            CloudEventError::Invalid { attribute, problem } => {
                write!(f, "attribute `{attribute}`: {problem}")
            }
        }
    }
}

/// Displays the inner error, so there is no [`source`](std::error::Error::source).
impl std::error::Error for CloudEventError {}
