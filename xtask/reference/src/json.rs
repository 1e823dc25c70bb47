//! JSON whose members keep their order: what is published is the same byte for byte each time, and
//! reads in the order in which people explain it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Json {
    /// An object, its members in order.
    Object(IndexMap<String, Json>),
    /// An array.
    Array(Vec<Json>),
    /// Anything else.
    Scalar(serde_json::Value),
}

impl Json {
    /// The member of this name, if it is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&IndexMap<String, Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    /// The text of a file: indented by two spaces, with a line feed last.
    pub fn to_file(&self) -> String {
        format!("{self:#}\n")
    }
}

/// On one line; with `#`, indented by two spaces.
impl std::fmt::Display for Json {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match formatter.alternate() {
            true => serde_json::to_string_pretty(self),
            false => serde_json::to_string(self),
        };
        formatter.write_str(&text.map_err(|_| std::fmt::Error)?)
    }
}

/// Members; absent ones are left out.
pub(crate) fn object<const N: usize>(members: [(&str, Option<Json>); N]) -> Json {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(members.collect())
}

/// A member for [`object`].
pub(crate) fn with(name: &str, value: impl Into<Json>) -> (&str, Option<Json>) {
    (name, Some(value.into()))
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Scalar(value.into())
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Scalar(value.into())
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Scalar(value.into())
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<const N: usize> From<[(&str, Option<Json>); N]> for Json {
    fn from(members: [(&str, Option<Json>); N]) -> Self {
        object(members)
    }
}

impl FromIterator<(String, Json)> for Json {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        Self::Object(members.into_iter().collect())
    }
}
