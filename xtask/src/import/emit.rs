//! New definitions as text of a schema, with their facts and without a word of QEMU's.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::text::{Layout, Node, fill};
use crate::marker::MARKER;
use qmp_events_compare::surface::{
    Branch, Data, Event, Facts, Member, Object, Shape, TypeDefinition, TypeReference, Value,
};
use qmp_events_frontend::schema::Condition;
use qmp_events_frontend::version::Version;

/// Something that gets a definition of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum New<'a> {
    /// An event.
    Event(&'a Event),
    /// A type.
    Type(&'a TypeDefinition),
}

impl<'a> New<'a> {
    /// What holds for it as a whole.
    pub(super) fn facts(self) -> &'a Facts {
        match self {
            Self::Event(event) => &event.facts,
            Self::Type(definition) => &definition.facts,
        }
    }
}

/// The dates of a new definition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    /// The last release that our schema covered.
    pub(super) covered: Version,
    /// The first release that has the definition.
    pub(super) since: Version,
    /// The release that is imported.
    pub(super) at: Version,
}

impl Dates {
    /// The date of a part, if that came later than the definition.
    fn of_part(self, facts: &Facts) -> Option<Version> {
        facts.since.filter(|since| self.covered < *since && self.since < *since && *since <= self.at)
    }
}

/// Writes a definition with its documentation comment, which begins with `overview`. `boxed` tells
/// whether the data of an event must be a single argument in C: that of a union.
pub(super) fn emit_definition(name: &str, overview: &str, new: New<'_>, boxed: bool, dates: Dates) -> String {
    let mut entries = match new {
        New::Event(event) => event_entries(name, event, boxed),
        New::Type(definition) => type_entries(name, &definition.shape),
    };
    add_facts(&mut entries, &new.facts().features, new.facts().condition.as_ref());
    let expression: Vec<_> =
        entries.iter().map(|(key, value)| format!("'{key}': {}", value.render(key.len() + 6, 2))).collect();
    format!("{}{{ {} }}\n", comment(name, overview, new, dates), expression.join(",\n  "))
}

fn event_entries(name: &str, event: &Event, boxed: bool) -> Vec<(&'static str, Node)> {
    let mut entries = vec![("event", Node::single(name))];
    match &event.data {
        Data::Members(members) if members.is_empty() => {}
        Data::Members(members) => {
            entries.push(("data", members_node(members)));
            if boxed || members.iter().any(|member| member.facts.condition.is_some()) {
                entries.push(("boxed", Node::Word("true".to_owned())));
            }
        }
        Data::Type(ty) => {
            entries.push(("data", Node::single(ty)));
            if boxed {
                entries.push(("boxed", Node::Word("true".to_owned())));
            }
        }
    }
    entries
}

fn type_entries(name: &str, shape: &Shape) -> Vec<(&'static str, Node)> {
    match shape {
        Shape::Enum(values) => {
            vec![("enum", Node::single(name)), ("data", Node::List(values.iter().map(value_node).collect()))]
        }
        Shape::Object(Object { base, members, variants: None }) => {
            let mut entries = vec![("struct", Node::single(name))];
            entries.extend(base.iter().map(|base| ("base", Node::single(base))));
            entries.push(("data", members_node(members)));
            entries
        }
        Shape::Object(Object { base, members, variants: Some(variants) }) => {
            let base = base.as_ref().map_or_else(|| members_node(members), |base| Node::single(base));
            let branches = variants.branches.iter();
            let branches = branches.map(|branch| (format!("'{}'", branch.name), branch_node(branch)));
            vec![
                ("union", Node::single(name)),
                ("base", base),
                ("discriminator", Node::single(&variants.tag)),
                ("data", Node::Object(branches.collect(), Layout::Listed)),
            ]
        }
        Shape::Alternate(types) => {
            let branches = types.iter().map(|ty| (format!("'{}'", branch_name(ty)), type_node(ty)));
            vec![
                ("alternate", Node::single(name)),
                ("data", Node::Object(branches.collect(), Layout::Listed)),
            ]
        }
    }
}

/// A name for the branch of an alternate, which no message shows.
fn branch_name(ty: &TypeReference) -> String {
    let name = match ty {
        TypeReference::List(_) => "list".to_owned(),
        TypeReference::Builtin(name) => (*name).to_owned(),
        TypeReference::Named(name) => name.clone(),
    };
    name.to_ascii_lowercase()
}

/// The names of parts that the documentation must describe, with their facts.
fn parts(new: New<'_>) -> Vec<(String, Facts)> {
    let names = |members: &[Member]| {
        members.iter().map(|member| (member.name.clone(), member.facts.clone())).collect()
    };
    match new {
        New::Event(Event { data: Data::Members(members), .. }) => names(members),
        New::Event(_) => Vec::new(),
        New::Type(definition) => match &definition.shape {
            Shape::Enum(values) => {
                values.iter().map(|value| (value.name.clone(), value.facts.clone())).collect()
            }
            Shape::Object(object) => names(&object.members),
            Shape::Alternate(types) => types.iter().map(|ty| (branch_name(ty), Facts::default())).collect(),
        },
    }
}

