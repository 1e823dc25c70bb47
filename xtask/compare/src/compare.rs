//! How two surfaces differ, in the eyes of a client that reads events.
//!
//! Both are walked at once from the events on. Types meet where both sides use them, whatever they
//! are called; where one side is a build, names of types and widths of integers are not compared.
//! Types are queued, not recursed into: they may nest as deep as they like.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::difference::{Change, Difference, Owner};
use crate::surface::{
    Data, Event, Facts, Kind, Member, Object, Shape, Surface, TypeDefinition, TypeReference, Value, Variants,
};
use qmp_events_frontend::schema::Condition;
use qmp_events_frontend::source::Span;

/// Bytes of a path that is shown.
const LONGEST_PATH: usize = 400;

/// All differences, event by event, types where they are first used.
pub fn compare(old: &Surface, new: &Surface) -> Vec<Difference> {
    let mut comparison = Comparison {
        old,
        new,
        visited: BTreeSet::new(),
        queue: VecDeque::new(),
        reported: BTreeSet::new(),
        differences: Vec::new(),
    };
    let names: BTreeSet<&String> = old.events.keys().chain(new.events.keys()).collect();
    for name in names {
        comparison.event(name, old.events.get(name), new.events.get(name));
        comparison.rate_limit(name);
        while let Some(pair) = comparison.queue.pop_front() {
            comparison.pair(pair);
        }
    }
    comparison.differences
}

struct Comparison<'a> {
    old: &'a Surface,
    new: &'a Surface,
    /// Pairs of types that met.
    visited: BTreeSet<(&'a str, &'a str)>,
    /// Those that are not compared yet: types nest as deep as a source likes.
    queue: VecDeque<Pair<'a>>,
    /// What was reported with a place.
    reported: BTreeSet<(Change, Option<Span>, Option<Span>)>,
    differences: Vec<Difference>,
}

/// Two types that met, with the names that the two sides have for them.
struct Pair<'a> {
    old: (&'a str, &'a TypeDefinition),
    new: (&'a str, &'a TypeDefinition),
    renamed: bool,
    path: String,
}

/// Where the comparison is: what owns the parts that it looks at.
struct Place {
    owner: Owner,
    path: String,
    old: Option<Span>,
    new: Option<Span>,
}

impl Place {
    /// The way to a part; one that is too long to read grows no further.
    fn below(&self, part: &str) -> String {
        if self.path.len() > LONGEST_PATH { self.path.clone() } else { format!("{}.{part}", self.path) }
    }
}

impl<'a> Comparison<'a> {
    fn event(&mut self, name: &str, old: Option<&'a Event>, new: Option<&'a Event>) {
        let place = Place {
            owner: Owner::Event(name.to_owned()),
            path: name.to_owned(),
            old: old.and_then(|event| event.facts.span),
            new: new.and_then(|event| event.facts.span),
        };
        match (old, new) {
            (Some(old), Some(new)) => {
                self.facts("", &old.facts, &new.facts, &place);
                if let (Data::Type(old), Data::Type(new)) = (&old.data, &new.data) {
                    self.named(old, new, "", &place);
                } else {
                    let (old, new) = (self.old.event_members(old), self.new.event_members(new));
                    self.members(&old, &new, &place);
                }
            }
            // Builds leave out whole modules, whether the event itself has a condition or not.
            (Some(_), None) => self.report(Change::EventRemoved, &place, self.new.kind == Kind::Build),
            (None, _) => self.report(Change::EventAdded, &place, self.old.kind == Kind::Build),
        }
    }

    /// Of an event that both sides have, if both say what they limit.
    fn rate_limit(&mut self, name: &str) {
        let (Some(old_event), Some(new_event)) = (self.old.events.get(name), self.new.events.get(name))
        else {
            return;
        };
        let (Some(old), Some(new)) = (&self.old.rate_limits, &self.new.rate_limits) else { return };
        let change = match (old.get(name), new.get(name)) {
            (None, Some(new)) => Change::RateLimitAdded { limit: new.to_string() },
            (Some(old), None) => Change::RateLimitRemoved { limit: old.to_string() },
            (Some(old), Some(new)) if old != new => {
                Change::RateLimitChanged { old: old.to_string(), new: new.to_string() }
            }
            _ => return,
        };
        let place = Place {
            owner: Owner::Event(name.to_owned()),
            path: name.to_owned(),
            old: old_event.facts.span,
            new: new_event.facts.span,
        };
        self.report(change, &place, false);
    }

