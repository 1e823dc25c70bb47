//! Reading and writing what the derive macros describe, from bytes and through serde.
//!
//! The macros implement the traits of these modules; each kind of type has a module with the code
//! that its expansions share.
//!
//! One pattern recurs: a value that was not read yet, and that comes from bytes or from serde.
//! [`MemberReader`](object::MemberReader) is the value of a member, [`DataReader`](event::DataReader) an
//! event's `data`. The macros say what to read; the readers, how. So there is one description for both
//! sources. What serde gives before it is known what it means (a union before its tag, an alternate,
//! `data` before the event's name) is kept as text, and read from bytes.

pub(crate) mod alternate;
pub(crate) mod event;
pub(crate) mod object;
pub(crate) mod place;
pub(crate) mod qapi_type;
pub(crate) mod union;
pub(crate) mod value;
