//! What a message says that this build does not know.
//!
//! Decoding keeps unknown members and values; this finds them all, by the
//! metadata alone.

use std::fmt;

use serde_json::{Map, Value};

use super::definitions::{EventInfo, MemberInfo, TypeInfo, member};

/// Something in `data` that this build does not know. `path` is as in
/// [`DecodeError::member`](crate::DecodeError::member).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Unrecognized {
    /// A member.
    Member {
        /// Where it is.
        path: String,
    },
    /// A value of an enum.
    Value {
        /// Where it is.
        path: String,
        /// The value.
        value: String,
    },
    /// A branch of a union.
    Branch {
        /// Where the tag is.
        path: String,
        /// The value of the tag.
        value: String,
    },
}

impl fmt::Display for Unrecognized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unrecognized::Member { path } => write!(formatter, "unknown member `{path}`"),
            Unrecognized::Value { path, value } => {
                write!(formatter, "unknown value {value:?} of `{path}`")
            }
            Unrecognized::Branch { path, value } => {
                write!(formatter, "unknown branch {value:?} of `{path}`")
            }
        }
    }
}

/// Lists everything in an event's `data` that this build does not know, in the order of the data.
///
/// ```
/// use qmp_events::{EventKind, info};
/// use serde_json::json;
///
/// let data = json!({"guest": true, "reason": "alien", "extra": 1});
/// let unknown = info::audit(EventKind::Shutdown.info(), &data);
/// let unknown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
/// assert_eq!(unknown, ["unknown member `extra`", r#"unknown value "alien" of `reason`"#]);
/// ```
pub fn audit(event: &'static EventInfo, data: &Value) -> Vec<Unrecognized> {
    let mut auditor = Auditor { path: String::new(), found: Vec::new() };
    if let Value::Object(object) = data {
        let bare = event.members.iter().find(|member| member.bare);
        match bare.filter(|member| !object.keys().any(|name| member.is_named(name))) {
            Some(member) if !object.is_empty() => auditor.value(member.ty, data),
            _ => auditor.object(event.members, event.branches, object),
        }
    }
    auditor.found
}

struct Auditor {
    path: String,
    found: Vec<Unrecognized>,
}

impl Auditor {
    /// Recursion ends with the value: serde_json reads nested values up to a limit only.
    fn value(&mut self, ty: TypeInfo, value: &Value) {
        match (ty, value) {
            (TypeInfo::List(item), Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    self.within(&format!("[{index}]"), |auditor| auditor.value(*item, value));
                }
            }
            (TypeInfo::Enum(info), Value::String(text)) if info.value(text).is_none() => {
                let (path, value) = (self.path.clone(), text.clone());
                self.found.push(Unrecognized::Value { path, value });
            }
            (TypeInfo::Struct(info), Value::Object(object)) => {
                self.object(info.members, info.branches, object);
            }
            (TypeInfo::Union(_), Value::Object(object)) => self.object(&[], Some(ty), object),
            (TypeInfo::Alternate(info), _) => {
                if let Some(&ty) = info.types.iter().find(|ty| fits(ty, value)) {
                    self.value(ty, value);
                }
            }
            _ => {}
        }
    }

    fn object(
        &mut self,
        members: &'static [MemberInfo],
        branches: Option<TypeInfo>,
        object: &Map<String, Value>,
    ) {
        let mut known = Known { lists: vec![members], ..Known::default() };
        if let Some(ty) = branches {
            self.collect(ty, object, &mut known);
        }
        for (name, value) in object {
            match known.member(name) {
                Some(member) => self.within(name, |auditor| auditor.value(member.ty, value)),
                None if known.open || known.tags.contains(&name.as_str()) => {}
                None => {
                    let path = self.within(name, |auditor| auditor.path.clone());
                    self.found.push(Unrecognized::Member { path });
                }
            }
        }
    }

    /// Gathers the members that an object of this type has, with those of the branches it selects.
    fn collect(&mut self, ty: TypeInfo, object: &Map<String, Value>, known: &mut Known) {
        match ty {
            TypeInfo::Struct(info) => {
                known.lists.push(info.members);
                if let Some(ty) = info.branches {
                    self.collect(ty, object, known);
                }
            }
            TypeInfo::Union(info) => {
                known.tags.push(info.tag);
                let Some(tag) = object.get(info.tag).and_then(Value::as_str) else { return };
                match info.branch(tag) {
                    Some(branch) => {
                        if let Some(ty) = branch.ty {
                            self.collect(ty, object, known);
                        }
                    }
                    None => {
                        known.open = true;
                        let path = self.within(info.tag, |auditor| auditor.path.clone());
                        self.found.push(Unrecognized::Branch { path, value: tag.to_owned() });
                    }
                }
            }
            _ => {}
        }
    }

    /// Runs `audit` one step further down.
    fn within<T>(&mut self, name: &str, audit: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        let result = audit(self);
        self.path.truncate(length);
        result
    }
}

/// The members that an object can have.
#[derive(Default)]
struct Known {
    lists: Vec<&'static [MemberInfo]>,
    tags: Vec<&'static str>,
    /// Whether a branch is unknown, and with it what its members are.
    open: bool,
}

impl Known {
    fn member(&self, name: &str) -> Option<&'static MemberInfo> {
        self.lists.iter().find_map(|members| member(members, name))
    }
}

/// Whether the value has the JSON type of the schema's type.
fn fits(ty: &TypeInfo, value: &Value) -> bool {
    match ty {
        TypeInfo::Integer { .. } | TypeInfo::Number => value.is_number(),
        TypeInfo::Boolean => value.is_boolean(),
        TypeInfo::String | TypeInfo::Enum(_) => value.is_string(),
        TypeInfo::Null => value.is_null(),
        TypeInfo::List(_) => value.is_array(),
        TypeInfo::Struct(_) | TypeInfo::Union(_) => value.is_object(),
        TypeInfo::Any | TypeInfo::Alternate(_) => true,
    }
}