    fn report(&mut self, change: Change, place: &Place, left_out: bool) {
        self.report_at(change, place, place.old, place.new, left_out);
    }

    fn report_at(
        &mut self,
        change: Change,
        place: &Place,
        old: Option<Span>,
        new: Option<Span>,
        left_out: bool,
    ) {
        // A member that several types inherit differs once.
        if old.or(new).is_some() && !self.reported.insert((change.clone(), old, new)) {
            return;
        }
        let owner = place.owner.clone();
        self.differences.push(Difference { owner, change, old_place: old, new_place: new, left_out });
    }

    fn masks(&self) -> bool {
        self.old.kind == Kind::Build || self.new.kind == Kind::Build
    }

    /// Whether the new side may lack something of the old side although QEMU has it.
    fn new_leaves_out(&self, facts: &Facts) -> bool {
        self.new.kind == Kind::Build && facts.condition.is_some()
    }

    fn old_leaves_out(&self, facts: &Facts) -> bool {
        self.old.kind == Kind::Build && facts.condition.is_some()
    }

    fn facts(&mut self, part: &str, old: &Facts, new: &Facts, place: &Place) {
        for feature in new.features.difference(&old.features) {
            let change = Change::FeatureAdded { part: part.to_owned(), feature: feature.clone() };
            self.report_at(change, place, old.span, new.span, false);
        }
        for feature in old.features.difference(&new.features) {
            let change = Change::FeatureRemoved { part: part.to_owned(), feature: feature.clone() };
            self.report_at(change, place, old.span, new.span, false);
        }
        if !self.masks() && old.condition != new.condition {
            let text = |condition: &Option<Condition>| condition.as_ref().map(ToString::to_string);
            let change = Change::ConditionChanged {
                part: part.to_owned(),
                old: text(&old.condition),
                new: text(&new.condition),
            };
            self.report_at(change, place, old.span, new.span, false);
        }
    }

    fn members(&mut self, old: &[&'a Member], new: &[&'a Member], place: &Place) {
        let (old_names, new_names) = (by_name(old, |one| &one.name), by_name(new, |one| &one.name));
        for one in old {
            match new_names.get(one.name.as_str()) {
                Some(other) => self.member(one, other, place),
                None => {
                    let change = Change::MemberRemoved { member: one.name.clone(), optional: one.optional };
                    let left_out = self.new_leaves_out(&one.facts);
                    self.report_at(change, place, one.facts.span, place.new, left_out);
                }
            }
        }
        for one in new.iter().filter(|one| !old_names.contains_key(one.name.as_str())) {
            let change = Change::MemberAdded { member: one.name.clone(), optional: one.optional };
            let left_out = self.old_leaves_out(&one.facts);
            self.report_at(change, place, place.old, one.facts.span, left_out);
        }
    }

    fn member(&mut self, old: &'a Member, new: &'a Member, place: &Place) {
        let member = old.name.clone();
        let (old_place, new_place) = (old.facts.span, new.facts.span);
        match (old.optional, new.optional) {
            (false, true) => {
                self.report_at(Change::MadeOptional { member }, place, old_place, new_place, false);
            }
            (true, false) => {
                self.report_at(Change::MadeMandatory { member }, place, old_place, new_place, false);
            }
            _ => {}
        }
        self.facts(&old.name, &old.facts, &new.facts, place);
        let inner =
            Place { owner: place.owner.clone(), path: place.path.clone(), old: old_place, new: new_place };
        self.types(&old.ty, &new.ty, &old.name, &inner);
    }

    fn types(&mut self, old: &'a TypeReference, new: &'a TypeReference, member: &str, place: &Place) {
        use TypeReference::{Builtin, List, Named};
        match (old, new) {
            (Builtin(old), Builtin(new)) if self.same_builtin(old, new) => {}
            (List(old), List(new)) => self.types(old, new, member, place),
            (Named(old), Named(new)) => self.named(old, new, member, place),
            _ => self.type_changed(old, new, member, place),
        }
    }

    fn type_changed(&mut self, old: &TypeReference, new: &TypeReference, member: &str, place: &Place) {
        let (old, new) = (self.show(old, self.old), self.show(new, self.new));
        self.report(Change::TypeChanged { member: member.to_owned(), old, new }, place, false);
    }

