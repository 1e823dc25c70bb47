//! `explain`: an event, or a member of one, in words.

use std::io;

use anyhow::{anyhow, bail};
use qmp_events::info::{EventInfo, RateLimit};

use super::event_rows::print_events;
use crate::args::{Explain, Page as Format};
use crate::exit::Exit;
use crate::json::Json;
use crate::knowledge::catalogue::{
    self, Dates, Part, find_event, find_events, near, paragraphs, suggestion, summary,
};
use crate::knowledge::published;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

/// What names begin with that vendors give to events of their own.
const VENDOR: &str = "__";

/// How wide text is where it is not printed to a terminal, and at most.
const WIDTH: usize = 80;

pub(crate) fn explain(arguments: &Explain, output: &mut Output) -> anyhow::Result<Exit> {
    let (event, path) = match subject_of(&arguments.subject) {
        Some(found) => found,
        None => match find_events(&arguments.subject).as_slice() {
            [] => return Err(unknown_event(&arguments.subject)),
            [event] => (*event, None),
            events => {
                match arguments.format {
                    Format::Human => print_events(events, output)?,
                    Format::Json => published::write(&published::summaries(events), output)?,
                }
                return Ok(Exit::Done);
            }
        },
    };
    if arguments.format == Format::Json {
        return explain_as_json(event, path, output);
    }
    let width = output.width().map_or(WIDTH, |width| width.min(WIDTH));
    let mut page = Page { output, width };
    match path {
        None => page.event(event)?,
        Some(path) => {
            let part = find_part(event, path)?;
            page.part(&format!("{}.{path}", event.name), &part)?;
        }
    }
    Ok(Exit::Done)
}

fn explain_as_json(
    event: &'static EventInfo,
    path: Option<&str>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    if let Some(path) = path {
        // The path is checked here, with a remedy.
        find_part(event, path)?;
    }
    let Some(event) = published::event(event.name) else {
        bail!("the published catalogue has no event {:?}", event.name);
    };
    match path.and_then(|path| published::member(event, path)) {
        Some(member) => published::write(&published::member_with_type(member), output)?,
        None => published::write(&published::event_with_types(event), output)?,
    }
    Ok(Exit::Done)
}

/// The event, and the path of the member. Names of vendors' events hold dots themselves.
fn subject_of(subject: &str) -> Option<(&'static EventInfo, Option<&str>)> {
    let whole = find_event(subject).map(|event| (event, None));
    let split = |(dot, _)| find_event(&subject[..dot]).map(|event| (event, Some(&subject[dot + 1..])));
    whole.or_else(|| subject.match_indices('.').find_map(split))
}

fn unknown_event(subject: &str) -> anyhow::Error {
    if subject.starts_with(VENDOR) {
        return anyhow!("this build knows no event {subject:?}: names with {VENDOR} are vendors'");
    }
    let name = subject.split('.').next().unwrap_or(subject);
    let near = near(name, catalogue::events().into_iter().map(|info| info.name));
    let hint = if near.is_empty() { "; see `qmp-events list`".to_owned() } else { suggestion(&near) };
    anyhow!("this build knows no event {name:?}{hint}")
}

fn find_part(event: &'static EventInfo, path: &str) -> anyhow::Result<Part> {
    let mut parts = catalogue::parts_of_event(event);
    let mut owner = event.name.to_owned();
    let mut found = None;
    for name in path.split('.') {
        match parts.iter().find(|part| part.name == name) {
            Some(part) => found = Some(*part),
            None => {
                let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
                let hint = match (near(name, names.iter().copied()), names.as_slice()) {
                    (near, _) if !near.is_empty() => suggestion(&near),
                    (_, []) => "; it has none".to_owned(),
                    (_, names) => format!("; it has {}", names.join(", ")),
                };
                bail!("{owner} has no member {name:?}{hint}");
            }
        }
        owner = format!("{owner}.{name}");
        parts = found.map_or_else(Vec::new, |part| catalogue::parts_of_type(part.ty));
    }
    found.ok_or_else(|| anyhow::anyhow!("{:?} names no member", path))
}

/// Prints titles, paragraphs and lists.
struct Page<'a> {
    output: &'a mut Output,
    width: usize,
}

