//! Sources of machines that come and go while others are read.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, anyhow};
use qmp_events::tokio::Options;

use super::arrivals::{Arrivals, Dismissal};
use super::machines::Machines;
use super::uri::uri_reference;

/// The sources that are wanted now. Its machines are told as long as it lives, and to their ends after that.
pub(crate) struct Roster {
    arrivals: Arrivals,
    options: Options,
    current: Vec<(Machines, Dismissal)>,
}

impl Roster {
    pub(super) fn new(arrivals: Arrivals, options: Options) -> Self {
        Roster { arrivals, options, current: Vec::new() }
    }

    /// Begins to read the sources that are new, and dismisses those that are not wanted any more; nothing happens to
    /// all others. Gives why some cannot begin.
    pub(crate) async fn set(&mut self, wanted: &[Machines]) -> Vec<anyhow::Error> {
        let gone = self.current.extract_if(.., |(source, _)| !wanted.contains(source));
        let closing: Vec<_> = gone.map(|(_, dismissal)| dismissal.dismiss()).collect();
        // A new source may listen on the same socket. The ends of machines are not waited for.
        for closing in closing {
            closing.done().await;
        }
        let mut failures = Vec::new();
        for source in wanted {
            if self.current.iter().any(|(current, _)| current == source) {
                continue;
            }
            match self.start(source).await {
                Ok(dismissal) => self.current.push((source.clone(), dismissal)),
                Err(error) => failures.push(error),
            }
        }
        failures
    }

    /// Dismisses all. What is read of them ends when everything is told.
    pub(crate) fn dismiss(self) {
        for (_, dismissal) in self.current {
            dismissal.dismiss();
        }
    }

    async fn start(&self, source: &Machines) -> anyhow::Result<Dismissal> {
        let (arrivals, dismissal) = self.arrivals.dismissible();
        match source.named() {
            None => source.start(&arrivals, self.options).await?,
            Some(machine) => {
                let options = self.options;
                tokio::spawn(async move {
                    let name = machine.endpoint.to_string();
                    let source = uri_reference(&name);
                    let announced = arrivals.announce(&machine.label, name, source).await?;
                    let (client, items) = machine.endpoint.start(&options);
                    announced.reachable(client.clone()).await.then_some(())?;
                    announced.serve(&client, items.raw()).await
                });
            }
        }
        Ok(dismissal)
    }
}

/// Reads a file with a source a line, as the command line has them. Empty lines and those that begin with `#` are
/// skipped.
///
/// # Errors
///
/// If the file cannot be read, or a line is not understood or names a broker; the error says which.
pub(crate) fn read_endpoints(path: &Path) -> anyhow::Result<Vec<Machines>> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with(b"#"));
    let read = |(line, number): (&[u8], u32)| {
        let place = || format!("{}:{number}", path.display());
        let source = os_str(line).ok_or_else(|| anyhow!("not UTF-8")).with_context(place)?;
        let source = Machines::parse(source).map_err(|error| anyhow!(error)).with_context(place)?;
        source.ensure_kept().with_context(place)?;
        Ok(source)
    };
    lines.map(read).collect()
}

#[cfg(unix)]
fn os_str(line: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(line))
}

#[cfg(not(unix))]
fn os_str(line: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(line).ok().map(OsStr::new)
}
