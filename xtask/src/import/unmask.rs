//! What a binary says of itself, with the names of our types: a surface that can be imported.
//!
//! In a reply to `query-qmp-schema` types have numbers for names, inherited members are copied, all
//! integers are alike, and what a build left out is not there. Our schema and the reply are walked at
//! once from the events on. Where they meet, our names, bases, widths and conditions stay. A type that
//! only the reply has gets a name from where it is used, for a person to confirm.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use qmp_events_compare::surface::{
    Branch, Data, Event, Facts, Kind, Member, Object, Shape, Surface, TypeDefinition, TypeReference, Value,
    Variants,
};
use qmp_events_frontend::source::Span;

use crate::names::camel_case;

/// A reply with names.
#[derive(Debug)]
pub struct Unmasked {
    /// What the binary has, and what builds leave out of what we know.
    pub surface: Surface,
    /// What introspection cannot tell, as far as it matters here.
    pub notes: Vec<String>,
}

/// Gives the types of a reply the names that they have in our schema.
pub fn unmask(ours: &Surface, reply: &Surface) -> Unmasked {
    let mut surface = ours.clone();
    surface.kind = Kind::Schema;
    let mut unmasking = Unmasking {
        ours,
        reply,
        surface,
        names: BTreeMap::new(),
        queue: VecDeque::new(),
        visited: BTreeSet::new(),
        notes: Vec::new(),
    };
    for (name, event) in &reply.events {
        unmasking.event(name, event);
        // Meetings first: what we know by name needs no new one.
        unmasking.meet_all();
    }
    for name in ours.events.keys().filter(|name| !reply.events.contains_key(*name)) {
        unmasking.notes.push(format!("event '{name}' is not in this build, and stays"));
    }
    Unmasked { surface: unmasking.surface, notes: unmasking.notes }
}

