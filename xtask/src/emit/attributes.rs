//! `#[qapi(...)]`: what a schema says and Rust's syntax cannot.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::catalogue::{EventText, RateLimit};
use qmp_events_frontend::schema::{Condition, Definition, Feature, Lifetime};

/// The words of one `#[qapi(...)]`, in the order in which they are added.
#[derive(Default)]
pub(super) struct Attributes(Vec<TokenStream>);

impl Attributes {
    /// Adds a word.
    pub(super) fn push(&mut self, tokens: TokenStream) {
        self.0.push(tokens);
    }

    /// Adds other spellings.
    pub(super) fn aliases(&mut self, aliases: &[String]) {
        self.0.extend(aliases.iter().map(|alias| quote!(alias = #alias)));
    }

    /// Adds dates.
    pub(super) fn lifetime(&mut self, lifetime: &Lifetime) {
        let since = lifetime.since.map(|since| since.to_string());
        self.0.extend(since.map(|since| quote!(since = #since)));
        let removed = lifetime.removed.map(|removed| removed.to_string());
        self.0.extend(removed.map(|removed| quote!(removed = #removed)));
    }

    /// Adds features; two of them have a meaning in the language itself.
    pub(super) fn features(&mut self, features: &[Feature]) {
        self.0.extend(features.iter().map(|feature| match feature.name.as_str() {
            "deprecated" => quote!(deprecated),
            "unstable" => quote!(unstable),
            other => quote!(feature = #other),
        }));
    }

    /// Adds the condition of a build.
    pub(super) fn condition(&mut self, condition: Option<&Condition>) {
        let text = condition.map(Condition::to_string);
        self.0.extend(text.map(|text| quote!(condition = #text)));
    }

    /// Adds what every type and event has.
    pub(super) fn definition(&mut self, definition: &Definition) {
        let name = &definition.name;
        self.push(quote!(name = #name));
        self.lifetime(&definition.lifetime);
        self.features(&definition.features);
        self.condition(definition.condition.as_ref());
    }

    /// Adds what the event document says.
    pub(super) fn event(&mut self, text: &EventText) {
        self.0.extend(text.rate_limit.as_ref().map(rate_limit));
        self.0.extend(
            text.examples
                .iter()
                .map(|example| raw(&example.message))
                .map(|example| quote!(example = #example)),
        );
    }
}

impl quote::ToTokens for Attributes {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if !self.0.is_empty() {
            let words = &self.0;
            tokens.extend(quote!(#[qapi(#(#words),*)]));
        }
    }
}

/// A string without escapes, as people write JSON in Rust.
fn raw(text: &str) -> Literal {
    let hashes = "#".repeat(
        text.split('"')
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| *c == '#').count() + 1)
            .max()
            .unwrap_or(0),
    );
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| Literal::string(text))
}

fn rate_limit(limit: &RateLimit) -> TokenStream {
    let key = limit.key.as_ref().map(|key| quote!(key = #key));
    let since = limit.since.map(|since| since.to_string()).map(|since| quote!(since = #since));
    let exempt = limit.exempt.as_ref().map(|(member, value)| match syn::parse_str::<syn::Ident>(member) {
        Ok(ident) => quote!(exempt(#ident = #value)),
        Err(_) => quote!(exempt(#member = #value)),
    });
    let words: Vec<TokenStream> = key.into_iter().chain(since).chain(exempt).collect();
    if words.is_empty() { quote!(rate_limit) } else { quote!(rate_limit(#(#words),*)) }
}
