//! Why a message could not be read.

use std::borrow::Cow;
use std::fmt;

/// A message that is not an event message, or whose members do not fit its event.
///
/// It names the event and the member as far as the text tells them, says what was wrong, and keeps
/// the text. The stream can go on after it.
///
/// ```
/// use qmp_events::{DecodeErrorKind, EventMessage};
///
/// let text = r#"{"event": "BALLOON_CHANGE", "data": {"actual": "much"}}"#;
/// let error = text.parse::<EventMessage>().unwrap_err();
/// assert_eq!(error.event(), Some("BALLOON_CHANGE"));
/// assert_eq!(error.member(), Some("actual"));
/// assert_eq!(error.kind(), DecodeErrorKind::Type);
/// assert_eq!(error.offset(), Some(47));
/// assert_eq!(error.raw(), text);
/// assert_eq!(
///     error.to_string(),
///     "BALLOON_CHANGE: member `actual`: expected an integer, found a string (at byte 47)"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    kind: DecodeErrorKind,
    event: Option<String>,
    member: String,
    offset: Option<usize>,
    message: String,
    raw: String,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The text is not UTF-8.
    Utf8,
    /// The text is not JSON.
    Syntax,
    /// Objects and lists nest too deep.
    Depth,
    /// A value has another JSON type than its member.
    Type,
    /// A number is out of the range of its member, or has a fraction although the member is an integer.
    Range,
    /// A member that every QEMU sends is missing.
    Missing,
    /// The message names two events.
    Conflict,
}

impl DecodeError {
    /// `fault` in `text`, which the path of `member` and the `event` were read from.
    #[cold]
    pub(crate) fn new(text: &[u8], fault: Fault, event: Option<String>, mut member: String) -> Self {
        let Defect { kind, offset, member: inner, message } = *fault.0;
        if let Some(inner) = inner {
            let path = Some(member.as_str()).filter(|&path| path != "data" && !path.is_empty());
            member = path.map_or(inner.to_string(), |path| format!("{path}.{inner}"));
        }
        DecodeError(Box::new(Details {
            kind,
            event,
            member,
            offset: Some(offset),
            message: message.into_owned(),
            raw: String::from_utf8_lossy(text).into_owned(),
        }))
    }

    /// The error about an event whose name is not in the text.
    #[cfg(feature = "cloud-event")]
    pub(crate) fn of_event(mut self, name: &str) -> Self {
        self.0.event = Some(name.to_owned());
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// The name of the event, known to this build or not, if the text tells it.
    pub fn event(&self) -> Option<&str> {
        self.0.event.as_deref()
    }

    /// The path of the member in `data`, such as `info.slot`; or of a member of the message itself,
    /// such as `data` or `timestamp.seconds`. `None` if the message as a whole is wrong.
    pub fn member(&self) -> Option<&str> {
        Some(self.0.member.as_str()).filter(|member| !member.is_empty())
    }

    /// What is wrong, without event, member and place.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Where in the text, in bytes from its start.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The text of the whole message; bytes that are not UTF-8 are replaced by U+FFFD.
    pub fn raw(&self) -> &str {
        &self.0.raw
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { event, member, message, offset, .. } = &*self.0;
        if let Some(event) = event {
            write!(formatter, "{event}: ")?;
        }
        if !member.is_empty() {
            write!(formatter, "member `{member}`: ")?;
        }
        formatter.write_str(message)?;
        match offset {
            Some(offset) => write!(formatter, " (at byte {offset})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodeError")
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"))
            .field("raw", &self.0.raw)
            .finish()
    }
}

impl std::error::Error for DecodeError {}

/// A defect at a byte of the text. One word, so that the path without defects stays fast.
#[derive(Debug)]
pub struct Fault(Box<Defect>);

#[derive(Debug)]
struct Defect {
    kind: DecodeErrorKind,
    offset: usize,
    /// The member in the object at `offset`, if the text at `offset` does not tell it.
    member: Option<Cow<'static, str>>,
    message: Cow<'static, str>,
}

impl Fault {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize, message: impl Into<Cow<'static, str>>) -> Self {
        Fault(Box::new(Defect { kind, offset, member: None, message: message.into() }))
    }

    #[cold]
    pub(crate) fn missing(member: &'static str, offset: usize) -> Self {
        let mut fault = Fault::new(DecodeErrorKind::Missing, offset, "this member is missing");
        fault.0.member = Some(member.into());
        fault
    }

    /// An error about a part of the object at `offset` that was read apart from it.
    #[cold]
    pub(crate) fn inside(error: &DecodeError, offset: usize) -> Self {
        let mut fault = Fault::new(error.kind(), offset, error.message().to_owned());
        fault.0.member = error.member().map(|member| member.to_owned().into());
        fault
    }

    /// What is wrong.
    pub(crate) fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// Where it is, in bytes from the start of the text.
    pub(crate) fn offset(&self) -> usize {
        self.0.offset
    }
}
