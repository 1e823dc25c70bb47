//! Documentation joined to what it documents: every text finds its member, and the other way.

use std::collections::{HashMap, HashSet};

use crate::diagnostics::show;
use crate::qapi::comments::parse;
use crate::qapi::comments::prose::{
    DatingParagraph, Prose, dating_paragraph, first_version, lift_dates, read_examples,
};
use crate::qapi::comments::sections::{Doc, Section, SectionKind};
use crate::qapi::context::{Context, owner};
use crate::qapi::dialect::Rule;
use crate::qapi::origin::Origin;
use crate::qapi::syntax::ast::{self, Comment, Meta};
use crate::schema::{
    Command, Data, Definition, Documentation, Event, Feature, Kind, Lifetime, Member, Schema,
};
use crate::source::Span;

/// Reads the comments of all definitions into the schema.
pub(crate) fn attach(schema: &mut Schema, origins: &[Origin], context: &mut Context<'_>) {
    for origin in origins {
        let definition = schema.get_mut(origin.id);
        match &origin.ast.comment {
            Some(comment) => attach_comment(comment, definition, origin, context),
            None if context.pragmas.doc_required => {
                let message = "a documentation comment is required";
                context.error(&origin.ast, "doc-required", origin.ast.name.span, message);
            }
            None => {}
        }
    }
}

fn attach_comment(
    comment: &Comment,
    definition: &mut Definition,
    origin: &Origin,
    context: &mut Context<'_>,
) {
    let doc = parse::parse(comment, context);
    match &doc.symbol {
        None if doc.damaged || !context.has(Rule::CommentForm) => {}
        None => {
            if !parse::check_free_form(comment, context) {
                return;
            }
            let start = Span { end: doc.span.start + 2, ..doc.span };
            let message = format!(
                "a documentation comment before a definition must begin with '@{}:'",
                definition.name
            );
            context
                .diagnostics
                .error("doc-without-symbol", start, message)
                .within(owner(&origin.ast).to_string());
            return;
        }
        Some(symbol) if symbol.text != definition.name => {
            let message = format!("the documentation is for {}", show(&symbol.text));
            context
                .error(&origin.ast, "doc-other-symbol", origin.ast.name.span, message)
                .note(symbol.span, "it says so here");
            return;
        }
        Some(_) => {}
    }
    // A comment that broke a rule of form says too little to be compared.
    if context.has(Rule::CommentForm) && !doc.damaged {
        check_results(&doc, origin, context);
        check_names(&doc, definition, origin, context);
    }
    describe(&doc, definition);
}

fn check_results(doc: &Doc, origin: &Origin, context: &mut Context<'_>) {
    let is_command = origin.ast.meta == Meta::Command;
    let returns = matches!(&origin.ast.body, ast::Body::Command { returns: Some(_), .. });
    for section in &doc.sections {
        let message = match section.kind {
            SectionKind::Returns if !is_command => "'Returns:' is only for commands",
            SectionKind::Errors if !is_command => "'Errors:' is only for commands",
            SectionKind::Returns if !returns && !origin.ast.damaged && context.has(Rule::ResultsExist) => {
                "'Returns:', but the command returns nothing"
            }
            _ => continue,
        };
        let owner = owner(&origin.ast).to_string();
        context.diagnostics.error("doc-results", section.span, message).within(owner);
    }
}

/// What exists must be described, and what is described must exist. Where both go wrong it is
/// most likely one slip, and one diagnostic.
fn check_names(doc: &Doc, definition: &Definition, origin: &Origin, context: &mut Context<'_>) {
    let unknown = if origin.ast.damaged { Vec::new() } else { unknown_names(doc, definition) };
    let missing = missing_names(doc, definition, context);
    let owner = owner(&origin.ast).to_string();
    let Some(first) = missing.first() else {
        for (message, span) in unknown {
            context.diagnostics.error("doc-unknown-name", span, message).within(owner.clone());
        }
        return;
    };
    let message = match missing.len() {
        1 => format!("{first} lacks documentation"),
        more => format!("{first} and {} more lack documentation", more - 1),
    };
    let report = context.error(&origin.ast, "doc-undocumented", origin.ast.name.span, message);
    if missing.len() > 1 {
        report.help(format!("undocumented are {}", missing.join(", ")));
    }
    for (message, span) in unknown {
        report.note(span, message);
    }
}

fn unknown_names(doc: &Doc, definition: &Definition) -> Vec<(String, Span)> {
    let members: HashSet<&str> = described_parts(definition).into_iter().collect();
    let features: HashSet<&str> = features(definition).into_iter().map(|feature| &*feature.name).collect();
    let unknown = |section: &Section| {
        let (what, name) = match &section.kind {
            SectionKind::Member(name) if !members.contains(&**name) => ("member", name),
            SectionKind::Feature(name) if !features.contains(&**name) => ("feature", name),
            _ => return None,
        };
        Some((format!("documented {what} {} does not exist", show(name)), section.span))
    };
    doc.sections.iter().filter_map(unknown).collect()
}

fn missing_names(doc: &Doc, definition: &Definition, context: &Context<'_>) -> Vec<String> {
    let members: HashSet<&str> = names(doc, |kind| matches!(kind, SectionKind::Member(_)));
    let listed: HashSet<&str> = names(doc, |kind| matches!(kind, SectionKind::Feature(_)));
    let mut missing = Vec::new();
    if context.has(Rule::MembersDescribed) && !context.pragmas.documentation.contains(&definition.name) {
        let parts = described_parts(definition);
        missing.extend(
            parts.into_iter().filter(|name| !members.contains(name)).map(|name| show(name).to_string()),
        );
    }
    let features = features(definition).into_iter().filter(|feature| !listed.contains(&*feature.name));
    missing.extend(features.map(|feature| format!("feature {}", show(&feature.name))));
    missing
}

