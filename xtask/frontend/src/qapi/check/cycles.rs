//! Types that contain themselves: cut here, so that nothing after this runs in circles.
//!
//! Members do not count, they are pointers in C; bases and union branches do.

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::origin::Origin;
use crate::schema::{DefinitionId, Kind, Schema, Type};
use crate::source::Span;

/// Deeper than anything a person would read.
const MAX_DEPTH: usize = 64;

/// Reports all cycles and cuts them open.
pub(crate) fn cut(schema: &mut Schema, origins: &[Origin], context: &mut Context<'_>) {
    let mut walk = Walk { states: vec![State::New; origins.len()], origins, context };
    for index in 0..origins.len() {
        walk.visit(schema, index, 0);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// It, or something in it, is being visited.
    Open,
    Done,
}

struct Walk<'a, 'c, 'd> {
    /// By the index of the definition.
    states: Vec<State>,
    origins: &'a [Origin],
    context: &'c mut Context<'d>,
}

impl Walk<'_, '_, '_> {
    fn visit(&mut self, schema: &mut Schema, index: usize, depth: usize) {
        if self.states[index] != State::New {
            return;
        }
        self.states[index] = State::Open;
        let id = self.origins[index].id;
        for (target, span) in contained(schema, id) {
            let inner = target.index();
            if self.states[inner] == State::Open {
                self.report_cycle(index, inner, span);
            } else if depth >= MAX_DEPTH && self.states[inner] == State::New {
                let message = format!("types are contained in one another more than {MAX_DEPTH} levels deep");
                self.context.error(&self.origins[index].ast, "containment-too-deep", span, message);
            } else {
                self.visit(schema, inner, depth + 1);
                continue;
            }
            remove(schema, id, target);
        }
        self.states[index] = State::Done;
    }

    fn report_cycle(&mut self, from: usize, to: usize, span: Span) {
        let origin = &self.origins[to];
        let message = format!("{} {} contains itself", origin.ast.meta.key(), show(&origin.ast.name.text));
        let report = self.context.error(&origin.ast, "contains-itself", origin.ast.name.span, message);
        if from != to {
            report.note(span, "the cycle closes here");
        }
    }
}

/// The types whose members a type takes over, and where it says so.
fn contained(schema: &Schema, id: DefinitionId) -> Vec<(DefinitionId, Span)> {
    let definition = schema.get(id);
    match &definition.kind {
        Kind::Struct(structure) => structure.base.map(|base| (base, definition.span)).into_iter().collect(),
        Kind::Union(union) if !union.simple => {
            let branches = union.branches.iter().filter_map(|branch| match branch.ty {
                Type::Named(id) => Some((id, branch.span)),
                _ => None,
            });
            branches.collect()
        }
        _ => Vec::new(),
    }
}

fn remove(schema: &mut Schema, id: DefinitionId, target: DefinitionId) {
    match &mut schema.get_mut(id).kind {
        Kind::Struct(structure) => structure.base = None,
        Kind::Union(union) => union.branches.retain(|branch| branch.ty != Type::Named(target)),
        _ => {}
    }
}
