//! `decode`: events out of a stream of messages that somebody kept. Memory stays bounded, however
//! long the stream is.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use anyhow::Context;
use qmp_events::Version;
use qmp_events::server_message::{Greeting, ServerMessage};
use qmp_events::splitter::{Frame, RawMessage, Splitter};

use crate::args::{Decode, Selection};
use crate::cloud_events::uri_reference;
use crate::exit::Exit;
use crate::output::Output;
use crate::palette::{DIM, ERROR, paint};
use crate::printer::{Origin, Printer};
use crate::record::Record;
use crate::tally::Tally;
use crate::text::harmless;

/// How much of a malformed message is shown, in characters.
const EXCERPT: usize = 160;

pub(crate) fn decode(arguments: &Decode, output: &mut Output) -> anyhow::Result<Exit> {
    let (input, source) = open(&arguments.file)?;
    let mut reader = Reader {
        selection: &arguments.selection,
        printer: Printer::new(&arguments.display, []),
        origin: Origin { source, ..Origin::default() },
        tally: Tally::default(),
        output,
    };
    reader.read(input).with_context(|| format!("cannot read {}", arguments.file.display()))?;
    let tally = reader.tally;
    output.note(&tally)?;
    Ok(if arguments.strict && !tally.is_clean() { Exit::No } else { Exit::Done })
}

fn open(file: &Path) -> anyhow::Result<(Box<dyn Read>, String)> {
    if file.as_os_str() == "-" {
        return Ok((Box::new(io::stdin().lock()), "stdin".to_owned()));
    }
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    Ok((Box::new(input), uri_reference(&file.to_string_lossy())))
}

/// Reads a stream, prints its events and counts them.
pub(crate) struct Reader<'a> {
    pub(crate) selection: &'a Selection,
    pub(crate) printer: Printer,
    pub(crate) origin: Origin,
    pub(crate) tally: Tally,
    pub(crate) output: &'a mut Output,
}

impl Reader<'_> {
    pub(crate) fn read(&mut self, mut input: impl Read) -> io::Result<()> {
        let mut splitter = Splitter::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = match input.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            match count {
                0 => splitter.finish(),
                count => splitter.push(&buffer[..count]),
            }
            while let Some(frame) = splitter.next_frame() {
                match frame {
                    Frame::Message(message) => self.message(message)?,
                    Frame::Skipped(skipped) => {
                        self.tally.malformed(skipped.line);
                        self.output.note(format_args!("{} {skipped}", paint(ERROR, "malformed:")))?;
                    }
                }
            }
            if count == 0 {
                return self.output.flush();
            }
        }
    }

    fn message(&mut self, message: RawMessage<'_>) -> io::Result<()> {
        let RawMessage { json, line, offset } = message;
        match ServerMessage::classify(json) {
            ServerMessage::Event(_) => match Record::decode(json) {
                Ok(record) => self.event(&record, line, offset),
                Err(error) => self.malformed(line, &error, error.raw()),
            },
            ServerMessage::Greeting(greeting) => {
                self.origin.qemu = version(&greeting);
                Ok(())
            }
            ServerMessage::Reply(_) => Ok(()),
            ServerMessage::Unrecognised(message) => {
                let raw = String::from_utf8_lossy(message.json);
                self.malformed(line, &format_args!("no QMP message: {}", message.problem), &raw)
            }
            _ => Ok(()),
        }
    }

    fn event(&mut self, record: &Record, line: u64, offset: u64) -> io::Result<()> {
        self.tally.event(record, line);
        if self.selection.takes(record) {
            self.printer.print(self.output, &self.origin, &offset.to_string(), record)?;
        }
        Ok(())
    }

    fn malformed(&mut self, line: u64, problem: &dyn std::fmt::Display, raw: &str) -> io::Result<()> {
        self.tally.malformed(line);
        let title = paint(ERROR, format_args!("malformed: line {line}:")).to_string();
        self.output.note(format_args!("{title} {}", harmless(problem)))?;
        self.output.note(paint(DIM, excerpt(raw)))
    }
}

/// The release of the QEMU that greeted.
pub(crate) fn version(greeting: &Greeting) -> Option<Version> {
    let version = greeting.version?;
    let number = |number: u32| u16::try_from(number).ok();
    Some(Version::new(number(version.major)?, number(version.minor)?))
}

/// The beginning of a message, on one line and without harm.
pub(crate) fn excerpt(raw: &str) -> String {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let text = words.join(" ");
    let shown: String = text.chars().take(EXCERPT).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("  {}{more}", harmless(shown))
}
