//! Names within one type that are the same, to QEMU's C code at least: members, values, features.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diagnostics::show;
use crate::qapi::context::Context;
use crate::qapi::definitions::names::c_name;
use crate::qapi::origin::Origin;
use crate::schema::{Feature, Member};
use crate::source::Span;

/// Features of QEMU's own that it puts in front of a schema's.
pub(crate) const SPECIAL_FEATURES: [&str; 2] = ["deprecated", "unstable"];

/// The names of one type by what C makes of them.
pub(crate) struct Clashes<'a> {
    what: &'static str,
    seen: HashMap<Cow<'a, str>, (&'a str, Span)>,
}

impl<'a> Clashes<'a> {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, seen: HashMap::new() }
    }

    /// Adds names, and reports those that are there already.
    pub(crate) fn check(
        &mut self,
        names: impl Iterator<Item = (&'a str, Span)>,
        origin: &Origin,
        context: &mut Context<'_>,
    ) {
        for (name, span) in names {
            let Some((other, place)) = self.seen.insert(c_name(name), (name, span)) else {
                continue;
            };
            // Of names that only C mixes up, one breaks the rule of case, which was reported.
            if origin.ast.damaged && name != other {
                continue;
            }
            let what = self.what;
            let message = format!("{what} {} collides with {what} {}", show(name), show(other));
            context.error(&origin.ast, "name-collision", span, message).note(place, "the other one");
        }
    }
}

/// Members of an object, inherited ones first.
pub(crate) fn check_members(members: &[&Member], origin: &Origin, context: &mut Context<'_>) {
    let names = members.iter().map(|member| (&*member.name, member.span));
    Clashes::new("member").check(names, origin, context);
    let own = |member: &&&Member| {
        let extent = origin.ast.span;
        member.span.file == extent.file && (extent.start..extent.end).contains(&member.span.start)
    };
    for member in members.iter().filter(own) {
        check_features(origin, &member.features, false, context);
    }
}

pub(crate) fn check_features(origin: &Origin, features: &[Feature], whole: bool, context: &mut Context<'_>) {
    let names = features.iter().map(|feature| (&*feature.name, feature.span));
    Clashes::new("feature").check(names, origin, context);
    if !whole || !origin.ast.meta.is_type() {
        return;
    }
    for feature in features.iter().filter(|feature| SPECIAL_FEATURES.contains(&&*feature.name)) {
        let message = format!("feature {} is not supported for types", show(&feature.name));
        context.error(&origin.ast, "feature-of-type", feature.span, message);
    }
}