    /// A type for people: masked names say nothing.
    fn show(&self, ty: &TypeReference, side: &Surface) -> String {
        match ty {
            TypeReference::Named(name) if side.kind == Kind::Build => {
                format!("{} type", word(side, name))
            }
            TypeReference::List(element) => format!("[{}]", self.show(element, side)),
            _ => ty.to_string(),
        }
    }

    fn same_builtin(&self, old: &str, new: &str) -> bool {
        old == new || self.masks() && introspected(old) == introspected(new)
    }

    /// Two types that meet.
    fn named(&mut self, old: &'a str, new: &'a str, member: &str, place: &Place) {
        let (Some(old_type), Some(new_type)) = (self.old.types.get(old), self.new.types.get(new)) else {
            return;
        };
        let renamed = old != new && !self.masks();
        let other_type = renamed && (self.old.types.contains_key(new) || self.new.types.contains_key(old));
        let same_kind = std::mem::discriminant(&old_type.shape) == std::mem::discriminant(&new_type.shape);
        if other_type || !same_kind {
            let reference = |name: &str| TypeReference::Named(name.to_owned());
            return self.type_changed(&reference(old), &reference(new), member, place);
        }
        if self.visited.insert((old, new)) {
            let path = if member.is_empty() { place.path.clone() } else { place.below(member) };
            self.queue.push_back(Pair { old: (old, old_type), new: (new, new_type), renamed, path });
        }
    }

    fn pair(&mut self, pair: Pair<'a>) {
        let Pair { old: (old, old_type), new: (new, new_type), renamed, path } = pair;
        let (side, name) = if self.old.kind == Kind::Schema { (self.old, old) } else { (self.new, new) };
        let shown = if side.kind == Kind::Schema { name.to_owned() } else { path.clone() };
        let place = Place {
            owner: Owner::Type { word: word(side, name), name: shown, key: old.to_owned() },
            path,
            old: old_type.facts.span,
            new: new_type.facts.span,
        };
        if renamed {
            self.report(Change::Renamed { new: new.to_owned() }, &place, false);
        }
        if !self.masks() {
            self.facts("", &old_type.facts, &new_type.facts, &place);
        }
        match (&old_type.shape, &new_type.shape) {
            (Shape::Enum(old), Shape::Enum(new)) => self.values(old, new, &place),
            (Shape::Object(one), Shape::Object(other)) => self.objects((old, one), (new, other), &place),
            (Shape::Alternate(old), Shape::Alternate(new)) => self.alternates(old, new, &place),
            _ => {}
        }
    }

    fn values(&mut self, old: &'a [Value], new: &'a [Value], place: &Place) {
        let (old_names, new_names) = (by_name(old, |one| &one.name), by_name(new, |one| &one.name));
        for one in old {
            match new_names.get(one.name.as_str()) {
                Some(other) => self.facts(&one.name, &one.facts, &other.facts, place),
                None => {
                    let change = Change::ValueRemoved { value: one.name.clone() };
                    let left_out = self.new_leaves_out(&one.facts);
                    self.report_at(change, place, one.facts.span, place.new, left_out);
                }
            }
        }
        for one in new.iter().filter(|one| !old_names.contains_key(one.name.as_str())) {
            let change = Change::ValueAdded { value: one.name.clone() };
            let left_out = self.old_leaves_out(&one.facts);
            self.report_at(change, place, place.old, one.facts.span, left_out);
        }
    }

    fn objects(&mut self, old: (&'a str, &'a Object), new: (&'a str, &'a Object), place: &Place) {
        let ((old_name, old), (new_name, new)) = (old, new);
        match (&old.base, &new.base) {
            (Some(old_base), Some(new_base)) if !self.masks() && old_base == new_base => {
                self.named(old_base, new_base, "", place);
                let own = |object: &'a Object| object.members.iter().collect::<Vec<_>>();
                self.members(&own(old), &own(new), place);
            }
            (old_base, new_base) => {
                if !self.masks() && old_base != new_base {
                    let change = Change::BaseChanged { old: old_base.clone(), new: new_base.clone() };
                    self.report(change, place, false);
                }
                let (old, new) = (self.old.object_members(old_name), self.new.object_members(new_name));
                self.members(&old, &new, place);
            }
        }
        match (&old.variants, &new.variants) {
            (Some(old), Some(new)) => self.variants(old, new, place),
            (None, None) => {}
            (old, new) => {
                let show =
                    |variants: &Option<Variants>| variants.as_ref().map_or("struct", |_| "union").to_owned();
                let change = Change::TypeChanged { member: String::new(), old: show(old), new: show(new) };
                self.report(change, place, false);
            }
        }
    }