struct Unmasking<'a> {
    ours: &'a Surface,
    reply: &'a Surface,
    surface: Surface,
    /// Masked names with the names that they got.
    names: BTreeMap<&'a str, String>,
    /// Types that met and are not compared yet: ours and theirs.
    queue: VecDeque<(String, &'a str)>,
    visited: BTreeSet<(String, &'a str)>,
    notes: Vec<String>,
}

impl<'a> Unmasking<'a> {
    fn event(&mut self, name: &str, theirs: &'a Event) {
        let members = self.reply.event_members(theirs);
        let Some(known) = self.ours.events.get(name) else {
            self.notes.push(format!("event '{name}' is new, and its condition is not known"));
            let members = members.iter().map(|member| self.new_member(name, None, member)).collect();
            let facts = Facts { features: theirs.facts.features.clone(), ..Facts::default() };
            let data = match &theirs.data {
                Data::Type(ty) if self.reply.object(ty).is_some_and(|object| object.variants.is_some()) => {
                    Data::Type(self.name_of(ty, name, None))
                }
                _ => Data::Members(members),
            };
            self.surface.events.insert(name.to_owned(), Event { data, facts });
            return;
        };
        let mut event = known.clone();
        event.facts.features.clone_from(&theirs.facts.features);
        match &mut event.data {
            Data::Members(list) => *list = self.members(name, known.facts.span, list, &members, true),
            Data::Type(ours) => {
                if let Data::Type(theirs) = &theirs.data {
                    self.meet(ours, theirs);
                }
            }
        }
        self.surface.events.insert(name.to_owned(), event);
    }

    fn meet(&mut self, ours: &str, theirs: &'a str) {
        self.names.entry(theirs).or_insert_with(|| ours.to_owned());
        if self.visited.insert((ours.to_owned(), theirs)) {
            self.queue.push_back((ours.to_owned(), theirs));
        }
    }

    fn meet_all(&mut self) {
        while let Some((name, theirs)) = self.queue.pop_front() {
            let Some(mut ours) = self.surface.types.get(&name).cloned() else { continue };
            let Some(theirs) = self.reply.types.get(theirs) else { continue };
            let span = ours.facts.span;
            match (&mut ours.shape, &theirs.shape) {
                (Shape::Enum(known), Shape::Enum(theirs)) => *known = values(known, theirs),
                (Shape::Object(known), Shape::Object(theirs)) => self.object(&name, span, known, theirs),
                (Shape::Alternate(known), Shape::Alternate(theirs)) => {
                    for (known, theirs) in known.iter_mut().zip(theirs) {
                        *known = self.reference(&name, span, known, theirs);
                    }
                }
                _ => self.notes.push(format!("'{name}' is of another kind in this build")),
            }
            self.surface.types.insert(name, ours);
        }
    }

    /// Members that are inherited stay with the type that they are inherited from.
    fn object(&mut self, name: &str, span: Option<Span>, known: &mut Object, theirs: &'a Object) {
        let all: Vec<&'a Member> = theirs.members.iter().collect();
        let mut own = all.clone();
        if let Some(base) = known.base.clone() {
            let inherited = self.surface.object_members(&base);
            let inherited: BTreeSet<String> = inherited.iter().map(|member| member.name.clone()).collect();
            own.retain(|member| !inherited.contains(&member.name));
            let shared: Vec<_> = all.into_iter().filter(|member| inherited.contains(&member.name)).collect();
            self.inherited(&base, &shared);
        }
        known.members = self.members(name, span, &known.members, &own, true);
        match (&mut known.variants, &theirs.variants) {
            (Some(known), Some(theirs)) if known.tag == theirs.tag => {
                self.branches(name, span, known, theirs);
            }
            (None, None) => {}
            _ => self.notes.push(format!("'{name}' is a union on one side only")),
        }
    }

    fn inherited(&mut self, base: &str, theirs: &[&'a Member]) {
        let Some(mut definition) = self.surface.types.get(base).cloned() else { return };
        let span = definition.facts.span;
        if let Shape::Object(object) = &mut definition.shape {
            if let Some(further) = object.base.clone() {
                self.inherited(&further, theirs);
            }
            object.members = self.members(base, span, &object.members, theirs, false);
            self.surface.types.insert(base.to_owned(), definition);
        }
    }

    /// The members that an object of ours has now. `whole` says that theirs are all of it.
    fn members(
        &mut self,
        owner: &str,
        span: Option<Span>,
        known: &[Member],
        theirs: &[&'a Member],
        whole: bool,
    ) -> Vec<Member> {
        let mut members = Vec::new();
        for member in theirs {
            match known.iter().find(|one| one.name == member.name) {
                Some(one) => {
                    let mut one = one.clone();
                    one.ty = self.reference(&format!("{owner}-{}", member.name), span, &one.ty, &member.ty);
                    one.optional = member.optional;
                    one.facts.features.clone_from(&member.facts.features);
                    members.push(one);
                }
                None if whole => members.push(self.new_member(owner, span, member)),
                None => {}
            }
        }
        // Builds leave out only what has a condition.
        let left_out = |one: &&Member| {
            one.facts.condition.is_some() && !theirs.iter().any(|member| member.name == one.name)
        };
        members.extend(known.iter().filter(left_out).cloned());
        members
    }

    fn branches(&mut self, owner: &str, span: Option<Span>, known: &mut Variants, theirs: &'a Variants) {
        let mut branches = Vec::new();
        for branch in &theirs.branches {
            match known.branches.iter().find(|one| one.name == branch.name) {
                Some(one) => {
                    self.meet(&one.ty.clone(), &branch.ty);
                    branches.push(one.clone());
                }
                None => {
                    let ty = self.name_of(&branch.ty, &format!("{owner}-{}", branch.name), span);
                    branches.push(Branch { name: branch.name.clone(), ty, facts: Facts::default() });
                }
            }
        }
        // A branch without members is not told, and one with a condition may be left out.
        let stays = |one: &&Branch| {
            let adds_nothing = self.surface.object_members(&one.ty).is_empty();
            (adds_nothing || one.facts.condition.is_some())
                && !theirs.branches.iter().any(|branch| branch.name == one.name)
        };
        branches.extend(known.branches.iter().filter(stays).cloned());
        known.branches = branches;
    }

    fn new_member(&mut self, owner: &str, span: Option<Span>, member: &'a Member) -> Member {
        let ty = self.new_reference(&member.ty, &format!("{owner}-{}", member.name), span);
        let facts = Facts { features: member.facts.features.clone(), span, ..Facts::default() };
        Member { name: member.name.clone(), ty, optional: member.optional, facts }
    }

    /// Our type where the two agree as far as introspection can tell, theirs where they do not.
    fn reference(
        &mut self,
        hint: &str,
        span: Option<Span>,
        ours: &TypeReference,
        theirs: &'a TypeReference,
    ) -> TypeReference {
        match (ours, theirs) {
            (TypeReference::Builtin(one), TypeReference::Builtin(other)) if introspected(one) == *other => {
                ours.clone()
            }
            (TypeReference::List(ours), TypeReference::List(theirs)) => {
                TypeReference::List(Box::new(self.reference(hint, span, ours, theirs)))
            }
            (TypeReference::Named(name), TypeReference::Named(masked)) if self.same_kind(name, masked) => {
                self.meet(name, masked);
                ours.clone()
            }
            _ => self.new_reference(theirs, hint, span),
        }
    }

    fn same_kind(&self, ours: &str, theirs: &str) -> bool {
        let kind = |surface: &Surface, name: &str| {
            surface.types.get(name).map(|definition| std::mem::discriminant(&definition.shape))
        };
        kind(&self.surface, ours) == kind(self.reply, theirs)
    }

    fn new_reference(&mut self, ty: &'a TypeReference, hint: &str, span: Option<Span>) -> TypeReference {
        match ty {
            TypeReference::Builtin(name) => TypeReference::Builtin(name),
            TypeReference::List(element) => {
                TypeReference::List(Box::new(self.new_reference(element, hint, span)))
            }
            TypeReference::Named(masked) => TypeReference::Named(self.name_of(masked, hint, span)),
        }
    }

    /// The name of a masked type: one that it met, that of a type of ours with the same parts, or a
    /// new one from where it is used.
    fn name_of(&mut self, masked: &'a str, hint: &str, span: Option<Span>) -> String {
        if let Some(name) = self.names.get(masked) {
            return name.clone();
        }
        let Some(theirs) = self.reply.types.get(masked) else { return masked.to_owned() };
        let same = self.ours.types.iter().find(|(_, ours)| same_parts(&ours.shape, &theirs.shape));
        if let Some((name, _)) = same {
            let name = name.clone();
            self.meet(&name, masked);
            return name;
        }
        let name = self.free_name(&camel_case(hint));
        self.notes.push(format!("'{name}' is a new type: its name in QEMU is not known, give it one"));
        self.names.insert(masked, name.clone());
        let shape = self.new_shape(&theirs.shape, &name, span);
        let facts = Facts { span, ..Facts::default() };
        self.surface.types.insert(name.clone(), TypeDefinition { shape, facts });
        name
    }

    fn free_name(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while self.surface.types.contains_key(&name) || self.names.values().any(|taken| *taken == name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }

    fn new_shape(&mut self, shape: &'a Shape, owner: &str, span: Option<Span>) -> Shape {
        match shape {
            Shape::Enum(values) => Shape::Enum(values.clone()),
            Shape::Alternate(types) => {
                Shape::Alternate(types.iter().map(|ty| self.new_reference(ty, owner, span)).collect())
            }
            Shape::Object(object) => {
                let members =
                    object.members.iter().map(|member| self.new_member(owner, span, member)).collect();
                let variants = object.variants.as_ref().map(|variants| Variants {
                    tag: variants.tag.clone(),
                    branches: variants
                        .branches
                        .iter()
                        .map(|branch| self.new_branch(owner, span, branch))
                        .collect(),
                });
                Shape::Object(Object { base: None, members, variants })
            }
        }
    }

    fn new_branch(&mut self, owner: &str, span: Option<Span>, branch: &'a Branch) -> Branch {
        let ty = self.name_of(&branch.ty, &format!("{owner}-{}", branch.name), span);
        Branch { name: branch.name.clone(), ty, facts: Facts::default() }
    }
}

/// The values that an enum of ours has now; those with a condition may be left out of a build.
fn values(known: &[Value], theirs: &[Value]) -> Vec<Value> {
    let merged = theirs.iter().map(|value| match known.iter().find(|one| one.name == value.name) {
        Some(one) => {
            let mut one = one.clone();
            one.facts.features.clone_from(&value.facts.features);
            one
        }
        None => value.clone(),
    });
    let left_out =
        |one: &&Value| one.facts.condition.is_some() && !theirs.iter().any(|value| value.name == one.name);
    merged.chain(known.iter().filter(left_out).cloned()).collect()
}

/// Whether a type of ours has just the parts that a masked one has, and there are any.
fn same_parts(ours: &Shape, theirs: &Shape) -> bool {
    let names = |members: &[Member]| {
        members.iter().map(|member| (member.name.clone(), member.optional)).collect::<BTreeSet<_>>()
    };
    match (ours, theirs) {
        (Shape::Enum(ours), Shape::Enum(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|one| theirs.iter().any(|other| one.name == other.name))
        }
        (Shape::Object(ours), Shape::Object(theirs)) => {
            !theirs.members.is_empty()
                && ours.base.is_none()
                && ours.variants.is_none()
                && theirs.variants.is_none()
                && names(&ours.members) == names(&theirs.members)
                && ours.members.iter().all(|one| {
                    let other = theirs.members.iter().find(|other| other.name == one.name);
                    other.is_some_and(|other| agree(&one.ty, &other.ty))
                })
        }
        _ => false,
    }
}

/// Whether two types without names of their own are the same to introspection.
fn agree(ours: &TypeReference, theirs: &TypeReference) -> bool {
    match (ours, theirs) {
        (TypeReference::Builtin(one), TypeReference::Builtin(other)) => introspected(one) == *other,
        (TypeReference::List(one), TypeReference::List(other)) => agree(one, other),
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
