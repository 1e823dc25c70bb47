//! Names on the command line that no known event has.

use crate::knowledge::catalogue::{events, near, suggestion};
use crate::selection::NamePattern;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

/// Warns of names that no known event has: they may be typing errors, or a vendor's.
pub(super) fn note_unknown_names<'a>(
    patterns: impl IntoIterator<Item = &'a NamePattern>,
    output: &mut Output,
) -> std::io::Result<()> {
    for name in patterns.into_iter().filter_map(NamePattern::literal) {
        let names = || events().into_iter().map(|info| info.name);
        if !names().any(|known| known == name) {
            let near = suggestion(&near(name, names()));
            let text = format_args!("this build knows no event {name:?}{near}");
            output.note(&line![paint(Style::Warning, "note: "), text])?;
        }
    }
    Ok(())
}