    fn variants(&mut self, old: &'a Variants, new: &'a Variants, place: &Place) {
        if old.tag != new.tag {
            let change = Change::TypeChanged {
                member: String::new(),
                old: format!("union by '{}'", old.tag),
                new: format!("union by '{}'", new.tag),
            };
            return self.report(change, place, false);
        }
        let old_names = by_name(&old.branches, |one| &one.name);
        let new_names = by_name(&new.branches, |one| &one.name);
        for one in &old.branches {
            match new_names.get(one.name.as_str()) {
                Some(other) => self.named(&one.ty, &other.ty, &one.name, place),
                None if self.adds_nothing(self.old, &one.ty) => {}
                None => {
                    let left_out = self.new_leaves_out(&one.facts);
                    let change = Change::BranchRemoved { branch: one.name.clone() };
                    self.report_at(change, place, one.facts.span, place.new, left_out);
                }
            }
        }
        for one in new.branches.iter().filter(|one| !old_names.contains_key(one.name.as_str())) {
            if !self.adds_nothing(self.new, &one.ty) {
                let left_out = self.old_leaves_out(&one.facts);
                let change = Change::BranchAdded { branch: one.name.clone() };
                self.report_at(change, place, place.old, one.facts.span, left_out);
            }
        }
    }

    fn adds_nothing(&self, side: &Surface, name: &str) -> bool {
        side.object_members(name).is_empty()
            && side.object(name).is_none_or(|object| object.variants.is_none())
    }

    /// The types of an alternate have no names on the wire, but no two of the same JSON type.
    fn alternates(&mut self, old: &'a [TypeReference], new: &'a [TypeReference], place: &Place) {
        let old_kinds = by_name(old, |one| json_kind(self.old, one));
        let new_kinds = by_name(new, |one| json_kind(self.new, one));
        for one in old {
            let kind = json_kind(self.old, one);
            // A reply may have a second one all the same.
            if !old_kinds.get(kind).is_some_and(|first| std::ptr::eq(*first, one)) {
                continue;
            }
            match new_kinds.get(kind) {
                Some(other) => self.types(one, other, kind, place),
                None => self.report(Change::BranchRemoved { branch: kind.to_owned() }, place, false),
            }
        }
        for one in new {
            let kind = json_kind(self.new, one);
            if !old_kinds.contains_key(kind) {
                self.report(Change::BranchAdded { branch: kind.to_owned() }, place, false);
            }
        }
    }
}

/// Parts by name; the first one of a name counts.
fn by_name<'a, T>(parts: &'a [T], name: impl Fn(&'a T) -> &'a str) -> HashMap<&'a str, &'a T> {
    let mut names = HashMap::with_capacity(parts.len());
    for part in parts {
        names.entry(name(part)).or_insert(part);
    }
    names
}

/// The kind of a type, as the schema language calls it.
fn word(side: &Surface, name: &str) -> &'static str {
    match side.types.get(name).map(|definition| &definition.shape) {
        Some(Shape::Enum(_)) => "enum",
        Some(Shape::Alternate(_)) => "alternate",
        Some(Shape::Object(Object { variants: Some(_), .. })) => "union",
        _ => "struct",
    }
}

/// What introspection makes of a built-in type.
fn introspected(builtin: &str) -> &str {
    match builtin {
        "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "size" => "int",
        other => other,
    }
}

/// The JSON type of values of a type.
fn json_kind(side: &Surface, ty: &TypeReference) -> &'static str {
    match ty {
        TypeReference::List(_) => "array",
        TypeReference::Builtin("str") => "string",
        TypeReference::Builtin("bool") => "boolean",
        TypeReference::Builtin("null") => "null",
        TypeReference::Builtin(_) => "number",
        TypeReference::Named(name) => match word(side, name) {
            "enum" => "string",
            _ => "object",
        },
    }
}
