//! Names for what only the reply has: its new events, members and types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use qmp_events_compare::surface::{
    Branch, Data, Event, Facts, Member, Object, Shape, Surface, TypeDefinition, TypeReference, Value,
    Variants,
};
use qmp_events_frontend::source::Span;

use crate::names::camel_case;

/// The way to a type that nests deeper would make a longer name than anybody reads.
const LONGEST_NAME: usize = 60;

/// A masked type that got a name.
struct NewType<'a> {
    name: String,
    masked: &'a str,
    /// The place of the definition of ours that uses it.
    span: Option<Span>,
}

/// The types of a reply and the names that they have got so far.
pub(super) struct Naming<'a> {
    pub(super) ours: &'a Surface,
    pub(super) reply: &'a Surface,
    /// The names that masked types got.
    names: BTreeMap<&'a str, String>,
    /// Names that a new type cannot have.
    taken: BTreeSet<String>,
    /// Types that met and are not merged yet: ours and theirs.
    met: VecDeque<(String, &'a str)>,
    visited: BTreeSet<(String, &'a str)>,
    /// Types that got a new name and are not defined yet.
    new: VecDeque<NewType<'a>>,
    unnamed: BTreeSet<String>,
    /// New integers, in words.
    integers: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(ours: &'a Surface, taken: BTreeSet<String>, reply: &'a Surface) -> Self {
        Self {
            ours,
            reply,
            names: BTreeMap::new(),
            taken,
            met: VecDeque::new(),
            visited: BTreeSet::new(),
            new: VecDeque::new(),
            unnamed: BTreeSet::new(),
            integers: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The names that are made up, and what there is to say.
    pub(super) fn finish(mut self) -> (BTreeSet<String>, Vec<String>) {
        if !self.integers.is_empty() {
            let integers = self.integers.join(", ");
            self.notes.push(format!("QEMU masks the width of integers, `int` is a guess for {integers}"));
        }
        let absent = self.ours.events.keys().filter(|name| !self.reply.events.contains_key(*name));
        let note = |name| format!("event '{name}' is not in this build: it stays in the schema");
        self.notes.extend(absent.map(note));
        (self.unnamed, self.notes)
    }

    /// Takes two types for the same.
    pub(super) fn meet(&mut self, ours: &str, theirs: &'a str) {
        self.names.entry(theirs).or_insert_with(|| ours.to_owned());
        if self.visited.insert((ours.to_owned(), theirs)) {
            self.met.push_back((ours.to_owned(), theirs));
        }
    }

    /// The next two types that met and are to be merged.
    pub(super) fn next_met(&mut self) -> Option<(String, &'a str)> {
        self.met.pop_front()
    }

    /// The next definition of a new type.
    pub(super) fn next_new(&mut self) -> Option<(String, TypeDefinition)> {
        let NewType { name, masked, span } = self.new.pop_front()?;
        let shape = self.new_shape(&self.reply.types.get(masked)?.shape, &name, span);
        Some((name, TypeDefinition { shape, facts: Facts { span, ..Facts::default() } }))
    }

    /// Our type where the two agree as far as introspection can tell, theirs where they do not.
    pub(super) fn reference(
        &mut self,
        owner: &str,
        part: &str,
        span: Option<Span>,
        ours: &TypeReference,
        theirs: &'a TypeReference,
    ) -> TypeReference {
        if !self.agree(ours, theirs) {
            return self.new_reference(owner, part, span, theirs);
        }
        if let (Some(name), Some(masked)) = (ours.element(), theirs.element()) {
            self.meet(name, masked);
        }
        ours.clone()
    }

    /// Whether two types may be the same to a client, whatever the parts of named ones.
    pub(super) fn agree(&self, ours: &TypeReference, theirs: &TypeReference) -> bool {
        let kind = |surface: &Surface, name: &str| {
            surface.types.get(name).map(|definition| std::mem::discriminant(&definition.shape))
        };
        match (ours, theirs) {
            (TypeReference::Builtin(one), TypeReference::Builtin(other)) => introspected(one) == *other,
            (TypeReference::List(one), TypeReference::List(other)) => self.agree(one, other),
            (TypeReference::Named(name), TypeReference::Named(masked)) => {
                kind(self.ours, name) == kind(self.reply, masked)
            }
            _ => false,
        }
    }

    pub(super) fn new_event(&mut self, name: &str, theirs: &'a Event) -> Event {
        self.notes.push(format!("event '{name}' is new: move it to the module that defines it in QEMU"));
        let data = match &theirs.data {
            Data::Type(ty) if self.reply.object(ty).is_some_and(|object| object.variants.is_some()) => {
                Data::Type(self.name_of(ty, name, "data", None))
            }
            _ => {
                let members = self.reply.event_members(theirs);
                Data::Members(members.iter().map(|member| self.new_member(name, None, member)).collect())
            }
        };
        let facts = Facts { features: theirs.facts.features.clone(), ..Facts::default() };
        Event { data, facts }
    }

    pub(super) fn new_member(&mut self, owner: &str, span: Option<Span>, member: &'a Member) -> Member {
        let ty = self.new_reference(owner, &member.name, span, &member.ty);
        if is_integer(&ty) {
            self.integers.push(format!("'{}' of '{owner}'", member.name));
        }
        let facts = Facts { features: member.facts.features.clone(), span, ..Facts::default() };
        Member { name: member.name.clone(), ty, optional: member.optional, facts }
    }

    pub(super) fn new_branch(&mut self, owner: &str, span: Option<Span>, branch: &'a Branch) -> Branch {
        let ty = self.name_of(&branch.ty, owner, &branch.name, span);
        Branch { name: branch.name.clone(), ty, facts: Facts::default() }
    }

    pub(super) fn new_reference(
        &mut self,
        owner: &str,
        part: &str,
        span: Option<Span>,
        ty: &'a TypeReference,
    ) -> TypeReference {
        match ty {
            TypeReference::Builtin(name) => TypeReference::Builtin(name),
            TypeReference::List(element) => {
                TypeReference::List(Box::new(self.new_reference(owner, part, span, element)))
            }
            TypeReference::Named(masked) => TypeReference::Named(self.name_of(masked, owner, part, span)),
        }
    }

    /// The name of a masked type: that of the type of ours that it met, or of one with the same parts,
    /// or a new one from where it is used.
    fn name_of(&mut self, masked: &'a str, owner: &str, part: &str, span: Option<Span>) -> String {
        if let Some(name) = self.names.get(masked) {
            return name.clone();
        }
        let Some(theirs) = self.reply.types.get(masked) else { return masked.to_owned() };
        let same = self.ours.types.iter().find(|(_, ours)| same_parts(&ours.shape, &theirs.shape));
        if let Some((name, _)) = same {
            self.notes.push(format!("'{part}' of '{owner}' has the parts of '{name}', and is taken for it"));
            self.meet(name, masked);
            return name.clone();
        }
        let name = self.free_name(owner, part);
        self.notes.push(format!("'{name}' is a new type, named after its use: QEMU masks its real name"));
        self.names.insert(masked, name.clone());
        self.unnamed.insert(name.clone());
        self.new.push_back(NewType { name: name.clone(), masked, span });
        name
    }

    fn free_name(&mut self, owner: &str, part: &str) -> String {
        let mut wanted = camel_case(&format!("{owner}-{part}"));
        if wanted.len() > LONGEST_NAME {
            wanted = format!("NestedType{}", self.unnamed.len());
        }
        // The language reserves names with this end.
        if wanted.ends_with("List") {
            wanted.push_str("Entry");
        }
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }

    fn new_shape(&mut self, shape: &'a Shape, owner: &str, span: Option<Span>) -> Shape {
        match shape {
            Shape::Enum(values) => Shape::Enum(values.clone()),
            Shape::Alternate(types) => {
                Shape::Alternate(types.iter().map(|ty| self.new_reference(owner, "", span, ty)).collect())
            }
            Shape::Object(Object { members, variants, .. }) => {
                let members = members.iter().map(|member| self.new_member(owner, span, member)).collect();
                let variants = variants.as_ref().map(|Variants { tag, branches }| Variants {
                    tag: tag.clone(),
                    branches: branches.iter().map(|branch| self.new_branch(owner, span, branch)).collect(),
                });
                Shape::Object(Object { base: None, members, variants })
            }
        }
    }
}

fn is_integer(ty: &TypeReference) -> bool {
    match ty {
        TypeReference::Builtin(name) => *name == "int",
        TypeReference::List(element) => is_integer(element),
        TypeReference::Named(_) => false,
    }
}

/// Whether a type of ours has just the parts that a masked one has, and there are any.
fn same_parts(ours: &Shape, theirs: &Shape) -> bool {
    match (ours, theirs) {
        (Shape::Enum(ours), Shape::Enum(theirs)) => {
            let names = |values: &[Value]| -> BTreeSet<String> {
                values.iter().map(|value| value.name.clone()).collect()
            };
            !theirs.is_empty() && names(ours) == names(theirs)
        }
        (
            Shape::Object(Object { base: None, members: ours, variants: None }),
            Shape::Object(Object { members: theirs, variants: None, .. }),
        ) => {
            let same = |one: &Member| {
                theirs.iter().any(|other| {
                    one.name == other.name
                        && one.optional == other.optional
                        && same_builtin(&one.ty, &other.ty)
                })
            };
            !theirs.is_empty() && ours.len() == theirs.len() && ours.iter().all(same)
        }
        _ => false,
    }
}

/// Whether two types without names of their own are the same to introspection.
fn same_builtin(ours: &TypeReference, theirs: &TypeReference) -> bool {
    match (ours, theirs) {
        (TypeReference::Builtin(one), TypeReference::Builtin(other)) => introspected(one) == *other,
        (TypeReference::List(one), TypeReference::List(other)) => same_builtin(one, other),
        _ => false,
    }
}

/// What introspection makes of a built-in type.
fn introspected(builtin: &str) -> &str {
    match builtin {
        "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "size" => "int",
        other => other,
    }
}
