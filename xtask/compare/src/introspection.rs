//! What a QEMU binary says of itself: the reply of `query-qmp-schema` to a [`Surface`].
//!
//! Names of types are masked there (they are numbers), bases are copied into the objects that have
//! them, integers of all widths are `int`, and what the build left out is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use qmp_events_frontend::printable::printable;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::surface::{
    Branch, Data, Event, Facts, Kind, Member, Object, Shape, Surface, TypeDefinition, TypeReference, Value,
    Variants,
};
use qmp_events_frontend::schema::Builtin;

/// The schema of today's QEMU has two thousand.
const MAX_ENTITIES: usize = 1 << 15;

/// Why a reply cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidReply(String);

impl fmt::Display for InvalidReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

impl std::error::Error for InvalidReply {}

fn invalid(message: impl Into<String>) -> InvalidReply {
    InvalidReply(message.into())
}

/// Reads a reply, `{"return": […]}` or the bare list.
///
/// # Errors
///
/// It is not such a reply, or it refers to a type that it does not define.
pub fn parse(reply: Json) -> Result<Surface, InvalidReply> {
    let entities = match reply {
        Json::Object(mut reply) => match (reply.remove("return"), reply.remove("error")) {
            (Some(list), _) => list,
            (None, Some(error)) => return Err(invalid(format!("QEMU refused to tell its schema: {error}"))),
            (None, None) => {
                return Err(invalid("this is not a reply to query-qmp-schema: there is no member 'return'"));
            }
        },
        list => list,
    };
    let Json::Array(entities) = entities else {
        return Err(invalid("this is not a reply to query-qmp-schema: it must be a list"));
    };
    if entities.len() > MAX_ENTITIES {
        return Err(invalid(format!("the reply has more than {MAX_ENTITIES} entities: no QEMU has as many")));
    }
    let mut known = BTreeMap::new();
    for (index, entity) in entities.into_iter().enumerate() {
        let entity: Entity = serde_json::from_value(entity).map_err(|error| {
            invalid(format!("element {index} of the reply is not an entity of a schema: {error}"))
        })?;
        known.insert((entity.is_event(), entity.name().to_owned()), entity);
    }
    let mut reading = Reading { known: &known, waiting: Vec::new() };
    reading.surface()
}

/// An entity of the schema, as far as events need it.
#[derive(Deserialize)]
#[serde(tag = "meta-type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
enum Entity {
    Builtin {
        name: String,
    },
    Enum {
        name: String,
        members: Option<Vec<Named>>,
        values: Option<Vec<String>>,
    },
    Array {
        name: String,
        element_type: String,
    },
    Object {
        name: String,
        members: Vec<ObjectMember>,
        tag: Option<String>,
        variants: Option<Vec<Variant>>,
    },
    Alternate {
        name: String,
        members: Vec<Typed>,
    },
    Event {
        name: String,
        arg_type: String,
        #[serde(default)]
        features: BTreeSet<String>,
    },
    /// Commands, and kinds that do not exist yet.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default)]
    features: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Typed {
    r#type: String,
}

#[derive(Deserialize)]
struct ObjectMember {
    name: String,
    r#type: String,
    /// There, and null, if the member is optional.
    #[serde(default, deserialize_with = "is_there")]
    default: bool,
    #[serde(default)]
    features: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Variant {
    case: String,
    r#type: String,
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl Entity {
    fn name(&self) -> &str {
        match self {
            Self::Builtin { name }
            | Self::Enum { name, .. }
            | Self::Array { name, .. }
            | Self::Object { name, .. }
            | Self::Alternate { name, .. }
            | Self::Event { name, .. } => name,
            Self::Other => "",
        }
    }

    fn is_event(&self) -> bool {
        matches!(self, Self::Event { .. })
    }
}

/// By whether it is an event, and name.
type Entities = BTreeMap<(bool, String), Entity>;

struct Reading<'a> {
    known: &'a Entities,
    waiting: Vec<&'a str>,
}

impl<'a> Reading<'a> {
    fn surface(&mut self) -> Result<Surface, InvalidReply> {
        let mut surface = Surface::new(Kind::Build);
        for entity in self.known.values() {
            if let Entity::Event { name, arg_type, features } = entity {
                self.waiting.push(arg_type);
                let data = Data::Type(arg_type.clone());
                surface.events.insert(name.clone(), Event { data, facts: facts(features) });
            }
        }
        while let Some(name) = self.waiting.pop() {
            if !surface.types.contains_key(name) {
                surface.types.insert(name.to_owned(), self.type_definition(name)?);
            }
        }
        Ok(surface)
    }

