//! What `watch` and `wait` have in common: running machines, and what happens to their connections.

use std::sync::Arc;

use qmp_events::tokio::{Disconnected, Item, Malformed};
use tokio::runtime::Runtime;

use crate::catalogue::{events, near, suggestion};
use crate::decode::{excerpt, version};
use crate::exit::Exit;
use crate::output::Output;
use crate::palette::{DIM, ERROR, LABEL, WARNING, paint};
use crate::printer::Origin;
use crate::record::Record;
use crate::select::NamePattern;
use crate::text::harmless;

/// A message as it came.
pub(crate) type Json = Arc<[u8]>;

/// A runtime that reads machines in another thread than this one, so that a slow reader of the
/// output never makes a QEMU wait.
pub(crate) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// How a program ends whose connection ended like this.
pub(crate) fn exit_of(cause: &Disconnected) -> Exit {
    match cause {
        Disconnected::HandshakeTimedOut { .. } | Disconnected::Refused(_) => Exit::Protocol,
        cause if cause.is_normal() => Exit::Done,
        _ => Exit::Disconnected,
    }
}

/// What became of an item that a machine's connection gave.
pub(crate) enum Outcome {
    Event(Box<Record>),
    /// It was told to the user.
    Noted,
    Disconnected(Disconnected),
}

/// Makes an event of an item, or tells the user about it.
pub(crate) fn take(
    item: Item<Json>,
    label: &str,
    origin: &mut Origin,
    output: &mut Output,
) -> anyhow::Result<Outcome> {
    let name = paint(LABEL, label);
    match item {
        Item::Event(json) => match Record::decode(&json) {
            Ok(record) => return Ok(Outcome::Event(Box::new(record))),
            Err(error) => note_malformed(label, &error.clone().into(), output)?,
        },
        Item::Connected(greeting) => {
            origin.qemu = version(&greeting);
            output.note(format_args!(
                "{name}: {}",
                paint(DIM, harmless(format_args!("connected to {greeting}")))
            ))?;
        }
        Item::Malformed(malformed) => note_malformed(label, &malformed, output)?,
        Item::Lagged(count) => {
            let text = format_args!("{count} dropped here: the output is read too slowly");
            output.note(format_args!("{name}: {}", paint(WARNING, text)))?;
        }
        Item::Gap(gap) => {
            let text = format_args!("back after a gap, to {}; events may be missing here", gap.peer);
            output.note(format_args!("{name}: {}", paint(WARNING, text)))?;
        }
        Item::Disconnected(cause) => {
            let style = if cause.is_normal() { DIM } else { ERROR };
            output.note(format_args!("{name}: {}", paint(style, harmless(&cause))))?;
            return Ok(Outcome::Disconnected(cause));
        }
        _ => {}
    }
    Ok(Outcome::Noted)
}

fn note_malformed(label: &str, malformed: &Malformed, output: &mut Output) -> anyhow::Result<()> {
    let title = paint(ERROR, "malformed:");
    output.note(format_args!("{}: {title} {}", paint(LABEL, label), harmless(malformed)))?;
    if let Malformed::Event(error) = malformed {
        output.note(paint(DIM, excerpt(error.raw())))?;
    }
    Ok(())
}

/// Tells about names that no known event has: they may be typing errors, or a vendor's.
pub(crate) fn note_unknown_names(patterns: &[NamePattern], output: &mut Output) -> std::io::Result<()> {
    for name in patterns.iter().filter_map(NamePattern::literal) {
        let names = || events().into_iter().map(|info| info.name);
        if !names().any(|known| known == name) {
            let near = suggestion(&near(name, names()));
            let text = format_args!("this build knows no event {name:?}{near}");
            output.note(format_args!("{} {text}", paint(WARNING, "note:")))?;
        }
    }
    Ok(())
}
