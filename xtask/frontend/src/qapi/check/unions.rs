//! Unions: the base that they inherit, the tag in it, the branches for its values.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use crate::diagnostics::one_of;
use crate::diagnostics::show;
use crate::qapi::check::clashes::check_members;
use crate::qapi::check::types::{describe, is_object};
use crate::qapi::context::Context;
use crate::qapi::definitions::names::c_name;
use crate::qapi::origin::Origin;
use crate::schema::{DefinitionId, Enum, Kind, Member, Schema, Type, Union};
use crate::source::Span;

/// Copies the members of named bases into the unions, and finds the tags' enums.
pub(crate) fn inherit(schema: &mut Schema) {
    for id in schema.ids() {
        let Kind::Union(union) = &schema.get(id).kind else { continue };
        let base: Vec<Member> = match union.base_type.map(|base| &schema.get(base).kind) {
            Some(Kind::Struct(base)) => schema.members_with_base(base).into_iter().cloned().collect(),
            _ => union.base.clone(),
        };
        let tag = base.iter().find(|member| member.name == union.tag).map(|member| &member.ty);
        let tag_type = match tag {
            Some(Type::Named(tag)) if matches!(schema.get(*tag).kind, Kind::Enum(_)) => Some(*tag),
            _ => None,
        };
        if let Kind::Union(union) = &mut schema.get_mut(id).kind {
            union.base = base;
            union.tag_type = tag_type;
        }
    }
}

/// The names of a type's members, its branches' included: by C name, with one place.
type MemberNames = HashMap<String, (String, Span)>;

/// The [`MemberNames`] of the types that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<DefinitionId, Rc<MemberNames>>,
}

impl Names {
    fn of(&mut self, schema: &Schema, id: DefinitionId) -> Rc<MemberNames> {
        if let Some(known) = self.known.get(&id) {
            return Rc::clone(known);
        }
        let mut all = HashMap::new();
        let mut add = |member: &Member| {
            all.entry(c_name(&member.name).into_owned())
                .or_insert_with(|| (member.name.clone(), member.span));
        };
        match &schema.get(id).kind {
            Kind::Struct(structure) => schema.members_with_base(structure).into_iter().for_each(&mut add),
            Kind::Union(union) => {
                union.base.iter().for_each(&mut add);
                for branch in union.branches.iter().filter(|_| !union.simple) {
                    let Type::Named(inner) = branch.ty else { continue };
                    for (c_name, name) in self.of(schema, inner).iter() {
                        all.entry(c_name.clone()).or_insert_with(|| name.clone());
                    }
                }
            }
            _ => {}
        }
        let all = Rc::new(all);
        self.known.insert(id, Rc::clone(&all));
        all
    }
}

/// Whether parts of a struct, or of one that it inherits from, were reported and left out.
fn is_damaged(schema: &Schema, origins: &[Origin], id: DefinitionId) -> bool {
    let base = match &schema.get(id).kind {
        Kind::Struct(structure) => structure.base,
        _ => None,
    };
    origins[id.index()].damaged || base.is_some_and(|base| is_damaged(schema, origins, base))
}

/// Checks one union.
pub(crate) fn check(
    schema: &Schema,
    origin: &Origin,
    origins: &[Origin],
    names: &mut Names,
    context: &mut Context<'_>,
) {
    let Kind::Union(union) = &schema.get(origin.id).kind else { return };
    let members: Vec<_> = union.base.iter().collect();
    check_members(&members, origin, context);
    let base_damaged = union.base_type.is_some_and(|base| is_damaged(schema, origins, base));
    if union.simple || origin.damaged || base_damaged {
        return;
    }
    let Some(tag) = check_tag(schema, union, origin, context) else { return };
    let tag_damaged = union.tag_type.is_some_and(|tag| is_damaged(schema, origins, tag));
    if !tag_damaged && tag.values.is_empty() && union.branches.is_empty() {
        context.error(&origin.ast, "union-empty", origin.ast.name.span, "the union has no branches");
    }
    let mut own = HashMap::new();
    for member in &union.base {
        own.insert(c_name(&member.name), member);
    }
    for branch in &union.branches {
        if !tag_damaged && !tag.values.iter().any(|value| value.name == branch.name) {
            let message =
                format!("branch {} is not a value of the tag {}", show(&branch.name), show(&union.tag));
            let values = one_of(tag.values.iter().take(20).map(|value| &*value.name));
            let report = context.error(&origin.ast, "branch-not-value", branch.span, message);
            report.help(format!("the tag's values are {values}"));
        }
        match branch.ty {
            Type::Named(id) if is_object(schema, id) => {
                check_branch_names(&own, &names.of(schema, id), &branch.name, branch.span, origin, context);
            }
            _ => {
                let ty = describe(schema, &branch.ty);
                let message =
                    format!("branch {} cannot be {ty}, it needs a struct or a union", show(&branch.name));
                context.error(&origin.ast, "branch-not-object", branch.span, message);
            }
        }
    }
}

fn check_branch_names(
    own: &HashMap<Cow<'_, str>, &Member>,
    of_branch: &MemberNames,
    branch: &str,
    span: Span,
    origin: &Origin,
    context: &mut Context<'_>,
) {
    let mut collisions: Vec<_> =
        of_branch.iter().filter_map(|(c_name, found)| Some((own.get(c_name.as_str())?, found))).collect();
    collisions.sort_by_key(|(_, (_, place))| *place);
    for (member, (name, place)) in collisions {
        let message = format!(
            "member {} of branch {} collides with member {} of the base",
            show(name),
            show(branch),
            show(&member.name)
        );
        let report = context.error(&origin.ast, "name-collision", span, message);
        report.note(*place, "the branch's member").note(member.span, "the base's member");
    }
}

/// The enum of the tag, if the tag is a proper one.
fn check_tag<'a>(
    schema: &'a Schema,
    union: &Union,
    origin: &Origin,
    context: &mut Context<'_>,
) -> Option<&'a Enum> {
    let crate::qapi::syntax::ast::Body::Union { discriminator: Some(written), .. } = &origin.ast.body else {
        return None;
    };
    let shown = show(&union.tag);
    let mut error = |code, message: String| {
        context.error(&origin.ast, code, written.span, message);
        None
    };
    let Some(tag) = union.base.iter().find(|member| member.name == union.tag) else {
        return error("tag-not-member", format!("discriminator {shown} is not a member of 'base'"));
    };
    if tag.optional {
        return error("tag-optional", format!("discriminator {shown} must not be optional"));
    }
    if tag.condition.is_some() {
        return error("tag-conditional", format!("discriminator {shown} must not be conditional"));
    }
    match union.tag_type.map(|id| &schema.get(id).kind) {
        Some(Kind::Enum(values)) => Some(values),
        _ => {
            let ty = describe(schema, &tag.ty);
            error("tag-not-enum", format!("discriminator {shown} must be of an enum type, not {ty}"))
        }
    }
}
