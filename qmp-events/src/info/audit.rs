//! What a message says that this build does not know.
//!
//! Decoding keeps unknown members and values; this finds them all, by the metadata alone. It reads text and
//! makes no tree of it, so that a message costs little more than what is found in it.

use std::fmt;

use super::definitions::{EventInfo, MemberInfo, TypeInfo, member};
use crate::cursor::Cursor;
use crate::error::Fault;

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
/// `data` is the JSON text of an object. Text that is not one has nothing in it; where it is damaged, the
/// list ends. It also ends after 10,000 entries: a message of tiny members would cost many times its size.
///
/// ```
/// use qmp_events::{EventKind, info};
///
/// let data = r#"{"guest": true, "reason": "alien", "extra": 1}"#;
/// let unknown = info::audit(EventKind::Shutdown.info(), data);
/// let unknown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
/// assert_eq!(unknown, [r#"unknown value "alien" of `reason`"#, "unknown member `extra`"]);
/// ```
pub fn audit(event: &'static EventInfo, data: &str) -> Vec<Unrecognized> {
    let mut auditor =
        Auditor { cursor: Cursor::new(data.as_bytes()), path: String::new(), found: Vec::new() };
    // What comes after damage is not known to be anything.
    let _ = auditor.data(event);
    auditor.found
}

/// How long a list becomes.
const MOST_FOUND: usize = 10_000;

struct Auditor<'a> {
    /// What is still to be read.
    cursor: Cursor<'a>,
    /// Of what comes next.
    path: String,
    found: Vec<Unrecognized>,
}

impl Auditor<'_> {
    fn data(&mut self, event: &'static EventInfo) -> Result<(), Fault> {
        if self.cursor.peek_value() != Some(b'{') {
            return Ok(());
        }
        let bare = event.members.iter().find(|member| member.bare);
        match bare {
            Some(member) if self.is_bare(member)? => self.value(member.ty),
            _ => self.object(event.members, event.branches),
        }
    }

    /// Whether the data is the value of its only member, without the member's name.
    fn is_bare(&self, member: &MemberInfo) -> Result<bool, Fault> {
        let (mut is_named, mut is_empty) = (false, true);
        each_member(&mut self.cursor.clone(), |cursor, name| {
            is_named |= member.is_named(name);
            is_empty = false;
            cursor.skip_value()
        })?;
        Ok(!is_named && !is_empty)
    }

    /// Reads a value. The cursor bounds how deep values nest.
    fn value(&mut self, ty: TypeInfo) -> Result<(), Fault> {
        match (ty, self.cursor.peek_value()) {
            (TypeInfo::List(item), Some(b'[')) => self.list(*item),
            (TypeInfo::Enum(info), Some(b'"')) => {
                let value = self.cursor.owned_string()?;
                if info.value(&value).is_none() {
                    self.find(Unrecognized::Value { path: self.path.clone(), value });
                }
                Ok(())
            }
            (TypeInfo::Struct(info), Some(b'{')) => self.object(info.members, info.branches),
            (TypeInfo::Union(_), Some(b'{')) => self.object(&[], Some(ty)),
            (TypeInfo::Alternate(info), Some(first)) => match info.types.iter().find(|ty| fits(ty, first)) {
                Some(&ty) => self.value(ty),
                None => self.cursor.skip_value(),
            },
            _ => self.cursor.skip_value(),
        }
    }

    fn list(&mut self, item: TypeInfo) -> Result<(), Fault> {
        let mut more = self.cursor.open_list()?;
        let mut index = 0_usize;
        while more {
            self.within(&format!("[{index}]"), |auditor| auditor.value(item))?;
            more = self.cursor.next_item()?;
            index += 1;
        }
        Ok(())
    }

    fn object(&mut self, members: &'static [MemberInfo], branches: Option<TypeInfo>) -> Result<(), Fault> {
        let mut known = Known { lists: vec![members], ..Known::default() };
        if let Some(ty) = branches {
            self.collect(ty, &mut known)?;
        }
        let mut more = self.cursor.open_object()?;
        while more {
            let name = self.cursor.key()?;
            let name = String::from_utf8_lossy(&name);
            match known.member(&name) {
                Some(member) => self.within(&name, |auditor| auditor.value(member.ty))?,
                None => {
                    if let Some(unrecognized) = known.unrecognized(&name, || self.path_of(&name)) {
                        self.find(unrecognized);
                    }
                    self.cursor.skip_value()?;
                }
            }
            more = self.cursor.next_member()?;
        }
        Ok(())
    }

    /// Gathers the members that the object which comes next has, with those of the branches it selects.
    fn collect(&self, ty: TypeInfo, known: &mut Known) -> Result<(), Fault> {
        match ty {
            TypeInfo::Struct(info) => {
                known.lists.push(info.members);
                info.branches.map_or(Ok(()), |ty| self.collect(ty, known))
            }
            TypeInfo::Union(info) => {
                let value = self.tag(info.tag)?;
                let branch = value.as_deref().and_then(|value| info.branch(value));
                let unknown_value = value.filter(|_| branch.is_none());
                known.tags.push(Tag { name: info.tag, unknown_value });
                branch.and_then(|branch| branch.ty).map_or(Ok(()), |ty| self.collect(ty, known))
            }
            _ => Ok(()),
        }
    }

    /// The value of a tag in the object which comes next, wherever it is among the members.
    fn tag(&self, tag: &str) -> Result<Option<String>, Fault> {
        let mut value = None;
        each_member(&mut self.cursor.clone(), |cursor, name| {
            if name == tag && cursor.peek_value() == Some(b'"') {
                value = Some(cursor.owned_string()?);
                return Ok(());
            }
            cursor.skip_value()
        })?;
        Ok(value)
    }

    fn find(&mut self, unrecognized: Unrecognized) {
        if self.found.len() < MOST_FOUND {
            self.found.push(unrecognized);
        }
    }

    /// Runs `audit` one step further down.
    fn within<T>(&mut self, name: &str, audit: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path = self.path_of(name);
        let result = audit(self);
        self.path.truncate(length);
        result
    }

    fn path_of(&self, name: &str) -> String {
        let dot = if self.path.is_empty() || name.starts_with('[') { "" } else { "." };
        format!("{}{dot}{name}", self.path)
    }
}

