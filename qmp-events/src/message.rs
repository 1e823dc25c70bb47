//! Event messages: the object that has everything about an event.
//!
//! Bytes and serde are read by the same rules:
//!
//! - `event` is required; `timestamp` and `data` may be absent or null, and `data` of an event whose
//!   members may all be left out as well. Other members are kept.
//! - Members come in any order, and the last of the same name wins; but an `event` after `data`
//!   cannot rename what was already read under another name.
//!
//! They differ only where serde_json does not look closely: in what it skips, and at numbers. In
//! skipped values bytes are the stricter ones: invalid UTF-8, halves of surrogate pairs, numbers
//! beyond every float and nesting beyond 127 levels are errors there too. A fraction that no float can
//! hold (`1.00000000000000000001`) is refused for an integer, while serde_json rounds it away before
//! anyone sees it. And an integer beyond 64 bits in what is kept has all its digits from bytes, while
//! serde_json hands it over as a float.
//!
//! # Nothing is lost
//!
//! What was decoded is encoded as the same JSON, whatever the message holds, except that
//!
//! - old spellings of names and values (`alias`) become the current ones;
//! - a value in place of `data` (`bare`) is written under its name;
//! - numbers are written in one spelling (`1200.0` as `1200` where an integer is expected, `1e2` as
//!   `100.0` elsewhere), and what is kept of strings with as few escapes as possible;
//! - of typed members that are repeated, only the last is written.
//!
//! JSON's objects have no order: known members are written before unknown ones.

mod conversions;
mod event_message;
mod extras;
mod known;
mod layout;
mod opened;
mod parts;
mod prefix;
mod serde;
mod set;

pub use self::serde::{deserialize_event, serialize_event};
pub use event_message::EventMessage;
pub use layout::decode_message;
pub(crate) use layout::read_name;
pub use opened::OpenedMessage;
pub(crate) use opened::read_opening;
pub(crate) use parts::{Parts, decode_data, read_parts};
pub use set::{QapiEvents, concat_infos, name_of_alias};
