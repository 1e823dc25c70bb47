//! Reads `#[qapi(...)]` and doc comments.

use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta};

use crate::model::{Attrs, RateLimit, Shape, Version};
use crate::names::{listed, suggestion};
use crate::sink::Sink;

/// What `#[qapi(...)]` is attached to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Event,
    Struct,
    Enum,
    Union,
    Alternate,
    Events,
    EventMember,
    StructMember,
    Value,
    Branch,
    Alternative,
    EventVariant,
}

impl Place {
    pub(crate) fn container(shape: Shape) -> Self {
        match shape {
            Shape::Event => Place::Event,
            Shape::Struct => Place::Struct,
            Shape::Enum => Place::Enum,
            Shape::Union => Place::Union,
            Shape::Alternate => Place::Alternate,
            Shape::Events => Place::Events,
        }
    }

    /// A field or variant of a container.
    pub(crate) fn item(shape: Shape) -> Self {
        match shape {
            Shape::Event => Place::EventMember,
            Shape::Struct => Place::StructMember,
            Shape::Enum => Place::Value,
            Shape::Union => Place::Branch,
            Shape::Alternate => Place::Alternative,
            Shape::Events => Place::EventVariant,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Place::Event => "an event",
            Place::Struct => "a struct",
            Place::Enum => "an enum",
            Place::Union => "a union",
            Place::Alternate => "an alternate",
            Place::Events => "a set of events",
            Place::EventMember => "a member of an event",
            Place::StructMember => "a member of a struct",
            Place::Value => "a value of an enum",
            Place::Branch => "a branch of a union",
            Place::Alternative => "a variant of an alternate",
            Place::EventVariant => "a variant of a set of events",
        }
    }

    /// The keys that are allowed here.
    fn keys(self) -> Vec<&'static str> {
        KEYS.iter().filter(|key| key.is_allowed(self)).map(|key| key.name).collect()
    }
}

/// A key of `#[qapi(...)]`.
struct Key {
    name: &'static str,
    /// Where it is allowed.
    places: &'static [&'static [Place]],
    /// Whether it may be given more than once.
    repeats: bool,
    read: fn(&ParseNestedMeta<'_>, &mut Attrs) -> syn::Result<()>,
}

impl Key {
    fn is_allowed(&self, place: Place) -> bool {
        self.places.iter().any(|places| places.contains(&place))
    }
}

const OBJECTS: &[Place] = &[Place::Event, Place::Struct];
const TYPES: &[Place] = &[Place::Event, Place::Struct, Place::Enum, Place::Union, Place::Alternate];
const MEMBERS: &[Place] = &[Place::EventMember, Place::StructMember];
const VALUES: &[Place] = &[Place::Value, Place::Branch];
/// What has a name in QAPI.
const NAMED: &[&[Place]] = &[TYPES, MEMBERS, VALUES];
/// What a QEMU has or has not.
const DATED: &[&[Place]] = &[TYPES, MEMBERS, VALUES, &[Place::Alternative]];