    fn find(&self, name: &str) -> Result<&'a Entity, InvalidReply> {
        let found = self.known.get(&(false, name.to_owned()));
        found.ok_or_else(|| invalid(format!("the reply does not define its type '{name}'")))
    }

    fn type_definition(&mut self, name: &str) -> Result<TypeDefinition, InvalidReply> {
        let shape = match self.find(name)? {
            Entity::Enum { members, values, .. } => {
                Shape::Enum(enum_values(members.as_ref(), values.as_ref()))
            }
            Entity::Alternate { members, .. } => {
                let types: Result<_, InvalidReply> =
                    members.iter().map(|one| self.reference(&one.r#type)).collect();
                Shape::Alternate(types?)
            }
            Entity::Object { members, tag, variants, .. } => {
                check_distinct(name, members.iter().map(|member| member.name.as_str()))?;
                let cases = variants.iter().flatten().map(|variant| variant.case.as_str());
                check_distinct(name, cases)?;
                Shape::Object(Object {
                    base: None,
                    members: members
                        .iter()
                        .map(|member| self.member(member))
                        .collect::<Result<_, InvalidReply>>()?,
                    variants: match tag {
                        Some(tag) => Some(self.variants(tag, variants.as_deref().unwrap_or_default())?),
                        None => None,
                    },
                })
            }
            _ => {
                return Err(invalid(format!(
                    "the reply uses '{name}' as the type of an event's data, which it is not"
                )));
            }
        };
        Ok(TypeDefinition { shape, facts: Facts::default() })
    }

    fn variants(&mut self, tag: &str, variants: &'a [Variant]) -> Result<Variants, InvalidReply> {
        let mut branches = Vec::new();
        for Variant { case, r#type } in variants {
            // Every tag value has an entry; those that add nothing share the empty object.
            match self.find(r#type)? {
                Entity::Object { members, tag: None, .. } if members.is_empty() => {}
                _ => {
                    self.waiting.push(r#type);
                    branches.push(Branch { name: case.clone(), ty: r#type.clone(), facts: Facts::default() });
                }
            }
        }
        Ok(Variants { tag: tag.to_owned(), branches })
    }

    fn member(&mut self, member: &'a ObjectMember) -> Result<Member, InvalidReply> {
        Ok(Member {
            name: member.name.clone(),
            ty: self.reference(&member.r#type)?,
            optional: member.default,
            facts: facts(&member.features),
        })
    }

    fn reference(&mut self, mut name: &'a str) -> Result<TypeReference, InvalidReply> {
        let mut depth = 0;
        let mut reference = loop {
            match self.find(name)? {
                Entity::Builtin { name } => {
                    let builtin = Builtin::from_name(name);
                    break TypeReference::builtin(builtin.ok_or_else(|| {
                        invalid(format!("the reply has an unknown built-in type '{name}'"))
                    })?);
                }
                Entity::Array { element_type, .. } if depth < MOST_NESTED_LISTS => {
                    depth += 1;
                    name = element_type;
                }
                Entity::Array { .. } => {
                    return Err(invalid(format!("lists nest too deep in the reply's type '{name}'")));
                }
                _ => {
                    self.waiting.push(name);
                    break TypeReference::Named(name.to_owned());
                }
            }
        };
        for _ in 0..depth {
            reference = TypeReference::List(Box::new(reference));
        }
        Ok(reference)
    }
}

/// QEMU has lists of lists nowhere; a list of itself must not keep us busy for ever.
const MOST_NESTED_LISTS: usize = 16;

fn facts(features: &BTreeSet<String>) -> Facts {
    Facts { features: features.clone(), ..Facts::default() }
}

fn check_distinct<'a>(ty: &str, names: impl Iterator<Item = &'a str>) -> Result<(), InvalidReply> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(invalid(format!("the reply's type '{ty}' has '{name}' twice")));
        }
    }
    Ok(())
}

/// Before QEMU 6.2 there are only names, without features.
fn enum_values(members: Option<&Vec<Named>>, values: Option<&Vec<String>>) -> Vec<Value> {
    match (members, values) {
        (Some(members), _) => {
            members.iter().map(|one| Value { name: one.name.clone(), facts: facts(&one.features) }).collect()
        }
        (None, Some(values)) => {
            values.iter().map(|name| Value { name: name.clone(), facts: Facts::default() }).collect()
        }
        (None, None) => Vec::new(),
    }
}
