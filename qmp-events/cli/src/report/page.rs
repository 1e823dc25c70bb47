//! The story as a page of its own: it loads nothing, and everything that comes from events stays text.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::span::{JobSpan, MigrationSpan, Moment, RunSpan};
use super::story::{Mark, Story};
use super::summary::Sentence;
use crate::knowledge::severity::Severity;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page's script reads.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Data<'a> {
    machines: Vec<Lane<'a>>,
    events: Vec<Row<'a>>,
    left_out: u64,
}

#[derive(Serialize)]
struct Lane<'a> {
    name: &'a str,
    from: i64,
    to: i64,
    runs: &'a [RunSpan],
    jobs: &'a [JobSpan],
    migrations: &'a [MigrationSpan],
    end: Option<&'a Moment>,
    summary: Vec<Sentence>,
}

/// `[machine, at, name, severity, details]`, and the time if it is another one: there are many.
struct Row<'a>(&'a Mark);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Mark { machine, at, time, name, severity, details } = self.0;
        let severity = match severity {
            Severity::Unknown => "unknown",
            Severity::Notice => "notice",
            Severity::Lifecycle => "lifecycle",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let mut row = serializer.serialize_seq(None)?;
        row.serialize_element(machine)?;
        row.serialize_element(at)?;
        for text in [name, severity, details] {
            row.serialize_element(text)?;
        }
        if *time != Some(*at) {
            row.serialize_element(time)?;
        }
        row.end()
    }
}

/// Writes the page.
pub(crate) fn write(story: &Story, output: &mut impl Write) -> io::Result<()> {
    let lanes = story.machines.iter().map(|life| Lane {
        name: &life.name,
        from: life.from,
        to: life.to,
        runs: &life.runs,
        jobs: &life.jobs,
        migrations: &life.migrations,
        end: life.end.as_ref(),
        summary: life.summary(),
    });
    let events = story.events.iter().map(Row).collect();
    let data = Data { machines: lanes.collect(), events, left_out: story.left_out };
    // Inside of a script element, only `<` can end it; in JSON it appears in texts only.
    let data = serde_json::to_string(&data)?.replace('<', "\\u003c");
    let mut rest = PAGE;
    for (place, text) in [("/*STYLE*/", STYLE), ("/*DATA*/", data.as_str()), ("/*SCRIPT*/", SCRIPT)] {
        let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
        output.write_all(before.as_bytes())?;
        output.write_all(text.as_bytes())?;
        rest = after;
    }
    output.write_all(rest.as_bytes())
}