/// Hands each member's name to `read`, which reads the value.
fn each_member<'a>(
    cursor: &mut Cursor<'a>,
    mut read: impl FnMut(&mut Cursor<'a>, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut more = cursor.open_object()?;
    while more {
        let name = cursor.key()?;
        read(cursor, &String::from_utf8_lossy(&name))?;
        more = cursor.next_member()?;
    }
    Ok(())
}

/// The members that an object can have.
#[derive(Default)]
struct Known {
    lists: Vec<&'static [MemberInfo]>,
    tags: Vec<Tag>,
}

/// A member that selects a branch.
struct Tag {
    name: &'static str,
    /// Its value, if no branch is known for it: then it is not known what its members are.
    unknown_value: Option<String>,
}

impl Known {
    fn member(&self, name: &str) -> Option<&'static MemberInfo> {
        self.lists.iter().find_map(|members| member(members, name))
    }

    /// What is not known about a member that is not in the lists.
    fn unrecognized(&self, name: &str, path: impl Fn() -> String) -> Option<Unrecognized> {
        match self.tags.iter().find(|tag| tag.name == name) {
            Some(tag) => tag.unknown_value.clone().map(|value| Unrecognized::Branch { path: path(), value }),
            None if self.tags.iter().any(|tag| tag.unknown_value.is_some()) => None,
            None => Some(Unrecognized::Member { path: path() }),
        }
    }
}

/// Whether a value that begins like this has the JSON type of the schema's type.
fn fits(ty: &TypeInfo, first: u8) -> bool {
    match ty {
        TypeInfo::Integer { .. } | TypeInfo::Number => matches!(first, b'-' | b'0'..=b'9'),
        TypeInfo::Boolean => matches!(first, b't' | b'f'),
        TypeInfo::String | TypeInfo::Enum(_) => first == b'"',
        TypeInfo::Null => first == b'n',
        TypeInfo::List(_) => first == b'[',
        TypeInfo::Struct(_) | TypeInfo::Union(_) => first == b'{',
        TypeInfo::Any | TypeInfo::Alternate(_) => true,
    }
}
