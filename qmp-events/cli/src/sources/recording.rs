//! Streams that were recorded, or that another program writes: files, a pipe. Memory is bounded by the
//! size limit of a message.

use std::collections::VecDeque;
use std::io::Read;
use std::time::Duration;

use anyhow::Context;
use qmp_events::log::Form;

use super::chunks::Chunks;
use super::messages::Wanted;
use super::stream::Next;
use super::stream::Stream;
use super::{Origin, Report, Source};

/// How long a log must be silent until events are printed that wait for a copy with more about them.
const SILENCE: Duration = Duration::from_millis(500);

/// How many bytes of the beginning are kept.
const BEGINNING: usize = 4 << 10;

/// An input and what its events are marked with.
pub(crate) struct Input {
    pub(crate) origin: Origin,
    pub(crate) open: Box<dyn FnOnce() -> anyhow::Result<Box<dyn Read + Send>>>,
}

/// One or more recorded streams, one after the other.
pub(crate) struct Recording {
    /// Those that are still to be read.
    inputs: VecDeque<Input>,
    form: Option<Form>,
    wanted: Option<Wanted>,
    /// How many events of the inputs before have names that are not wanted.
    left_out: u64,
    chunks: Chunks,
    stream: Stream,
    origins: Vec<Origin>,
    /// The input that is read, as an index into the origins.
    current: usize,
    is_open: bool,
    /// The first bytes that were read.
    beginning: Vec<u8>,
    verdicts: Vec<String>,
    has_barren: bool,
    /// Nothing has come since events were given that waited for more.
    is_silent: bool,
}

impl Recording {
    /// Reads inputs that may be in any form, or must be in one. Of events that are not wanted, if there is a
    /// choice, it reads nothing but the name, and counts them.
    pub(crate) fn new(inputs: Vec<Input>, form: Option<Form>, wanted: Option<Wanted>) -> Self {
        let origins = inputs.iter().map(|input| input.origin.clone()).collect();
        Recording { inputs: inputs.into(), ..Recording::of(origins, form, wanted) }
    }

    /// All of it is at hand.
    pub(crate) fn complete(bytes: &[u8], origin: Origin, form: Option<Form>, wanted: Option<Wanted>) -> Self {
        let mut recording = Recording::of(vec![origin], form, wanted);
        keep_beginning(&mut recording.beginning, bytes);
        recording.stream.push(bytes);
        recording.stream.finish();
        recording.is_open = true;
        recording.close();
        recording
    }

    fn of(origins: Vec<Origin>, form: Option<Form>, wanted: Option<Wanted>) -> Self {
        Recording {
            inputs: VecDeque::new(),
            form,
            stream: Stream::new(form, wanted.clone()),
            wanted,
            left_out: 0,
            chunks: Chunks::none(),
            origins,
            current: 0,
            is_open: false,
            beginning: Vec::new(),
            verdicts: Vec::new(),
            has_barren: false,
            is_silent: true,
        }
    }

    /// How many events have names that are not wanted.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out + self.stream.left_out()
    }

    /// The first bytes that were read.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// What the streams were taken for, once they are [closed](Recording::close).
    pub(crate) fn verdicts(&self) -> &[String] {
        &self.verdicts
    }

    /// Whether there was text without any event in it.
    pub(crate) fn has_barren(&self) -> bool {
        self.has_barren
    }

    /// Goes on to the next input, if there is one.
    fn open_next(&mut self) -> anyhow::Result<bool> {
        let Some(input) = self.inputs.pop_front() else { return Ok(false) };
        self.current = self.origins.len() - self.inputs.len() - 1;
        self.chunks = Chunks::of((input.open)()?);
        self.left_out += self.stream.left_out();
        self.stream = Stream::new(self.form, self.wanted.clone());
        self.is_open = true;
        Ok(true)
    }

    /// Reads no more of the stream that is being read, and says what it was taken for.
    pub(crate) fn close(&mut self) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        self.has_barren |= self.stream.is_barren();
        if let Some(verdict) = self.stream.verdict() {
            let origin = &self.origins[self.current];
            let name = if self.origins.len() > 1 { format!("{}: ", origin.name) } else { String::new() };
            self.verdicts.push(name + &verdict);
        }
    }
}

fn keep_beginning(beginning: &mut Vec<u8>, bytes: &[u8]) {
    let room = BEGINNING - beginning.len();
    beginning.extend_from_slice(&bytes[..room.min(bytes.len())]);
}

impl Source for Recording {
    fn origins(&self) -> Vec<Origin> {
        self.origins.clone()
    }

    fn next(&mut self) -> Option<Report> {
        let Next { news, machine } = self.stream.next()?;
        Some(Report { origin: self.current, machine, news })
    }

    async fn wait(&mut self) -> anyhow::Result<bool> {
        if !self.is_open {
            return self.open_next();
        }
        let chunk = if self.is_silent {
            self.chunks.next().await
        } else {
            match tokio::time::timeout(SILENCE, self.chunks.next()).await {
                Ok(chunk) => chunk,
                Err(_) => {
                    self.stream.flush();
                    self.is_silent = true;
                    return Ok(true);
                }
            }
        };
        match chunk {
            Some(chunk) => {
                let name = &self.origins[self.current].name;
                let bytes = chunk.with_context(|| format!("cannot read {name}"))?;
                keep_beginning(&mut self.beginning, bytes);
                self.stream.push(bytes);
                self.is_silent = false;
            }
            None => {
                self.stream.finish();
                self.close();
            }
        }
        Ok(true)
    }
}
