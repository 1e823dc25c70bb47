//! Names: how schema names become Rust names, and the few exceptions of `schema/names.toml`.
//!
//! The rules know nothing of any schema; what they would spell badly is listed in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use proc_macro2::Ident;
use quote::format_ident;
use serde::Deserialize;
use toml::Spanned;

use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::source::{FileId, SourceMap, Span};

/// The exceptions that `names.toml` lists.
#[derive(Debug, Default)]
pub struct Names {
    rust: BTreeMap<String, (String, Span)>,
    alias: BTreeMap<String, (Vec<String>, Span)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rust: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    alias: BTreeMap<Spanned<String>, Vec<String>>,
}

impl Names {
    /// Reads the text of a `names.toml`.
    pub fn parse(file: FileId, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Self {
        let parsed: File = match toml::from_str(sources.file(file).text()) {
            Ok(parsed) => parsed,
            Err(error) => {
                let range = error.span().unwrap_or(0..0);
                diagnostics.error("names-syntax", Span::new(file, range), error.message());
                return Self::default();
            }
        };
        let at = |range: Range<usize>| Span::new(file, range);
        let rust = parsed.rust.into_iter().map(|(key, name)| {
            let span = at(key.span());
            (key.into_inner(), (name, span))
        });
        let alias = parsed.alias.into_iter().map(|(key, names)| {
            let span = at(key.span());
            (key.into_inner(), (names, span))
        });
        Self { rust: rust.collect(), alias: alias.collect() }
    }

    /// The Rust name of a type or an event.
    pub fn type_ident(&self, name: &str) -> Ident {
        self.exception(name).unwrap_or_else(|| ident(&camel_case(name)))
    }

    /// The name of an enum's variant.
    pub fn value_ident(&self, owner: &str, name: &str) -> Ident {
        self.exception(&format!("{owner}.{name}")).unwrap_or_else(|| ident(&camel_case(name)))
    }

    /// The name of a struct's field.
    pub fn member_ident(&self, owner: &str, name: &str) -> Ident {
        self.exception(&format!("{owner}.{name}")).unwrap_or_else(|| ident(&snake_case(name)))
    }

    fn exception(&self, key: &str) -> Option<Ident> {
        self.rust.get(key).map(|(rust, _)| ident(rust))
    }

    /// Other spellings on the wire of an event (`EVENT`) or a member (`Owner.member`).
    pub fn aliases(&self, key: &str) -> &[String] {
        self.alias.get(key).map_or(&[], |(names, _)| names)
    }

    /// Reports the entries that name nothing: a typo, or a left-over.
    pub fn check_used(
        &self,
        types: &BTreeSet<String>,
        members: &BTreeSet<String>,
        diagnostics: &mut Diagnostics,
    ) {
        for (name, (rust, span)) in &self.rust {
            if !types.contains(name) && !members.contains(name) {
                diagnostics
                    .error("unused-name", *span, format!("'{name}' is not an event, and no event reaches it"))
                    .help("write EVENT, Type, Owner.member or Enum.value");
            } else if syn::parse_str::<Ident>(rust).is_err() {
                diagnostics.error("invalid-rust-name", *span, format!("'{rust}' is no Rust identifier"));
            } else if *rust == camel_case(name) {
                diagnostics
                    .error("needless-name", *span, format!("'{rust}' is what the rule makes of '{name}'"))
                    .help("remove the entry");
            }
        }
        for (key, (_, span)) in &self.alias {
            if !types.contains(key) && !members.contains(key) {
                diagnostics
                    .error("unused-alias", *span, format!("'{key}' is not an event or a member of one"))
                    .help("write EVENT, or EVENT.member");
            }
        }
    }
}

/// The words of a name: cut at everything that is not a letter or digit, and where the case changes.
/// A run of capitals is one word, of which the last capital begins the next one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = name.chars().collect();
    let mut start_word = true;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            start_word = true;
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after_lower = before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        let ends_run = before.is_some_and(|before| before.is_ascii_uppercase())
            && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if start_word || letter.is_ascii_uppercase() && (after_lower || ends_run) {
            words.push(String::new());
        }
        start_word = false;
        if let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words
}

/// `BLOCK_IO_ERROR` and `block-io-error` become `BlockIoError`, `COLOMode` becomes `ColoMode`.
pub fn camel_case(name: &str) -> String {
    let mut out = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    not_a_digit_first(out)
}

/// `node-name` becomes `node_name`; `x509_dname` stays.
pub fn snake_case(name: &str) -> String {
    let plain: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    not_a_digit_first(plain.to_ascii_lowercase())
}

fn not_a_digit_first(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// An identifier: raw where Rust has the word for itself.
fn ident(name: &str) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(ident) => ident,
        // Words that cannot even be raw identifiers get an underscore, and so does whatever is not a word.
        Err(_) if matches!(name, "self" | "super" | "crate" | "Self" | "_" | "") => format_ident!("{name}_"),
        Err(_) => format_ident!("r#{name}"),
    }
}

/// The wire name that the derive gives to a field without a `name` of its own.
pub fn default_member_name(field: &Ident) -> String {
    field.to_string().trim_start_matches("r#").replace('_', "-")
}

/// The wire name that the derive gives to a variant without a `name` of its own.
pub fn default_value_name(variant: &Ident) -> String {
    let mut out = String::new();
    for letter in variant.to_string().chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_style_become_camel_case() {
        let cases = [
            ("BLOCK_IO_ERROR", "BlockIoError"),
            ("host-qmp-quit", "HostQmpQuit"),
            ("COLOExitReason", "ColoExitReason"),
            ("S390CpuPolarization", "S390CpuPolarization"),
            ("GuestPanicInformationHyperV", "GuestPanicInformationHyperV"),
            ("__com.example_FOO", "ComExampleFoo"),
            ("running-p2p", "RunningP2p"),
            ("DIMM", "Dimm"),
            ("2x", "_2x"),
        ];
        for (name, expected) in cases {
            assert_eq!(camel_case(name), expected, "{name}");
        }
    }

    #[test]
    fn members_become_legal_identifiers() {
        let cases =
            [("node-name", "node_name"), ("type", "r#type"), ("self", "self_"), ("x509_dname", "x509_dname")];
        for (name, expected) in cases {
            assert_eq!(Names::default().member_ident("X", name).to_string(), expected);
        }
    }
}
