//! Where a value is, for the messages of serde's errors.

use std::fmt;

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
