//! `schema`: a JSON Schema of messages.

use std::io::Write as _;

use anyhow::bail;
use qmp_events_reference::{Reference, Release, Scope, any_event_schema, event_schema};

use crate::args::Schema;
use crate::exit::Exit;
use crate::knowledge::catalogue::{events, find_event, near, suggestion};
use crate::knowledge::published;
use crate::terminal::output::Output;

pub(crate) fn schema(arguments: &Schema, output: &mut Output) -> anyhow::Result<Exit> {
    let reference = Reference::built_in();
    let scope = match arguments.qemu {
        Some(version) => Scope::Release(covered(reference, &version.to_string())?),
        None => Scope::Any,
    };
    let schema = match &arguments.event {
        None => any_event_schema(reference, scope),
        Some(name) => {
            let known = find_event(name).and_then(|info| published::event(info.name));
            let Some(event) = known else {
                let names = events().into_iter().map(|info| info.name);
                bail!("this build knows no event {name:?}{}", suggestion(&near(name, names)));
            };
            if !event.lifetime.is_in(scope) {
                bail!("QEMU {scope} does not have {}", event.name);
            }
            event_schema(reference, event, scope)
        }
    };
    output.write_all(schema.to_file().as_bytes())?;
    Ok(Exit::Done)
}

fn covered(reference: &Reference, version: &str) -> anyhow::Result<Release> {
    let release: Release = version.parse()?;
    if let (false, [first, .., last]) = (reference.releases.contains(&release), &reference.releases[..]) {
        bail!(
            "schemas are exact for releases from QEMU {first} to {last}, and there is no {release} among them"
        );
    }
    Ok(release)
}