/// Every key; errors list them in this order.
const KEYS: &[Key] = &[
    key("name", &[TYPES, MEMBERS, VALUES, &[Place::EventVariant]], |meta, attrs| {
        attrs.name = Some(string(meta)?);
        Ok(())
    }),
    repeatable("alias", NAMED, |meta, attrs| {
        attrs.aliases.push(string(meta)?);
        Ok(())
    }),
    key("since", DATED, |meta, attrs| {
        attrs.since = Some(version(meta)?);
        Ok(())
    }),
    key("removed", DATED, |meta, attrs| {
        attrs.removed = Some(version(meta)?);
        Ok(())
    }),
    key("deprecated", DATED, |meta, attrs| {
        attrs.deprecated = flag(meta)?.is_some();
        Ok(())
    }),
    key("unstable", DATED, |meta, attrs| {
        attrs.unstable = flag(meta)?.is_some();
        Ok(())
    }),
    repeatable("feature", DATED, |meta, attrs| {
        attrs.features.push(string(meta)?);
        Ok(())
    }),
    key("condition", DATED, |meta, attrs| {
        attrs.condition = Some(string(meta)?);
        Ok(())
    }),
    key("rate_limit", &[&[Place::Event]], |meta, attrs| {
        attrs.rate_limit = Some(rate_limit(meta)?);
        Ok(())
    }),
    repeatable("example", &[&[Place::Event]], |meta, attrs| {
        attrs.examples.push(string(meta)?);
        Ok(())
    }),
    key("new", &[OBJECTS], |meta, attrs| {
        attrs.new = flag(meta)?.is_some();
        Ok(())
    }),
    key("tag", &[&[Place::Union]], |meta, attrs| {
        attrs.tag = Some(string(meta)?);
        Ok(())
    }),
    key("kind", &[&[Place::Events]], |meta, attrs| {
        attrs.kind = Some(meta.value()?.parse()?);
        Ok(())
    }),
    key("mandatory", &[MEMBERS], |meta, attrs| {
        attrs.mandatory = flag(meta)?;
        Ok(())
    }),
    key("bare", &[&[Place::EventMember]], |meta, attrs| {
        attrs.bare = flag(meta)?;
        Ok(())
    }),
    key("branches", &[MEMBERS], |meta, attrs| {
        attrs.branches = flag(meta)?;
        Ok(())
    }),
    key("unknown", &[MEMBERS, VALUES, &[Place::Alternative, Place::EventVariant]], |meta, attrs| {
        attrs.unknown = flag(meta)?;
        Ok(())
    }),
    key("rest", &[&[Place::EventVariant]], |meta, attrs| {
        attrs.rest = flag(meta)?;
        Ok(())
    }),
];

const fn key(
    name: &'static str,
    places: &'static [&'static [Place]],
    read: fn(&ParseNestedMeta<'_>, &mut Attrs) -> syn::Result<()>,
) -> Key {
    Key { name, places, repeats: false, read }
}

const fn repeatable(
    name: &'static str,
    places: &'static [&'static [Place]],
    read: fn(&ParseNestedMeta<'_>, &mut Attrs) -> syn::Result<()>,
) -> Key {
    Key { name, places, repeats: true, read }
}

/// All `#[qapi(...)]` of one item, folded into one [`Attrs`].
pub(crate) fn parse_attrs(attributes: &[Attribute], place: Place, sink: &Sink) -> Attrs {
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

fn parse_key(
    meta: &ParseNestedMeta<'_>,
    place: Place,
    attrs: &mut Attrs,
    seen: &mut Vec<&'static str>,
) -> syn::Result<()> {
    let Some(ident) = meta.path.get_ident() else {
        return Err(meta.error(format_args!("expected one of {}", listed(&place.keys()))));
    };
    let name = ident.unraw().to_string();
    let Some(key) = KEYS.iter().find(|key| key.name == name && key.is_allowed(place)) else {
        return Err(unknown_key(ident, &name, place));
    };
    if seen.contains(&key.name) && !key.repeats {
        return Err(syn::Error::new(ident.span(), format!("`{name}` is given twice; keep one")));
    }
    seen.push(key.name);
    (key.read)(meta, attrs)
}

fn unknown_key(ident: &Ident, key: &str, place: Place) -> syn::Error {
    let suggestion = suggestion(key, place.keys());
    let (place, keys) = (place.name(), listed(&place.keys()));
    let message = format!("{place} has no key `{key}`{suggestion}\nits keys are {keys}");
    syn::Error::new(ident.span(), message)
}

fn string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

/// The key itself, which has no value.
fn flag(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<Ident>> {
    let ident = meta.path.get_ident().cloned();
    if meta.input.peek(syn::Token![=]) || meta.input.peek(syn::token::Paren) {
        let key = ident.map(|ident| ident.to_string()).unwrap_or_default();
        return Err(meta.error(format_args!("`{key}` takes no value")));
    }
    Ok(ident)
}

fn version(meta: &ParseNestedMeta<'_>) -> syn::Result<Version> {
    let literal = string(meta)?;
    let text = literal.value();
    let number =
        text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let Some((major, minor)) = number else {
        let message = format!("`{text}` is not a QEMU release; write major.minor, such as \"7.2\"");
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
    // Sections have headings in rustdoc; the metadata has what they say in fields of its own.
    let lines: Vec<String> = lines.take_while(|line| !line.starts_with("# ")).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
    let text = text.value();
    meta.path.is_ident("doc").then(|| text.strip_prefix(' ').unwrap_or(&text).to_owned())
}
