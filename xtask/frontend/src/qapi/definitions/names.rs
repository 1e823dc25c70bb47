//! Which names are valid, and which case they have. One function for each kind of name.

use std::borrow::Cow;

use crate::diagnostics::show;
use crate::qapi::syntax::ast::Meta;

/// What is wrong with a name: the rule and the message.
pub(crate) type Verdict = Result<(), (&'static str, String)>;

/// Which characters a name may hold beyond the rule, for old names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Permits {
    pub(crate) upper: bool,
    pub(crate) underscore: bool,
}

impl Permits {
    /// All or nothing.
    pub(crate) fn all(permit: bool) -> Self {
        Self { upper: permit, underscore: permit }
    }
}

/// The name as C sees it, by which names of one type must differ.
pub(crate) fn c_name(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(is_plain) {
        return Cow::Borrowed(name);
    }
    name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// Splits off the downstream prefix `__RFQDN_` and `x-`; nothing if the name is invalid.
fn stem(name: &str) -> Option<&str> {
    let without_prefix = match name.strip_prefix("__") {
        Some(rest) => {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))?;
            rest[end..].strip_prefix('_').filter(|_| end > 0)?
        }
        None => name,
    };
    let valid = |stem: &str| {
        stem.starts_with(|c: char| c.is_ascii_alphabetic())
            && stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let unstable = without_prefix.strip_prefix("x-").or_else(|| without_prefix.strip_prefix("X-"));
    unstable.filter(|rest| valid(rest)).or_else(|| Some(without_prefix).filter(|rest| valid(rest)))
}

fn valid_stem<'a>(name: &'a str, what: &str) -> Result<&'a str, (&'static str, String)> {
    let shown = show(name);
    if c_name(name).starts_with("q_") {
        return Err(("name-reserved", format!("{what} {shown}: names beginning 'q_' or 'q-' are reserved")));
    }
    stem(name).ok_or_else(|| ("name-invalid", format!("{what} {shown} is not a valid name")))
}

/// Members, enum values, features and commands: lower case with `-`.
fn check_lower(name: &str, what: &str, permits: Permits) -> Verdict {
    let stem = valid_stem(name, what)?;
    let upper = !permits.upper && stem.contains(|c: char| c.is_ascii_uppercase());
    let underscore = !permits.underscore && stem.contains('_');
    if upper || underscore {
        let shown = show(name);
        return Err(("name-case", format!("{what} {shown} must not use upper case or '_'")));
    }
    Ok(())
}

/// A member of an object or an argument.
pub(crate) fn check_member(name: &str, permits: Permits) -> Verdict {
    check_lower(name, "member", permits)?;
    let c_name = c_name(name);
    if c_name == "u" || c_name.starts_with("has_") {
        return Err(("name-reserved", format!("member {} uses a reserved name", show(name))));
    }
    Ok(())
}

/// A value of an enum, which may begin with a digit.
pub(crate) fn check_enum_value(name: &str, permits: Permits) -> Verdict {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        let visible = format!("d{name}");
        return check_lower(&visible, "value", permits).map_err(|(code, message)| {
            (code, message.replace(&show(&visible).to_string(), &show(name).to_string()))
        });
    }
    check_lower(name, "value", permits)
}

/// A feature.
pub(crate) fn check_feature(name: &str, permits: Permits) -> Verdict {
    check_lower(name, "feature", permits)
}

/// A branch of an alternate.
pub(crate) fn check_branch(name: &str, permits: Permits) -> Verdict {
    check_lower(name, "branch", permits)
}

/// A definition. With `any_case` only the characters count.
pub(crate) fn check_definition(meta: Meta, name: &str, command_permits: Permits, any_case: bool) -> Verdict {
    let what = meta.key();
    let stem = valid_stem(name, what)?;
    let shown = show(name);
    match meta {
        _ if any_case => {}
        Meta::Command => check_lower(name, what, command_permits)?,
        Meta::Event => {
            if stem.contains(|c: char| c.is_ascii_lowercase() || c == '-') {
                return Err(("name-case", format!("event {shown} must not use lower case or '-'")));
            }
        }
        _ => {
            let rest = stem.strip_prefix(|c: char| c.is_ascii_uppercase());
            let camel = rest.is_some_and(|rest| {
                rest.chars().all(|c| c.is_ascii_alphanumeric())
                    && rest.contains(|c: char| c.is_ascii_lowercase())
            });
            if !camel {
                return Err(("name-case", format!("{what} {shown} must be CamelCase")));
            }
        }
    }
    if name.ends_with("List") {
        return Err(("name-reserved", format!("{what} {shown}: names ending in 'List' are reserved")));
    }
    Ok(())
}
