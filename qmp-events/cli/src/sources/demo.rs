//! Recordings of real machines, played one after the other without a pause.

use qmp_events::log::Form;

use super::recording::Recording;
use super::{Origin, Report, Source};

/// What QEMU 7.2.22 sent to a client, without its replies: a guest that panics, a disk that fails, a
/// quorum with a bad member, a machine that moves to another host, and a guest with virtio devices.
const RECORDINGS: [(&str, &[u8]); Demo::MACHINES] = [
    ("panic", include_bytes!("demo/panic.qmp")),
    ("disk", include_bytes!("demo/disk.qmp")),
    ("mirror", include_bytes!("demo/mirror.qmp")),
    ("move", include_bytes!("demo/move.qmp")),
    ("guest", include_bytes!("demo/guest.qmp")),
];

/// The recordings.
pub(crate) struct Demo {
    recordings: Vec<Recording>,
    current: usize,
}

impl Demo {
    pub(crate) const MACHINES: usize = 5;

    pub(crate) fn new() -> Self {
        let origin = |label: &str| Origin {
            label: label.to_owned(),
            title: label.to_owned(),
            name: label.to_owned(),
            source: format!("demo:{label}"),
            qemu: None,
        };
        let recordings =
            RECORDINGS.map(|(label, bytes)| Recording::complete(bytes, origin(label), Some(Form::Qmp), None));
        Demo { recordings: recordings.into(), current: 0 }
    }
}

impl Source for Demo {
    fn origins(&self) -> Vec<Origin> {
        self.recordings.iter().flat_map(Source::origins).collect()
    }

    fn next(&mut self) -> Option<Report> {
        let report = self.recordings.get_mut(self.current)?.next()?;
        Some(Report { origin: self.current, ..report })
    }

    async fn wait(&mut self) -> anyhow::Result<bool> {
        self.current += 1;
        Ok(self.current < self.recordings.len())
    }
}
