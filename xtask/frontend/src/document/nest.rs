//! Puts members under the objects that they belong to.
//!
//! An indented document says so by its margins. A stripped one does not: there an object takes the
//! bullets after it, as far as the example agrees.

use std::collections::{HashMap, HashSet};

use super::model::{DocumentMember, DocumentType, Example};
use crate::diagnostics::Diagnostics;
use crate::json::{Kind, Value};

/// How deep members may be nested.
pub(super) const MAX_NESTING: usize = 16;

/// What the examples show: which members there are in an object, and of which type.
#[derive(Debug, Default)]
pub(super) struct Shape {
    ty: Option<DocumentType>,
    members: HashMap<String, Shape>,
}

impl Shape {
    /// The shape of `data` in all examples of the events `names`.
    pub(super) fn of(examples: &[Example], names: &HashSet<&str>) -> Self {
        let mut shape = Self::default();
        for example in examples {
            let event = example.value.get("event").and_then(Value::as_str);
            if event.is_some_and(|event| names.contains(event))
                && let Some(data) = example.value.get("data")
            {
                shape.add(data);
            }
        }
        shape
    }

    fn add(&mut self, value: &Value) {
        self.ty = self.ty.take().or_else(|| type_of(&value.kind));
        match &value.kind {
            Kind::Object(members) => {
                for member in members {
                    self.members.entry(member.name.clone()).or_default().add(&member.value);
                }
            }
            Kind::Array(values) => values.iter().for_each(|value| self.add_element(value)),
            _ => {}
        }
    }

    fn add_element(&mut self, value: &Value) {
        if let Kind::Object(_) = value.kind {
            self.add(value);
        }
    }
}

fn type_of(kind: &Kind) -> Option<DocumentType> {
    match kind {
        Kind::Null => None,
        Kind::Bool(_) => Some(DocumentType::Bool),
        Kind::Number(text) if text.contains(['.', 'e', 'E']) => Some(DocumentType::Number),
        Kind::Number(_) => Some(DocumentType::Int),
        Kind::String(_) => Some(DocumentType::String),
        Kind::Array(_) => Some(DocumentType::Array),
        Kind::Object(_) => Some(DocumentType::Object),
    }
}

/// Nests `members`, of which `indents` are the margins, and infers the types that no text says.
pub(super) fn nest(
    members: Vec<DocumentMember>,
    indents: &[usize],
    indented: bool,
    shape: &Shape,
    owner: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<DocumentMember> {
    let by_margin = indents.windows(2).any(|pair| pair[0] != pair[1]);
    let mut nester = Nester { members: &members, owner, diagnostics };
    let parents = if by_margin {
        nester.parents_by_margin(indents)
    } else {
        nester.parents_by_example(shape, indented)
    };
    let mut tree = assemble(members, &parents);
    infer(&mut tree, shape);
    tree
}

struct Nester<'a> {
    members: &'a [DocumentMember],
    owner: &'a str,
    diagnostics: &'a mut Diagnostics,
}

/// An object that is open for members in the flat form.
struct Scope<'a> {
    object: Option<usize>,
    shape: Option<&'a Shape>,
    used: HashSet<&'a str>,
    /// Members that were put here although the example does not show them, until one follows that
    /// it does show here: then the object was open all the time.
    doubtful: Vec<usize>,
}

impl<'a> Scope<'a> {
    fn new(object: Option<usize>, shape: Option<&'a Shape>) -> Self {
        Self { object, shape, used: HashSet::new(), doubtful: Vec::new() }
    }

    fn shows(&self, name: &str) -> bool {
        !self.used.contains(name) && self.shape.is_some_and(|shape| shape.members.contains_key(name))
    }
}

