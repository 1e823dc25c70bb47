//! `report`: what happened, in words on standard output and as a page in a file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
#[cfg(feature = "nats")]
use std::path::PathBuf;

use anyhow::Context;
use qmp_events::Disconnected;
#[cfg(feature = "nats")]
use qmp_events::tokio::Options;
use tempfile::NamedTempFile;

use super::decode::inputs;
use super::runtime::runtime;
use crate::args::Report;
#[cfg(feature = "nats")]
use crate::broker::server::Servers;
use crate::exit::Exit;
#[cfg(feature = "nats")]
use crate::period::Period;
use crate::record::Record;
use crate::report::page;
use crate::report::story::Story;
#[cfg(feature = "nats")]
use crate::sources::live::Live;
#[cfg(feature = "nats")]
use crate::sources::machines::Machines;
#[cfg(feature = "nats")]
use crate::sources::nats::reading::Reading;
use crate::sources::recording::Recording;
use crate::sources::{News, Source};
use crate::state::words::Tone;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::{count, printable};

pub(crate) fn report(arguments: &Report, output: &mut Output) -> anyhow::Result<Exit> {
    let mut reader = Reader::default();
    #[cfg(feature = "nats")]
    let failure = match published(arguments)? {
        Some(machines) => runtime()?.block_on(async {
            let mut source = Live::open(&[machines], Options::new()).await?;
            reader.period = arguments.reading.period;
            reader.read(&mut source).await
        })?,
        None => runtime()?.block_on(reader.read(&mut recording(arguments)))?,
    };
    #[cfg(not(feature = "nats"))]
    let failure = runtime()?.block_on(reader.read(&mut recording(arguments)))?;
    if let Some(cause) = failure {
        output.note(&line![paint(Style::Error, "error: "), &cause])?;
        return Ok(Exit::from(&cause));
    }
    let Reader { story, malformed, .. } = reader;
    let story = story.finish();
    if malformed > 0 {
        let text = format!("{} malformed; `decode` says which", count(malformed, "message"));
        output.note(&line![paint(Style::Warning, "warning: "), text])?;
    }
    if story.events.is_empty() {
        output.note(&line![paint(Style::Error, "error: "), "no events in the input"])?;
        return Ok(Exit::No);
    }
    write_summary(&story, output)?;
    if let Some(file) = &arguments.output {
        // Which may be standard output by another name.
        output.flush()?;
        write_page(&story, file).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(Exit::Done)
}

/// What a machine is called whose file does not say it.
fn name_of(file: &str) -> String {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| file.to_owned())
}

fn recording(arguments: &Report) -> Recording {
    let mut inputs = inputs(&arguments.files, false);
    inputs.iter_mut().for_each(|input| input.origin.label = name_of(&input.origin.name));
    Recording::new(inputs, arguments.input, None)
}

/// The machines of a broker, if that is the input.
#[cfg(feature = "nats")]
fn published(arguments: &Report) -> anyhow::Result<Option<Machines>> {
    let servers = |file: &PathBuf| file.to_str().filter(|text| Servers::is_meant(text)).map(str::to_owned);
    let Some(servers) = arguments.files.iter().find_map(servers) else {
        anyhow::ensure!(
            !arguments.reading.is_set(),
            "--machine, --since and --until are for nats:// endpoints: `decode` selects from files"
        );
        return Ok(None);
    };
    anyhow::ensure!(arguments.files.len() == 1, "files and a NATS server are not read together");
    let servers = Servers::parse(&servers).map_err(anyhow::Error::msg)?;
    Ok(Some(Machines::published(servers, Reading { is_past: true, ..arguments.reading.clone() })))
}

#[derive(Default)]
struct Reader {
    story: Story,
    malformed: u64,
    #[cfg(feature = "nats")]
    period: Period,
    /// What each machine or file is called.
    names: BTreeMap<usize, String>,
}

impl Reader {
    /// Reads a source to its end; why that could not be reached, if so.
    async fn read(&mut self, source: &mut impl Source) -> anyhow::Result<Option<Disconnected>> {
        let names = source.origins().into_iter().map(|origin| origin.label);
        self.names = names.enumerate().collect();
        loop {
            while let Some(report) = source.next() {
                match report.news {
                    News::Arrived(origin) => drop(self.names.insert(report.origin, origin.label)),
                    // The broker, which is announced before the machines.
                    News::Disconnected(cause) if report.origin == 0 => return Ok(Some(cause)),
                    news => {
                        let known = self.names.get(&report.origin).cloned().unwrap_or_default();
                        self.take(&report.machine.unwrap_or(known), news);
                    }
                }
            }
            if !source.wait().await? {
                return Ok(None);
            }
        }
    }

    fn take(&mut self, name: &str, news: News) {
        match news {
            News::Event { message, logged, .. } => {
                let mut record = Record::new(message);
                record.time = record.time.or(logged);
                #[cfg(feature = "nats")]
                if !self.period.has(&record) {
                    return;
                }
                let machine = self.story.machine(name);
                self.story.tell(machine, &record);
            }
            News::Malformed { .. } | News::Damaged { .. } => self.malformed += 1,
            _ => {}
        }
    }
}

fn write_summary(story: &Story, output: &mut Output) -> io::Result<()> {
    for (index, life) in story.machines.iter().enumerate() {
        if index > 0 {
            output.line(&line![])?;
        }
        output.line(&line![paint(Style::Bold, printable(&life.name))])?;
        for sentence in life.summary() {
            let style = if sentence.tone == Tone::Bad { Style::Error } else { Style::Plain };
            output.line(&line!["  ", paint(style, sentence.text)])?;
        }
    }
    Ok(())
}

/// The page takes the place of the file when it is whole; until then, and if it cannot be written, the
/// file is what it was.
fn write_page(story: &Story, file: &Path) -> io::Result<()> {
    let existing = fs::metadata(file);
    if existing.as_ref().is_ok_and(|existing| !existing.is_file()) {
        // A device or a pipe, which only can be written to.
        return write_to(story, &File::create(file)?);
    }
    // A link stays one: what it leads to is replaced.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let page = new_file(directory.unwrap_or(Path::new(".")))?;
    write_to(story, page.as_file())?;
    if let Ok(existing) = existing {
        page.as_file().set_permissions(existing.permissions())?;
    }
    page.as_file().sync_all()?;
    page.persist(file)?;
    Ok(())
}

/// A file without a name that anyone knows, removed unless it is given one.
fn new_file(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // What the file mode creation mask leaves of it, as for every new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

fn write_to(story: &Story, file: &File) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    page::write(story, &mut file)?;
    file.flush()
}
