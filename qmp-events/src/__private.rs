//! What the expansions of the derive macros stand on. Nothing here is public API.

pub use serde;

pub use crate::cursor::{Cursor, Fault};
pub use crate::error::DecodeError;
pub use crate::info::{
    AlternateInfo, Availability, BranchInfo, Definition, EnumInfo, EventInfo, MemberInfo, RateLimit,
    StructInfo, TypeInfo, UnionInfo, ValueInfo, Version,
};
pub use crate::kind::{Kind, UnknownKind};
pub use crate::message::{EventMessage, OpenedMessage, decode_message, deserialize_event, serialize_event};
pub use crate::unknown::UnknownValue;
pub use crate::wire::alternate::{
    Alternate, Alternative, decode_alternate, deserialize_alternate, json_types_differ,
};
pub use crate::wire::event::{Payload, name_of_alias, serialize_data};
pub use crate::wire::object::{
    Incomplete, Members, Object, Rest, Source, absent, branches, decode_object, deserialize_object,
    read_or_bare, rest_name, serialize_member, serialize_object, take_member,
};
pub use crate::wire::place::Place;
pub use crate::wire::union::{Branch, Union, decode_union, deserialize_union};
pub use crate::wire::value::{Enum, deserialize_enum};
pub use crate::wire::{JsonType, QapiEvent, QapiEvents, QapiType};

/// Whether two texts are the same, in a constant.
pub const fn same_text(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
