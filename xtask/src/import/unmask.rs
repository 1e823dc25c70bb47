//! A reply to `query-qmp-schema` with the names of our types: a surface that can be imported.
//!
//! In a reply types have numbers for names, inherited members are copied, all integers are alike, and
//! what the build left out is missing. Our schema and the reply are walked together from the events
//! on. Where they meet, our names, bases, widths and conditions stay. A type that only the reply has
//! is named after its use, for a person to confirm.
//!
//! Types are queued, never recursed into: a reply may nest them as deep as it likes.

mod naming;

use std::collections::BTreeSet;

use qmp_events_compare::surface::{
    Branch, Data, Event, Member, Object, Shape, Surface, TypeReference, Value, Variants,
};
use qmp_events_frontend::source::Span;

use naming::Naming;

/// A reply with names.
#[derive(Debug)]
pub(super) struct Unmasked {
    /// What the build has, and what builds leave out of what we know.
    pub(super) surface: Surface,
    /// The types whose names are made up.
    pub(super) unnamed: BTreeSet<String>,
    /// What introspection cannot tell, as far as it matters here.
    pub(super) notes: Vec<String>,
}

/// Gives the types of a reply the names that they have in our schema. New names are not among those
/// that are `taken`.
pub(super) fn unmask(ours: &Surface, taken: BTreeSet<String>, reply: &Surface) -> Unmasked {
    let mut unmasking = Unmasking { naming: Naming::new(ours, taken, reply), surface: ours.clone() };
    // Known events first: a type that we know by name needs no new one.
    let (known, new): (Vec<_>, Vec<_>) =
        reply.events.iter().partition(|(name, _)| ours.events.contains_key(*name));
    for (name, event) in known {
        unmasking.known_event(name, &ours.events[name], event);
        unmasking.merge_types_that_met();
    }
    for (name, event) in new {
        let event = unmasking.naming.new_event(name, event);
        unmasking.surface.events.insert(name.clone(), event);
    }
    unmasking.merge_types_that_met();
    while let Some((name, definition)) = unmasking.naming.next_new() {
        unmasking.surface.types.insert(name, definition);
        unmasking.merge_types_that_met();
    }
    let (unnamed, notes) = unmasking.naming.finish();
    Unmasked { surface: unmasking.surface, unnamed, notes }
}

struct Unmasking<'a> {
    naming: Naming<'a>,
    surface: Surface,
}

impl<'a> Unmasking<'a> {
    fn known_event(&mut self, name: &str, known: &Event, theirs: &'a Event) {
        let mut event = known.clone();
        event.facts.features.clone_from(&theirs.facts.features);
        match (&mut event.data, &theirs.data) {
            (Data::Type(ours), Data::Type(theirs)) => self.naming.meet(ours, theirs),
            (Data::Members(list), _) => {
                let members = self.naming.reply.event_members(theirs);
                *list = self.members(name, known.facts.span, list, &members, true);
            }
            (Data::Type(_), Data::Members(_)) => {}
        }
        self.surface.events.insert(name.to_owned(), event);
    }

    fn merge_types_that_met(&mut self) {
        while let Some((name, theirs)) = self.naming.next_met() {
            let Some(mut ours) = self.surface.types.get(&name).cloned() else { continue };
            let Some(theirs) = self.naming.reply.types.get(theirs) else { continue };
            let span = ours.facts.span;
            match (&mut ours.shape, &theirs.shape) {
                (Shape::Enum(known), Shape::Enum(theirs)) => *known = values(known, theirs),
                (Shape::Object(known), Shape::Object(theirs)) => self.object(&name, span, known, theirs),
                (Shape::Alternate(known), Shape::Alternate(theirs)) => {
                    *known = self.alternate(&name, span, known, theirs);
                }
                // What is left different is reported after the import.
                _ => {}
            }
            self.surface.types.insert(name, ours);
        }
    }

    /// Members that are inherited stay with the type that they are inherited from.
    fn object(&mut self, name: &str, span: Option<Span>, known: &mut Object, theirs: &'a Object) {
        let (mut inherited, mut own) = (Vec::new(), theirs.members.iter().collect::<Vec<_>>());
        if let Some(base) = &known.base {
            let of_base: BTreeSet<String> =
                self.surface.object_members(base).iter().map(|member| member.name.clone()).collect();
            (inherited, own) = own.into_iter().partition(|member| of_base.contains(&member.name));
        }
        self.inherited(known.base.clone(), &inherited);
        known.members = self.members(name, span, &known.members, &own, true);
        if let (Some(known), Some(theirs)) = (&mut known.variants, &theirs.variants)
            && known.tag == theirs.tag
        {
            self.branches(name, span, known, theirs);
        }
    }

    fn inherited(&mut self, mut base: Option<String>, theirs: &[&'a Member]) {
        let mut seen = BTreeSet::new();
        while let Some(name) = base.take()
            && seen.insert(name.clone())
            && let Some(mut definition) = self.surface.types.get(&name).cloned()
            && let Shape::Object(object) = &mut definition.shape
        {
            base.clone_from(&object.base);
            object.members = self.members(&name, definition.facts.span, &object.members, theirs, false);
            self.surface.types.insert(name, definition);
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
                    one.ty = self.naming.reference(owner, &member.name, span, &one.ty, &member.ty);
                    one.optional = member.optional;
                    one.facts.features.clone_from(&member.facts.features);
                    members.push(one);
                }
                None if whole => members.push(self.naming.new_member(owner, span, member)),
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
                    self.naming.meet(&one.ty, &branch.ty);
                    branches.push(one.clone());
                }
                None => branches.push(self.naming.new_branch(owner, span, branch)),
            }
        }
        // The reply omits branches without members; one with a condition may be left out.
        let stays = |one: &&Branch| {
            let adds_nothing = self.surface.object_members(&one.ty).is_empty();
            (adds_nothing || one.facts.condition.is_some())
                && !theirs.branches.iter().any(|branch| branch.name == one.name)
        };
        branches.extend(known.branches.iter().filter(stays).cloned());
        known.branches = branches;
    }

    fn alternate(
        &mut self,
        owner: &str,
        span: Option<Span>,
        known: &[TypeReference],
        theirs: &'a [TypeReference],
    ) -> Vec<TypeReference> {
        let mut types = Vec::new();
        for ty in theirs {
            types.push(match known.iter().find(|known| self.naming.agree(known, ty)) {
                Some(known) => self.naming.reference(owner, "", span, known, ty),
                None => self.naming.new_reference(owner, "", span, ty),
            });
        }
        types
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
