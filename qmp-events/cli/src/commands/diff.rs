//! `diff`: how events differ between two releases of QEMU, by what this build knows of both.

use std::collections::BTreeMap;
use std::io;

use qmp_events::Version;
use qmp_events::info::EventInfo;

use crate::args::Diff;
use crate::exit::Exit;
use crate::knowledge::catalogue::{self, Part, summary};
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{BOLD, DIM, ERROR, LIFECYCLE, paint};

/// Types can contain themselves: so deep is looked.
const DEPTH: usize = 8;

/// Everything in one release that a difference can be in, by path.
#[derive(Default)]
struct Surface {
    events: BTreeMap<String, Entry>,
    members: BTreeMap<String, Entry>,
    values: BTreeMap<String, Entry>,
    limits: BTreeMap<String, Entry>,
}

struct Entry {
    /// The path of what has this; empty for events. What is new itself needs no list of its parts.
    owner: String,
    remark: String,
}

pub(crate) fn diff(arguments: &Diff, output: &mut Output) -> anyhow::Result<Exit> {
    let Diff { from, to } = arguments;
    let (old, new) = (Surface::of(*from), Surface::of(*to));
    output.line(&line![paint(BOLD, format_args!("Events of QEMU {to}, compared with {from}"))])?;
    let mut is_same = true;
    for part in Surface::PARTS {
        is_same &= !group(output, "New", part, &new, &old)?;
        is_same &= !group(output, "Removed", part, &old, &new)?;
    }
    if is_same {
        output.line(&line![])?;
        output.line(&line!["No difference that this build knows of."])?;
    }
    Ok(Exit::Done)
}

type PartOfSurface = (&'static str, fn(&Surface) -> &BTreeMap<String, Entry>);

/// Prints what `these` has and `those` has not, and says whether there was anything.
fn group(
    output: &mut Output,
    change: &str,
    (what, entries): PartOfSurface,
    these: &Surface,
    those: &Surface,
) -> io::Result<bool> {
    let is_wanted = |(path, entry): &(&String, &Entry)| {
        !entries(those).contains_key(*path) && (entry.owner.is_empty() || those.has(&entry.owner))
    };
    let only: Vec<_> = entries(these).iter().filter(is_wanted).collect();
    if only.is_empty() {
        return Ok(false);
    }
    output.line(&line![])?;
    output.line(&line![format_args!("{change} {what}")])?;
    let (sign, style) = if change == "New" { ('+', LIFECYCLE) } else { ('-', ERROR) };
    let width = only.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
    for (path, Entry { remark, .. }) in only {
        output.line(&line![
            "  ",
            paint(style, sign),
            format_args!(" {path:<width$}  "),
            paint(DIM, remark)
        ])?;
    }
    Ok(true)
}

impl Surface {
    const PARTS: [PartOfSurface; 4] = [
        ("events", |surface| &surface.events),
        ("members", |surface| &surface.members),
        ("values", |surface| &surface.values),
        ("rate limits", |surface| &surface.limits),
    ];

    fn of(version: Version) -> Self {
        let mut surface = Surface::default();
        for event in catalogue::events().into_iter().filter(|event| event.available_in(version)) {
            surface.add_event(event, version);
        }
        surface
    }

    fn has(&self, owner: &str) -> bool {
        self.events.contains_key(owner) || self.members.contains_key(owner)
    }

    fn add_event(&mut self, event: &'static EventInfo, version: Version) {
        let name = event.name.to_owned();
        let entry = |owner: &str, remark| Entry { owner: owner.to_owned(), remark };
        self.events.insert(name.clone(), entry("", summary(event.description)));
        let limit = event.rate_limit.filter(|limit| limit.since.is_none_or(|since| since <= version));
        if let Some(limit) = limit {
            let keys: Vec<String> = limit.keys.iter().map(|key| format!("per {key}")).collect();
            self.limits.insert(name.clone(), entry(&name, keys.join(" and ")));
        }
        self.add_parts(&name, &catalogue::parts_of_event(event), version, DEPTH);
    }

    fn add_parts(&mut self, owner: &str, parts: &[Part], version: Version, depth: usize) {
        for part in parts.iter().filter(|part| part.availability.available_in(version)) {
            let path = format!("{owner}.{}", part.name);
            for value in catalogue::values_of(part) {
                if value.availability.available_in(version) {
                    let entry = Entry { owner: path.clone(), remark: summary(value.description) };
                    self.values.insert(format!("{path}={}", value.name), entry);
                }
            }
            if !part.is_tag && depth > 0 {
                self.add_parts(&path, &catalogue::parts_of_type(part.ty), version, depth - 1);
            }
            let entry = Entry { owner: owner.to_owned(), remark: catalogue::type_words(part) };
            self.members.insert(path, entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_what_came_before_it_and_is_not_gone() {
        let (old, new) = (Surface::of(Version::new(7, 2)), Surface::of(Version::new(10, 0)));
        assert!(old.events.contains_key("MEM_UNPLUG_ERROR") && !new.events.contains_key("MEM_UNPLUG_ERROR"));
        let path = "BLOCK_IO_ERROR.qom-path";
        assert!(!old.members.contains_key(path) && new.members.contains_key(path));
        assert!(!old.limits.contains_key("BLOCK_IO_ERROR") && new.limits.contains_key("BLOCK_IO_ERROR"));
        assert!(new.values.contains_key("BLOCK_IO_ERROR.action=stop"));
        assert!(new.members.contains_key("GUEST_PANICKED.info.psw-addr"));
        assert!(new.values.contains_key("GUEST_PANICKED.info.type=s390"));
    }
}
