//! Members of an object that this build does not know.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::raw::RawJson;
use crate::cursor::{Cursor, push_escaped};

/// Members of an object that this build does not know: what a newer QEMU or a vendor added.
///
/// They are kept in the order in which they came, and written after the known members. As small as a
/// pointer, and without allocation if there are none. Under the name of a known member there is `null`,
/// if an optional member came as that.
///
/// ```
/// use qmp_events::{Event, EventMessage};
///
/// let text = r#"{"event":"STOP","data":{"__com.example_cause":"lunch"}}"#;
/// let message: EventMessage = text.parse()?;
/// let Event::Stop(stop) = &message.event else { panic!("another event") };
/// let cause = stop.unknown.get("__com.example_cause").expect("a member");
/// assert_eq!(cause.read::<String>()?, "lunch");
/// assert_eq!(message.to_string(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownMembers(
    /// The text of an object, without its braces.
    #[expect(clippy::box_collection, reason = "thin, unlike Box<str>")]
    Option<Box<String>>,
);

impl UnknownMembers {
    /// No members.
    pub const fn new() -> Self {
        UnknownMembers(None)
    }

    /// Whether there are none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value of the member of this name; of the last one if it is repeated. Takes time linear in the
    /// length of all members.
    pub fn get(&self, name: &str) -> Option<RawJson<'_>> {
        self.iter().filter(|(other, _)| other == name).last().map(|(_, value)| value)
    }

    /// Names and values, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, RawJson<'_>)> {
        Entries::new(self.text())
    }

    /// Adds a member at the end.
    pub fn push(&mut self, name: &str, value: RawJson<'_>) {
        let Ok(()) = self.push_with(name.as_bytes(), |text| {
            text.push_str(value.as_str());
            Ok::<(), std::convert::Infallible>(())
        });
    }

    fn text(&self) -> &str {
        self.0.as_deref().map_or("", String::as_str)
    }

    /// Adds a member, the value of which `write` appends to the text. After an error the members are
    /// no longer of use.
    #[cold]
    pub(crate) fn push_with<E>(
        &mut self,
        name: &[u8],
        write: impl FnOnce(&mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = self.0.get_or_insert_default();
        if !text.is_empty() {
            text.push(',');
        }
        text.push('"');
        push_escaped(text, &String::from_utf8_lossy(name));
        text.push_str("\":");
        write(text)
    }

    /// The text of an object with these members.
    pub(crate) fn into_object(self) -> String {
        format!("{{{}}}", self.text())
    }

    /// The members of an object, given as text in the spelling of this module.
    pub(crate) fn of_object(mut text: String) -> Self {
        text.pop();
        text.drain(..text.len().min(1));
        UnknownMembers((!text.is_empty()).then(|| Box::new(text)))
    }

    /// Writes the members, without those under the name of a member that was written already.
    #[doc(hidden)]
    #[inline]
    pub fn serialize_into<M: SerializeMap>(
        &self,
        map: &mut M,
        is_written: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        if self.is_empty() {
            return Ok(());
        }
        let mut entries = self.iter().filter(|(name, _)| !is_written(name));
        entries.try_for_each(|(name, value)| map.serialize_entry(&*name, &value))
    }
}

impl From<UnknownMembers> for RawJson<'static> {
    fn from(members: UnknownMembers) -> Self {
        RawJson::new(members.into_object())
    }
}

impl fmt::Debug for UnknownMembers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// As an object.
impl Serialize for UnknownMembers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_into(&mut map, |_| false)?;
        map.end()
    }
}

impl<'a, N: AsRef<str>> FromIterator<(N, RawJson<'a>)> for UnknownMembers {
    fn from_iter<I: IntoIterator<Item = (N, RawJson<'a>)>>(members: I) -> Self {
        let mut kept = Self::new();
        members.into_iter().for_each(|(name, value)| kept.push(name.as_ref(), value));
        kept
    }
}

/// The members in a text without braces.
pub(super) struct Entries<'a>(Cursor<'a>);

impl<'a> Entries<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Entries(Cursor::new(text.as_bytes()))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Cow<'a, str>, RawJson<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.peek()?;
        let name = match self.0.key().ok()? {
            Cow::Borrowed(name) => String::from_utf8_lossy(name),
            Cow::Owned(name) => Cow::Owned(String::from_utf8(name).ok()?),
        };
        Some((name, next_value(&mut self.0)?))
    }
}

/// The value that comes next in a list or among members, and the comma after it.
pub(super) fn next_value<'a>(cursor: &mut Cursor<'a>) -> Option<RawJson<'a>> {
    cursor.peek()?;
    let before = cursor.clone();
    cursor.skip_value().ok()?;
    let text = cursor.text_since(&before);
    cursor.expect(b",");
    Some(RawJson::new(std::str::from_utf8(text).ok()?))
}