impl Nester<'_> {
    /// A bullet belongs to the nearest one above that is further to the left.
    fn parents_by_margin(&mut self, indents: &[usize]) -> Vec<Option<usize>> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut parents = Vec::with_capacity(indents.len());
        for (index, &indent) in indents.iter().enumerate() {
            while open.last().is_some_and(|(margin, _)| *margin >= indent) {
                open.pop();
            }
            let scalar = |&(_, parent): &(usize, usize)| is_scalar(&self.members[parent].ty);
            if let Some((_, parent)) = open.pop_if(|top| scalar(top)) {
                self.report_margin(index, parent);
            }
            if open.len() >= MAX_NESTING {
                open.pop();
                self.report_depth(index);
            }
            parents.push(open.last().map(|(_, parent)| *parent));
            open.push((indent, index));
        }
        parents
    }

    /// An open object takes the bullets after it that the example shows in it.
    fn parents_by_example(&mut self, shape: &Shape, indented: bool) -> Vec<Option<usize>> {
        let members = self.members;
        let mut scopes = vec![Scope::new(None, Some(shape))];
        let mut parents = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let name = member.name.as_str();
            let mut showing = (0..scopes.len()).rev().filter(|&level| scopes[level].shows(name));
            let innermost = showing.next();
            let outermost = showing.next_back();
            let ambiguous = outermost.is_some() && !indented;
            let shown = if indented { outermost.or(innermost) } else { innermost };
            let level = shown.unwrap_or_else(|| guess_level(&scopes, member, indented));
            let unshown = shown.is_none() && scopes.len() > 1 && !indented;
            let innermost_left = level + 1 < scopes.len();
            for closed in scopes.drain(level + 1..) {
                self.report_doubts(&closed);
            }
            let scope = &mut scopes[level];
            if unshown && !innermost_left {
                scope.doubtful.push(index);
            } else if ambiguous || unshown || (indented && level > 0) {
                self.report_guess(index, scope.object);
            } else if shown.is_some() {
                scope.doubtful.clear();
            }
            scope.used.insert(name);
            parents.push(scope.object);
            let inner = scope.shape.and_then(|shape| shape.members.get(name));
            if opens(member, inner) {
                if scopes.len() > MAX_NESTING {
                    self.report_depth(index);
                } else {
                    scopes.push(Scope::new(Some(index), inner));
                }
            }
        }
        scopes.iter().for_each(|scope| self.report_doubts(scope));
        parents
    }

    fn report_doubts(&mut self, scope: &Scope<'_>) {
        scope.doubtful.iter().for_each(|&index| self.report_guess(index, scope.object));
    }

    fn report_margin(&mut self, index: usize, parent: usize) {
        let (member, parent) = (&self.members[index], &self.members[parent]);
        let message =
            format!("'{}' is indented below '{}', which is not an object", member.name, parent.name);
        self.diagnostics
            .warning("member-indent", member.span, message)
            .within(self.owner)
            .note(parent.span, "it is here")
            .help("indent both alike, or make the upper one a json-object");
    }

    fn report_depth(&mut self, index: usize) {
        let message = format!("members are nested deeper than {MAX_NESTING} levels");
        self.diagnostics
            .error("nesting-depth", self.members[index].span, message)
            .within(self.owner)
            .help("describe the inner objects as types of the schema");
    }

    fn report_guess(&mut self, index: usize, object: Option<usize>) {
        let member = &self.members[index];
        let place = match object {
            Some(object) => format!("a member of '{}'", self.members[object].name),
            None => "a member of the event's data".to_owned(),
        };
        self.diagnostics
            .warning("nesting-guess", member.span, format!("'{}' is taken as {place}", member.name))
            .within(self.owner)
            .help("indent members of objects, or show this one in the example");
    }
}

/// Where a member belongs that no example shows.
fn guess_level(scopes: &[Scope<'_>], member: &DocumentMember, indented: bool) -> usize {
    if indented {
        return 0;
    }
    let innermost = scopes.len() - 1;
    // Objects mostly stand side by side, and their plain members in the last of them.
    let from = if is_nest(&member.ty) { innermost.saturating_sub(1) } else { innermost };
    let free = |&level: &usize| !scopes[level].used.contains(member.name.as_str());
    (0..=from).rev().find(free).unwrap_or(innermost)
}

fn opens(member: &DocumentMember, shape: Option<&Shape>) -> bool {
    let shown = || shape.and_then(|shape| shape.ty.as_ref()).is_some_and(is_nest);
    match &member.ty {
        DocumentType::Untyped => shown(),
        // A list is mostly one of plain values.
        DocumentType::Array => shape.is_some_and(|shape| !shape.members.is_empty()),
        ty => is_nest(ty),
    }
}

fn is_nest(ty: &DocumentType) -> bool {
    matches!(ty, DocumentType::Object | DocumentType::Array)
}

fn is_scalar(ty: &DocumentType) -> bool {
    matches!(ty, DocumentType::String | DocumentType::Int | DocumentType::Number | DocumentType::Bool)
}

/// Builds the tree. A parent always comes before its members.
fn assemble(members: Vec<DocumentMember>, parents: &[Option<usize>]) -> Vec<DocumentMember> {
    let mut top = Vec::new();
    let mut waiting: Vec<Vec<DocumentMember>> = members.iter().map(|_| Vec::new()).collect();
    for ((index, mut member), parent) in members.into_iter().enumerate().zip(parents).rev() {
        member.members = std::mem::take(&mut waiting[index]);
        member.members.reverse();
        match parent {
            Some(parent) => waiting[*parent].push(member),
            None => top.push(member),
        }
    }
    top.reverse();
    top
}

/// Gives members whose text says no type the one that the example shows.
fn infer(members: &mut [DocumentMember], shape: &Shape) {
    let nothing = Shape::default();
    for member in members {
        let inner = shape.members.get(&member.name).unwrap_or(&nothing);
        if member.ty == DocumentType::Untyped {
            let nested = (!member.members.is_empty()).then_some(DocumentType::Object);
            member.ty = inner.ty.clone().or(nested).unwrap_or(DocumentType::Untyped);
            member.inferred = member.ty != DocumentType::Untyped;
        }
        infer(&mut member.members, inner);
    }
}
