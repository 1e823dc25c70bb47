//! The reference as a static site: every page is a template filled from the catalogue.
//!
//! Nothing is fetched: no script, font or image from elsewhere, and search works from a file as well.
//! Addresses are names (`events/STOP.html`, `#data.id`), so that links last.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use crate::async_api::async_api;
use crate::document::event_document;
use crate::json_schema::{any_event_schema, event_schema};
use crate::model::Reference;
use crate::release::Scope;

mod code;
mod events;
mod markup;
mod matrix;
mod releases;
mod rows;
mod search;
mod types;

use markup::Markup;

const TEMPLATES: [(&str, &str); 11] = [
    ("base.html", include_str!("../templates/base.html")),
    ("parts.html", include_str!("../templates/parts.html")),
    ("index.html", include_str!("../templates/index.html")),
    ("event.html", include_str!("../templates/event.html")),
    ("type.html", include_str!("../templates/type.html")),
    ("types.html", include_str!("../templates/types.html")),
    ("release.html", include_str!("../templates/release.html")),
    ("releases.html", include_str!("../templates/releases.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
    ("data.html", include_str!("../templates/data.html")),
    ("guide.html", include_str!("../templates/guide.html")),
];

const ASSETS: [(&str, &str); 3] = [
    ("assets/style.css", include_str!("../assets/style.css")),
    ("assets/site.js", include_str!("../assets/site.js")),
    ("assets/icon.svg", include_str!("../assets/icon.svg")),
];

/// Pages that are written by hand, in Markdown: name, title, text.
const GUIDES: [(&str, &str, &str); 1] = [("watch", "Watch events", include_str!("../guide/watch.md"))];

/// A template that cannot be filled.
pub type Error = minijinja::Error;

/// The files of the site: paths with contents.
///
/// # Errors
///
/// None, unless a template is wrong, which a test would find.
pub fn build(reference: &Reference) -> Result<BTreeMap<String, String>, Error> {
    let mut site = Site { reference, environment: environment(reference)?, files: BTreeMap::new() };
    site.add_pages()?;
    site.add_data();
    site.files.extend(ASSETS.map(|(name, text)| (name.to_owned(), text.to_owned())));
    site.files.insert("assets/search.js".to_owned(), search::index(reference));
    Ok(site.files)
}

struct Site<'a> {
    reference: &'a Reference,
    environment: Environment<'static>,
    files: BTreeMap<String, String>,
}

impl Site<'_> {
    fn add_pages(&mut self) -> Result<(), Error> {
        let reference = self.reference;
        self.page("index.html", "index.html", context! { modules => data(events::modules(reference)) })?;
        for event in &reference.events {
            let context = context! { event => data(event), page => data(events::page(reference, event)) };
            self.page(&format!("events/{}.html", event.name), "event.html", context)?;
        }
        for ty in &reference.types {
            let context = context! { ty => data(ty), page => data(types::page(reference, ty)) };
            self.page(&format!("types/{}.html", ty.name), "type.html", context)?;
        }
        self.page("types.html", "types.html", context! { types => data(&reference.types) })?;
        let releases = releases::pages(reference);
        for page in &releases {
            self.page(
                &format!("releases/{}.html", page.release),
                "release.html",
                context! { page => data(page) },
            )?;
        }
        self.page("releases.html", "releases.html", context! { pages => data(&releases) })?;
        self.page("matrix.html", "matrix.html", context! { rows => data(matrix::rows(reference)) })?;
        self.page("data.html", "data.html", context! {})?;
        for (name, title, text) in GUIDES {
            let html = markup::markdown(text);
            self.page(&format!("{name}.html"), "guide.html", context! { title => title, html => html })?;
        }
        Ok(())
    }

    fn page(&mut self, path: &str, template: &str, context: Value) -> Result<(), Error> {
        let root = "../".repeat(path.matches('/').count());
        let common = context! {
            root => root, path => path, releases => data(&self.reference.releases), newest => data(self.reference.newest()),
            count => self.reference.events.len(),
            ..context
        };
        let html = self.environment.get_template(template)?.render(common)?;
        self.files.insert(path.to_owned(), html);
        Ok(())
    }

    /// JSON Schemas in both strengths, event documents, AsyncAPI.
    fn add_data(&mut self) {
        let releases = self.reference.releases.iter().map(|release| Scope::Release(*release));
        for scope in [Scope::Any].into_iter().chain(releases) {
            let any = any_event_schema(self.reference, scope).to_file();
            self.files.insert(format!("schemas/{scope}/any-event.json"), any);
            for event in self.reference.events_in(scope) {
                let schema = event_schema(self.reference, event, scope).to_file();
                self.files.insert(format!("schemas/{scope}/{}.json", event.name), schema);
            }
            let name = scope.release().map(|release| format!("-{release}")).unwrap_or_default();
            let document = event_document(self.reference, scope);
            self.files.insert(format!("documents/qmp-events{name}.txt"), document);
        }
        self.files.insert("data/asyncapi.json".to_owned(), async_api(self.reference).to_file());
    }
}

fn environment(reference: &Reference) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    let names = Markup::new(reference);
    let inline = names.clone();
    environment.add_filter("prose", move |text: &str, root: &str| safe(names.paragraphs(text, root)));
    environment.add_filter("inline", move |text: &str, root: &str| safe(inline.inline(text, root)));
    environment.add_filter("sentence", markup::sentence);
    environment.add_filter("summary", |text: &str| crate::model::summary(text).to_owned());
    Ok(environment)
}

fn data(value: impl Serialize) -> Value {
    Value::from(Serde(value))
}

fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}