fn names(doc: &Doc, wanted: fn(&SectionKind) -> bool) -> HashSet<&str> {
    let kinds = doc.sections.iter().map(|section| &section.kind).filter(|kind| wanted(kind));
    let name = |kind| match kind {
        &SectionKind::Member(ref name) | &SectionKind::Feature(ref name) => Some(name.as_str()),
        _ => None,
    };
    kinds.filter_map(name).collect()
}

/// The names of the parts that the definition's own comment describes: what is written in it,
/// and nothing of a type that it names.
fn described_parts(definition: &Definition) -> Vec<&str> {
    match &definition.kind {
        Kind::Enum(enumeration) => enumeration.values.iter().map(|value| &*value.name).collect(),
        Kind::Alternate(alternate) => alternate.branches.iter().map(|branch| &*branch.name).collect(),
        _ => own_members(definition).iter().map(|member| &*member.name).collect(),
    }
}

fn own_members(definition: &Definition) -> &[Member] {
    match &definition.kind {
        Kind::Struct(structure) => &structure.members,
        Kind::Union(union) if union.base_type.is_none() => &union.base,
        Kind::Command(Command { arguments: Data::Members(members), .. })
        | Kind::Event(Event { data: Data::Members(members) }) => members,
        _ => &[],
    }
}

fn own_members_mut(definition: &mut Definition) -> &mut [Member] {
    match &mut definition.kind {
        Kind::Struct(structure) => &mut structure.members,
        Kind::Union(union) if union.base_type.is_none() => &mut union.base,
        Kind::Command(Command { arguments: Data::Members(members), .. })
        | Kind::Event(Event { data: Data::Members(members) }) => members,
        _ => &mut [],
    }
}

/// The features of the definition and of its parts.
fn features(definition: &Definition) -> Vec<&Feature> {
    let mut all: Vec<_> = definition.features.iter().collect();
    if let Kind::Enum(enumeration) = &definition.kind {
        all.extend(enumeration.values.iter().flat_map(|value| &value.features));
    }
    all.extend(own_members(definition).iter().flat_map(|member| &member.features));
    all
}

/// Puts the texts where they belong.
fn describe(doc: &Doc, definition: &mut Definition) {
    let mut overview = Vec::new();
    let mut documentation = Documentation { span: Some(doc.span), ..Documentation::default() };
    let mut members = HashMap::new();
    let mut features = HashMap::new();
    for section in &doc.sections {
        if section.kind == SectionKind::Example {
            let lines: Vec<_> = section.lines.iter().map(String::as_str).collect();
            documentation.examples.extend(read_examples(&lines));
            continue;
        }
        let prose = Prose::read(&section.lines);
        match &section.kind {
            SectionKind::Plain => {
                for paragraph in prose.paragraphs {
                    date_definition(paragraph, &mut definition.lifetime, &mut overview);
                }
            }
            SectionKind::Since => definition.lifetime.since = first_version(&prose.text()),
            SectionKind::Member(name) => {
                members.insert(name.as_str(), lift_dates(&prose.text()));
            }
            SectionKind::Feature(name) => {
                features.insert(name.as_str(), lift_dates(&prose.text()));
            }
            _ => {}
        }
        documentation.examples.extend(prose.examples);
    }
    definition.lifetime.renamed.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    documentation.overview = overview.join("\n\n");
    definition.documentation = Some(documentation);
    describe_parts(&members, definition);
    describe_features(&features, definition);
}

/// A paragraph is a date of the definition, or part of its overview.
fn date_definition(paragraph: String, lifetime: &mut Lifetime, overview: &mut Vec<String>) {
    match dating_paragraph(&paragraph) {
        Some(DatingParagraph::Removed(version)) => lifetime.removed = Some(version),
        Some(DatingParagraph::Renamed(version, old)) => lifetime.renamed.push((version, old)),
        None => overview.push(paragraph),
    }
}

type Texts<'a> = HashMap<&'a str, (String, Lifetime)>;

fn describe_parts(texts: &Texts<'_>, definition: &mut Definition) {
    let text = |name: &str| texts.get(name).cloned().unwrap_or_default();
    match &mut definition.kind {
        Kind::Enum(enumeration) => {
            for value in &mut enumeration.values {
                (value.description, value.lifetime) = text(&value.name);
            }
        }
        Kind::Alternate(alternate) => {
            for branch in &mut alternate.branches {
                (branch.description, _) = text(&branch.name);
            }
        }
        _ => {
            for member in own_members_mut(definition) {
                (member.description, member.lifetime) = text(&member.name);
            }
        }
    }
}

fn describe_features(texts: &Texts<'_>, definition: &mut Definition) {
    let mut describe = |feature: &mut Feature| {
        if let Some((description, lifetime)) = texts.get(&*feature.name) {
            feature.description.clone_from(description);
            feature.lifetime = lifetime.clone();
        }
    };
    definition.features.iter_mut().for_each(&mut describe);
    if let Kind::Enum(enumeration) = &mut definition.kind {
        enumeration.values.iter_mut().flat_map(|value| &mut value.features).for_each(&mut describe);
    }
    own_members_mut(definition).iter_mut().flat_map(|member| &mut member.features).for_each(&mut describe);
}
