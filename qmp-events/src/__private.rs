//! What the expansions of the derive macros use. Nothing here is public API.

pub use serde;

pub use crate::cursor::Cursor;
pub use crate::error::{DecodeError, Fault};
pub use crate::info::{
    AlternateInfo, Availability, BranchInfo, Definition, EnumInfo, EventInfo, MemberInfo, RateLimit,
    StructInfo, TypeInfo, UnionInfo, ValueInfo, Version,
};
pub use crate::json::{RawJson, UnknownMembers};
pub use crate::kind::{Kind, UnknownKind};
pub use crate::message::{
    EventMessage, OpenedMessage, QapiEvents, concat_infos, decode_message, deserialize_event, name_of_alias,
    serialize_event,
};
pub use crate::unknown::UnknownValue;
pub use crate::wire::alternate::{Alternate, decode_alternate, deserialize_alternate, json_types_differ};
pub use crate::wire::event::{DataReader, QapiEvent, serialize_data};
pub use crate::wire::object::{
    Incomplete, MemberReader, Members, Object, absent, branches, decode_branch, decode_object,
    deserialize_object, keep_null, read_into, read_or_bare, serialize_member, serialize_object,
};
pub use crate::wire::place::Place;
pub use crate::wire::qapi_type::{JsonType, QapiType, Tags};
pub use crate::wire::union::{BranchReader, Union, decode_inner_union, decode_union, deserialize_union};
pub use crate::wire::value::{Enum, deserialize_enum};

/// Whether two texts are the same, in a constant.
pub const fn str_eq(left: &str, right: &str) -> bool {
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
