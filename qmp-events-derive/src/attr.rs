//! Reads `#[qapi(...)]` and doc comments.

use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta};

use crate::model::{Attrs, RateLimit, Shape, Version};
use crate::names::{listed, suggestion};
use crate::sink::Sink;

/// A place where `#[qapi(...)]` may stand, with the keys that it has there.
pub(crate) struct Place {
    what: &'static str,
    keys: &'static [&'static str],
}

pub(crate) fn container_place(shape: Shape) -> Place {
    let (what, keys): (_, &[_]) = match shape {
        Shape::Event => (
            "an event",
            &[
                "name",
                "alias",
                "since",
                "removed",
                "deprecated",
                "unstable",
                "feature",
                "condition",
                "rate_limit",
                "example",
            ],
        ),
        Shape::Struct => ("a struct", TYPE_KEYS),
        Shape::Enum => ("an enum", TYPE_KEYS),
        Shape::Alternate => ("an alternate", TYPE_KEYS),
        Shape::Union => (
            "a union",
            &["name", "tag", "alias", "since", "removed", "deprecated", "unstable", "feature", "condition"],
        ),
        Shape::Events => ("a set of events", &["kind"]),
    };
    Place { what, keys }
}

const TYPE_KEYS: &[&str] =
    &["name", "alias", "since", "removed", "deprecated", "unstable", "feature", "condition"];

pub(crate) fn item_place(shape: Shape) -> Place {
    let (what, keys): (_, &[_]) = match shape {
        Shape::Event => (
            "a member of an event",
            &[
                "name",
                "alias",
                "since",
                "removed",
                "deprecated",
                "unstable",
                "feature",
                "condition",
                "mandatory",
                "bare",
                "branches",
            ],
        ),
        Shape::Struct => (
            "a member of a struct",
            &[
                "name",
                "alias",
                "since",
                "removed",
                "deprecated",
                "unstable",
                "feature",
                "condition",
                "mandatory",
                "branches",
            ],
        ),
        Shape::Enum => ("a value of an enum", VARIANT_KEYS),
        Shape::Union => ("a branch of a union", VARIANT_KEYS),
        Shape::Alternate => ("a variant of an alternate", ALTERNATIVE_KEYS),
        Shape::Events => ("a variant of a set of events", &["name", "unknown"]),
    };
    Place { what, keys }
}

const VARIANT_KEYS: &[&str] =
    &["name", "alias", "since", "removed", "deprecated", "unstable", "feature", "condition", "unknown"];

const ALTERNATIVE_KEYS: &[&str] =
    &["since", "removed", "deprecated", "unstable", "feature", "condition", "unknown"];

/// All `#[qapi(...)]` of one item, folded into one [`Attrs`].
pub(crate) fn parse_attrs(attributes: &[Attribute], place: &Place, sink: &Sink) -> Attrs {
    let mut attrs = Attrs::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("qapi")) {
        let mut seen = Vec::new();
        let result = attribute.parse_nested_meta(|meta| parse_key(&meta, place, &mut attrs, &mut seen));
        if let Err(error) = result {
            sink.push(error);
        }
    }
    attrs
}

/// Keys that may be given more than once.
const REPEATABLE: &[&str] = &["alias", "feature", "example"];

fn parse_key(
    meta: &ParseNestedMeta<'_>,
    place: &Place,
    attrs: &mut Attrs,
    seen: &mut Vec<String>,
) -> syn::Result<()> {
    let Some(ident) = meta.path.get_ident().cloned() else {
        return Err(meta.error(format_args!("expected one of {}", listed(place.keys))));
    };
    let key = ident.unraw().to_string();
    if !place.keys.contains(&key.as_str()) {
        return Err(unknown_key(&ident, &key, place));
    }
    if seen.contains(&key) && !REPEATABLE.contains(&key.as_str()) {
        return Err(syn::Error::new(ident.span(), format!("`{key}` is given twice; keep one")));
    }
    seen.push(key.clone());
    match key.as_str() {
        "name" => attrs.name = Some(string(meta)?),
        "alias" => attrs.aliases.push(string(meta)?),
        "since" => attrs.since = Some(version(meta)?),
        "removed" => attrs.removed = Some(version(meta)?),
        "deprecated" => attrs.deprecated = flag(meta, &key)?,
        "unstable" => attrs.unstable = flag(meta, &key)?,
        "feature" => attrs.features.push(string(meta)?),
        "condition" => attrs.condition = Some(string(meta)?),
        "rate_limit" => attrs.rate_limit = Some(rate_limit(meta)?),
        "example" => attrs.examples.push(string(meta)?),
        "tag" => attrs.tag = Some(string(meta)?),
        "kind" => attrs.kind = Some(meta.value()?.parse()?),
        "mandatory" => attrs.mandatory = flag(meta, &key)?.then_some(ident),
        "bare" => attrs.bare = flag(meta, &key)?.then_some(ident),
        "branches" => attrs.branches = flag(meta, &key)?.then_some(ident),
        "unknown" => attrs.unknown = flag(meta, &key)?,
        _ => return Err(unknown_key(&ident, &key, place)),
    }
    Ok(())
}

fn unknown_key(ident: &Ident, key: &str, place: &Place) -> syn::Error {
    let suggestion = suggestion(key, place.keys.iter().copied());
    let (what, keys) = (place.what, listed(place.keys));
    let message = format!("{what} has no key `{key}`{suggestion}\nits keys are {keys}");
    syn::Error::new(ident.span(), message)
}

fn string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

fn flag(meta: &ParseNestedMeta<'_>, key: &str) -> syn::Result<bool> {
    if meta.input.peek(syn::Token![=]) || meta.input.peek(syn::token::Paren) {
        return Err(meta.error(format_args!("`{key}` stands alone, without a value")));
    }
    Ok(true)
}

fn version(meta: &ParseNestedMeta<'_>) -> syn::Result<Version> {
    let literal = string(meta)?;
    let text = literal.value();
    let number =
        text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let Some((major, minor)) = number else {
        let message = format!("`{text}` is no QEMU release; write major.minor, such as \"7.2\"");
        return Err(syn::Error::new(literal.span(), message));
    };
    Ok(Version { major, minor, literal })
}

fn rate_limit(meta: &ParseNestedMeta<'_>) -> syn::Result<RateLimit> {
    let mut limit = RateLimit::default();
    if !meta.input.peek(syn::token::Paren) {
        return Ok(limit);
    }
    meta.parse_nested_meta(|meta| {
        if meta.path.is_ident("key") {
            limit.keys.push(string(&meta)?);
        } else if meta.path.is_ident("since") {
            limit.since = Some(version(&meta)?);
        } else if meta.path.is_ident("exempt") {
            let content;
            syn::parenthesized!(content in meta.input);
            let member = if content.peek(LitStr) {
                content.parse()?
            } else {
                let ident = content.call(Ident::parse_any)?;
                LitStr::new(&ident.unraw().to_string(), ident.span())
            };
            content.parse::<syn::Token![=]>()?;
            limit.exempt = Some((member, content.parse()?));
        } else {
            return Err(meta.error("a rate limit has no such key\nits keys are `key`, `since` and `exempt`"));
        }
        Ok(())
    })?;
    Ok(limit)
}

/// The text of the doc comment, up to its first heading.
pub(crate) fn parse_description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(doc_line);
    // Sections have headings in rustdoc; what they say stands in the metadata by itself.
    let lines: Vec<String> = lines.take_while(|line| !line.starts_with("# ")).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
    let text = text.value();
    meta.path.is_ident("doc").then(|| text.strip_prefix(' ').unwrap_or(&text).to_owned())
}
