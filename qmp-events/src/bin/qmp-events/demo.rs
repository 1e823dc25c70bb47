//! `watch --demo`: recordings of real machines, played as if they came in. It waits for nothing.

use crate::args::Watch;
use crate::decode::Reader;
use crate::exit::Exit;
use crate::output::Output;
use crate::palette::{DIM, paint};
use crate::printer::{Origin, Printer};
use crate::tally::Tally;

/// What QEMU 7.2.22 said to a client, without its replies: a guest that panics, a disk that fails, a
/// quorum with a bad member, a machine that moves to another host, and a guest with virtio devices.
const RECORDINGS: [(&str, &[u8]); 5] = [
    ("panic", include_bytes!("demo/panic.qmp")),
    ("disk", include_bytes!("demo/disk.qmp")),
    ("mirror", include_bytes!("demo/mirror.qmp")),
    ("move", include_bytes!("demo/move.qmp")),
    ("guest", include_bytes!("demo/guest.qmp")),
];

pub(crate) fn play(arguments: &Watch, output: &mut Output) -> anyhow::Result<Exit> {
    let mut reader = Reader {
        selection: &arguments.selection,
        printer: Printer::new(&arguments.display, RECORDINGS.map(|(label, _)| label)),
        origin: Origin::default(),
        tally: Tally::default(),
        output,
    };
    for (label, recording) in RECORDINGS {
        reader.origin = Origin { label: label.to_owned(), source: format!("demo:{label}"), qemu: None };
        reader.read(recording)?;
    }
    let summary = format!("{}; from {} machines that were recorded", reader.tally, RECORDINGS.len());
    reader.output.note(paint(DIM, summary))?;
    Ok(Exit::Done)
}
