//! Where a value is, for the messages of serde's errors.

use std::fmt;

use serde::de::Error;

use crate::error::DecodeError;

/// A member of a member of …, kept on the stack while serde descends.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// The event or type of this name.
    Root(&'static str),
    /// The member of this name.
    Member(&'a Place<'a>, &'static str),
    /// An item of a list.
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn root(&self) -> &'static str {
        match self {
            Place::Root(name) => name,
            Place::Member(parent, _) | Place::Item(parent, _) => parent.root(),
        }
    }

    /// What is wrong with the value here, which was read apart from the rest.
    pub(crate) fn error<E: Error>(&self, error: &DecodeError) -> E {
        match error.member() {
            None => E::custom(format_args!("{self}: {}", error.message())),
            Some(member) => E::custom(format_args!("{}: {}", Inside(self, member), error.message())),
        }
    }

    fn write_path(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root(_) => Ok(()),
            Place::Member(Place::Root(_), name) => formatter.write_str(name),
            Place::Member(parent, name) => {
                parent.write_path(formatter)?;
                write!(formatter, ".{name}")
            }
            Place::Item(parent, index) => {
                parent.write_path(formatter)?;
                write!(formatter, "[{index}]")
            }
        }
    }
}

/// A member of the value at a place.
struct Inside<'a>(&'a Place<'a>, &'a str);

impl fmt::Display for Inside<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inside(place, member) = self;
        formatter.write_str("member `")?;
        place.write_path(formatter)?;
        let dot = if matches!(place, Place::Root(_)) { "" } else { "." };
        write!(formatter, "{dot}{member}` of {}", place.root())
    }
}

/// `SHUTDOWN`, or ``member `info.slot` of ACPI_DEVICE_OST``.
impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Place::Root(name) = self {
            return formatter.write_str(name);
        }
        formatter.write_str("member `")?;
        self.write_path(formatter)?;
        write!(formatter, "` of {}", self.root())
    }
}