impl Page<'_> {
    fn event(&mut self, event: &'static EventInfo) -> io::Result<()> {
        self.title(event.name, &Dates(event.availability).to_string())?;
        self.prose(event.description)?;
        if !event.aliases.is_empty() {
            self.heading("Other names")?;
            self.paragraph("  ", &event.aliases.join(", "))?;
        }
        if let Some(limit) = event.rate_limit {
            self.heading("Rate limit")?;
            self.paragraph("  ", &describe(limit))?;
        }
        let parts = catalogue::parts_of_event(event);
        if parts.is_empty() {
            self.heading("Members")?;
            self.paragraph("  ", "None: the event has no data.")?;
        }
        self.parts(&parts)?;
        for (index, example) in event.examples.iter().enumerate() {
            if index == 0 {
                self.heading(if event.examples.len() == 1 { "Example" } else { "Examples" })?;
            }
            self.example(example)?;
        }
        Ok(())
    }

    fn part(&mut self, name: &str, part: &Part) -> io::Result<()> {
        self.title(name, &kind(part))?;
        self.prose(part.description)?;
        let values = catalogue::values_of(part);
        if !values.is_empty() {
            self.heading("Values")?;
        }
        let name_width = values.iter().map(|value| value.name.len()).max().unwrap_or(0);
        for value in &values {
            let text = format!("{} {}", summary(value.description), Dates(value.availability));
            self.definition(value.name, name_width, text.trim_end())?;
        }
        self.parts(&if part.is_tag { Vec::new() } else { catalogue::parts_of_type(part.ty) })
    }

    fn parts(&mut self, parts: &[Part]) -> io::Result<()> {
        if !parts.is_empty() {
            self.heading("Members")?;
        }
        for part in parts {
            let remark = format!("{} {}", kind(part), Dates(part.availability));
            self.output.line(&line![
                "  ",
                paint(Style::Bold, part.name),
                "  ",
                paint(Style::Dim, remark.trim_end())
            ])?;
            self.paragraph("      ", &summary(part.description))?;
        }
        Ok(())
    }

    fn title(&mut self, name: &str, remark: &str) -> io::Result<()> {
        self.output.line(&line![paint(Style::Bold, name), "  ", paint(Style::Dim, remark)])
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        self.output.line(&line![])?;
        self.output.line(&line![paint(Style::Bold, text)])
    }

    /// A name, and a text in a column beside it.
    fn definition(&mut self, name: &str, name_width: usize, text: &str) -> io::Result<()> {
        let indent = " ".repeat(name_width + 4);
        let options = textwrap::Options::new(self.width).initial_indent(&indent).subsequent_indent(&indent);
        let lines = textwrap::wrap(text, options);
        let (first, rest) =
            lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.trim_start(), rest));
        let name = format!("{name:<name_width$}");
        self.output.line(&line!["  ", paint(Style::Bold, name), "  ", first])?;
        rest.iter().try_for_each(|text| self.output.line(&line![text]))
    }

    /// All paragraphs of a description.
    fn prose(&mut self, description: &str) -> io::Result<()> {
        for paragraph in paragraphs(description) {
            self.output.line(&line![])?;
            self.paragraph("", &paragraph)?;
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let options = textwrap::Options::new(self.width).initial_indent(indent).subsequent_indent(indent);
        let lines = textwrap::wrap(text, options);
        lines
            .iter()
            .filter(|line| !line.trim().is_empty())
            .try_for_each(|text| self.output.line(&line![text]))
    }

    fn example(&mut self, json: &str) -> io::Result<()> {
        let pretty = Json::parse(json).and_then(|value| serde_json::to_string_pretty(&value).ok());
        let lines = pretty.as_deref().unwrap_or(json).lines();
        lines.into_iter().try_for_each(|text| self.output.line(&line!["  ", paint(Style::Dim, text)]))
    }
}

/// The type of a part, and when it is there.
fn kind(part: &Part) -> String {
    let mut words = vec![catalogue::type_words(part)];
    if part.optional {
        words.push("optional".to_owned());
    }
    if let Some((tag, value)) = part.branch {
        words.push(format!("if {tag} is {value}"));
    }
    words.join("; ")
}

fn describe(limit: RateLimit) -> String {
    let window = match RateLimit::WINDOW.as_secs() {
        1 => "second".to_owned(),
        seconds => format!("{seconds} seconds"),
    };
    let key = match limit.keys {
        [] => String::new(),
        keys => format!(" and {}", keys.join(" and ")),
    };
    let since = limit.since.map(|since| format!(", since QEMU {since}")).unwrap_or_default();
    let exempt = limit.exempt.map(|(member, value)| format!(", but not with {member}={value}"));
    format!("1 per {window}{key}{since}{}", exempt.unwrap_or_default())
}
