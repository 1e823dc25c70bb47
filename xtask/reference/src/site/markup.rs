//! Prose and JSON as HTML.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, TextMergeStream, html};

use crate::json::Json;
use crate::model::Reference;

/// Turns the catalogue's prose into HTML, with links to the events and types that it names.
#[derive(Clone)]
pub(super) struct Markup {
    /// Names with the pages that they have.
    pages: Arc<BTreeMap<String, String>>,
}

impl Markup {
    pub(super) fn new(reference: &Reference) -> Self {
        let events = reference.events.iter().map(|event| (event.name.clone(), event_page(&event.name)));
        let types = reference.types.iter().map(|ty| (ty.name.clone(), type_page(&ty.name)));
        Self { pages: Arc::new(events.chain(types).collect()) }
    }

    /// Paragraphs, below a page that is `root` away from the top of the site.
    pub(super) fn paragraphs(&self, text: &str, root: &str) -> String {
        let markdown = escape(text);
        let events = TextMergeStream::new(Parser::new_ext(&markdown, Options::ENABLE_SMART_PUNCTUATION))
            .flat_map(|event| self.link(event, root));
        let mut out = String::new();
        html::push_html(&mut out, events);
        out
    }

    /// One paragraph, without the element around it.
    pub(super) fn inline(&self, text: &str, root: &str) -> String {
        let markdown = escape(text);
        let parser = TextMergeStream::new(Parser::new_ext(&markdown, Options::ENABLE_SMART_PUNCTUATION));
        let inner = parser
            .filter(|event| !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)));
        let mut out = String::new();
        html::push_html(&mut out, inner.flat_map(|event| self.link(event, root)));
        out
    }

    /// Names in a text become links, and so does code that is a name as a whole.
    fn link<'t>(&self, event: Event<'t>, root: &str) -> Vec<Event<'t>> {
        let anchor = |name: &str, shown: &str| {
            let page = self.pages.get(name)?;
            Some(Event::InlineHtml(format!("<a class=\"name\" href=\"{root}{page}\">{shown}</a>").into()))
        };
        match event {
            Event::Code(code) => match anchor(&code, &code) {
                Some(link) => vec![link],
                None => vec![Event::Code(code)],
            },
            Event::Text(text) => {
                let parts = words(&text).into_iter();
                parts.map(|part| anchor(part, part).unwrap_or_else(|| text_event(part))).collect()
            }
            other => vec![other],
        }
    }
}

fn text_event<'t>(text: &str) -> Event<'t> {
    Event::Text(CowStr::from(text.to_owned()))
}

pub(super) fn event_page(name: &str) -> String {
    format!("events/{name}.html")
}

pub(super) fn type_page(name: &str) -> String {
    format!("types/{name}.html")
}

/// A text cut into words and what is between them.
pub(super) fn words(text: &str) -> Vec<&str> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = is_word(first);
        let end = rest.find(|letter| is_word(letter) != inside).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

/// Prose as Markdown: it knows code and paragraphs, and nothing else is markup by accident.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        for letter in part.chars() {
            if index % 2 == 0 && "\\*_[]<>&#|~".contains(letter) {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// A description as a sentence: capital first, full stop last.
pub(super) fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_word = first.trim_end_matches([',', ';', ':']).chars().all(|letter| letter.is_ascii_lowercase());
    let mut out = text.to_owned();
    if let (true, Some(letter)) = (is_word, out.get_mut(..1)) {
        letter.make_ascii_uppercase();
    }
    if !out.is_empty() && !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

/// A page that was written in Markdown.
/// Comments in it are for checks.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::new();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_SMART_PUNCTUATION;
    html::push_html(&mut out, Parser::new_ext(text, options));
    // What can be wider than the screen is reached by keys as well.
    out.replace("<pre>", "<pre tabindex=\"0\">")
}

/// How long an object may be that is written on one line.
const LINE: usize = 60;

/// JSON, indented, with its parts marked for colours. What is short and flat is on one line.
pub(super) fn json(value: &Json) -> String {
    let mut out = String::new();
    write_json(value, 0, &mut out);
    out
}

fn write_json(value: &Json, indent: usize, out: &mut String) {
    let line = |indent: usize| format!("\n{}", "  ".repeat(indent));
    match value {
        Json::Object(members) if indent > 0 && fits_a_line(value) => {
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "{ " } else { ", " });
                write_name(name, out);
                write_json(value, indent + 1, out);
            }
            out.push_str(" }");
        }
        Json::Object(members) if !members.is_empty() => {
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "{" } else { "," });
                out.push_str(&line(indent + 1));
                write_name(name, out);
                write_json(value, indent + 1, out);
            }
            out.push_str(&format!("{}}}", line(indent)));
        }
        Json::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "[" } else { "," });
                out.push_str(&line(indent + 1));
                write_json(item, indent + 1, out);
            }
            out.push_str(&format!("{}]", line(indent)));
        }
        Json::Scalar(serde_json::Value::String(_)) => {
            out.push_str(&format!("<span class=\"js\">{}</span>", escape_html(&value.to_string())));
        }
        Json::Scalar(_) => out.push_str(&format!("<span class=\"jn\">{value}</span>")),
        Json::Object(_) | Json::Array(_) => out.push_str(&value.to_string()),
    }
}

fn write_name(name: &str, out: &mut String) {
    let name = escape_html(&Json::from(name).to_string());
    out.push_str(&format!("<span class=\"jk\">{name}</span>: "));
}

/// Whether this is an object of scalars that is short.
fn fits_a_line(value: &Json) -> bool {
    let is_flat = |members: &IndexMap<String, Json>| {
        !members.is_empty() && members.values().all(|value| matches!(value, Json::Scalar(_)))
    };
    value.as_object().is_some_and(is_flat) && value.to_string().len() <= LINE
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