/// The features of the definition and of its parts.
fn features(new: New<'_>) -> BTreeSet<&String> {
    let mut all: BTreeSet<&String> = new.facts().features.iter().collect();
    match new {
        New::Event(Event { data: Data::Members(members), .. }) => {
            all.extend(members.iter().flat_map(|member| &member.facts.features));
        }
        New::Event(_) => {}
        New::Type(definition) => match &definition.shape {
            Shape::Enum(values) => all.extend(values.iter().flat_map(|value| &value.facts.features)),
            Shape::Object(object) => {
                all.extend(object.members.iter().flat_map(|member| &member.facts.features));
            }
            Shape::Alternate(_) => {}
        },
    }
    all
}

fn comment(name: &str, overview: &str, new: New<'_>, dates: Dates) -> String {
    let mut out = format!("##\n# @{name}:\n#\n# ({overview})\n#\n");
    for (part, facts) in parts(new) {
        let date = dates.of_part(&facts).map(|since| format!(" (since {since})")).unwrap_or_default();
        let text = format!("{MARKER}{date}");
        let _ = writeln!(out, "{}\n#", fill(&text, &format!("# @{part}: "), "#     "));
    }
    let features = features(new);
    if !features.is_empty() {
        out.push_str("# Features:\n#\n");
    }
    for feature in features {
        let _ = writeln!(out, "# @{feature}: {MARKER}\n#");
    }
    let _ = writeln!(out, "# Since: {}\n##", dates.since);
    out
}

/// `features` and `if`, as far as there are any.
fn add_facts(
    entries: &mut Vec<(&'static str, Node)>,
    features: &BTreeSet<String>,
    condition: Option<&Condition>,
) {
    if !features.is_empty() {
        entries.push(("features", features_node(features)));
    }
    entries.extend(condition.map(|condition| ("if", condition_node(condition))));
}

/// A list of features.
pub(super) fn features_node(features: &BTreeSet<String>) -> Node {
    Node::List(features.iter().map(|feature| Node::single(feature)).collect())
}

fn members_node(members: &[Member]) -> Node {
    Node::Object(
        members.iter().map(|member| (member_key(member), member_node(member))).collect(),
        Layout::Listed,
    )
}

/// The key of a member, with the `*` of optional ones.
pub(super) fn member_key(member: &Member) -> String {
    format!("'{}{}'", if member.optional { "*" } else { "" }, member.name)
}

/// The value after the key of a member.
pub(super) fn member_node(member: &Member) -> Node {
    with_facts("type", type_node(&member.ty), &member.facts)
}

/// A value of an enum.
pub(super) fn value_node(value: &Value) -> Node {
    with_facts("name", Node::single(&value.name), &value.facts)
}

/// The value after the tag value of a branch.
pub(super) fn branch_node(branch: &Branch) -> Node {
    with_facts("type", Node::single(&branch.ty), &branch.facts)
}

/// The short form where there is nothing else to say.
fn with_facts(key: &'static str, node: Node, facts: &Facts) -> Node {
    let mut entries = vec![(key, node)];
    add_facts(&mut entries, &facts.features, facts.condition.as_ref());
    match entries.len() {
        1 => entries.remove(0).1,
        _ => {
            let quoted = entries.into_iter().map(|(key, node)| (format!("'{key}'"), node));
            Node::Object(quoted.collect(), Layout::Filled)
        }
    }
}

fn type_node(ty: &TypeReference) -> Node {
    match ty {
        TypeReference::Builtin(name) => Node::single(name),
        TypeReference::Named(name) => Node::single(name),
        TypeReference::List(element) => Node::List(vec![type_node(element)]),
    }
}

/// Whether a member or value needs an exception from the naming rules.
pub(super) fn is_exceptional(name: &str) -> bool {
    // A downstream prefix has underscores of its own.
    let own = name.strip_prefix("__").and_then(|rest| rest.split_once('_')).map_or(name, |(_, own)| own);
    own.contains(|c: char| c.is_ascii_uppercase() || c == '_')
}

/// Whether a member or value of a type needs an exception from the naming rules.
pub(super) fn breaks_naming_rules(shape: &Shape) -> bool {
    match shape {
        Shape::Enum(values) => values.iter().any(|value| is_exceptional(&value.name)),
        Shape::Object(object) => object.members.iter().any(|member| is_exceptional(&member.name)),
        Shape::Alternate(_) => false,
    }
}

/// A condition in the notation of schemas.
pub(super) fn condition_node(condition: &Condition) -> Node {
    let several = |word: &str, all: &[Condition]| {
        let list = Node::List(all.iter().map(condition_node).collect());
        Node::Object(vec![(format!("'{word}'"), list)], Layout::Filled)
    };
    match condition {
        Condition::Symbol(name) => Node::single(name),
        Condition::All(all) => several("all", all),
        Condition::Any(any) => several("any", any),
        Condition::Not(one) => Node::Object(vec![("'not'".to_owned(), condition_node(one))], Layout::Filled),
    }
}
