//! Events out of logs, which is where people look the morning after.
//!
//! A [`Reader`] takes bytes, cut as they like, and gives [`Entry`]s: each event once, with the line in
//! which it is, of whom it is, and when the log says it came; and what looks like an event and cannot
//! be read. It does no input or output, and needs not be told what kind of log it is: the [`Form`]s
//! are found by looking, line by line.
//!
//! ```
//! use qmp_events::Event;
//! use qmp_events::log::{Entry, Form, Reader};
//!
//! let mut reader = Reader::new();
//! reader.push(br#"12:00:01.5 info : qemuMonitorJSONIOProcessLine:203 : QEMU_MONITOR_RECV_EVENT: "#);
//! reader.push(br#"mon=0x7f01 event={"timestamp": {"seconds": 1, "microseconds": 5}, "event": "STOP"}"#);
//! reader.finish();
//! let Some(Entry::Event(event)) = reader.next_entry() else { panic!("no event") };
//! assert_eq!((event.line, event.form), (1, Form::Libvirt));
//! assert_eq!(event.origin.monitor.as_deref(), Some("0x7f01"));
//! assert!(matches!(event.decode()?.event, Event::Stop(_)));
//! # Ok::<(), qmp_events::DecodeError>(())
//! ```
//!
//! # What is an event
//!
//! - An object with a string as its `event`, in JSON or in Python's spelling, on one line or on many,
//!   with anything before and after it; inside another format's string or record as well. A line of
//!   `virsh qemu-monitor-event`.
//! - Commands, replies and greetings are skipped whole, with what is in them.
//! - An object whose `event` is not a name of QMP's is another program's, unless
//!   it has a `timestamp` like QMP's.
//! - A time of which a part is not a number, as in test outputs, is unknown.
//! - In libvirt's debug log, an event is on several lines of different kinds. It is given once; an
//!   event that really came twice is given twice.
//!
//! # Costs
//!
//! Lines without the word `event` are searched for it, and nothing else. Time is linear in the bytes,
//! however hostile they are. Memory is bounded by the size limit of a message, and by what one call to
//! [`push`](Reader::push) brings.

mod collector;
mod copies;
mod entry;
mod form;
mod libvirt;
mod origin;
mod rewrite;
mod scanner;
mod text;
mod time;
mod virsh;
mod walk;

use memchr::{memchr, memchr_iter, memrchr};

use collector::{Collector, Page};
pub use entry::{Entry, LoggedEvent, Malformed, Summary};
pub use form::{Form, UnknownForm};
pub use origin::Origin;
pub use time::LogTime;
use walk::{Open, Walk};

/// The size limit of a message, and of the part of a line that is looked at in one piece, if none is
/// set: 1 MiB. The longest event known from a real QEMU has 40 KiB.
pub const DEFAULT_LIMIT: usize = 1 << 20;

/// How far before its line the beginning of an object is looked for.
const HISTORY: usize = 64 << 10;

/// How much is taken in at a time: the search stays in the processor's caches.
const PIECE: usize = 64 << 10;

/// Finds events in a log; see the [module](self).
#[derive(Debug)]
pub struct Reader {
    limit: usize,
    buffer: Vec<u8>,
    /// Bytes of the buffer in which a line's end was looked for.
    scanned: usize,
    /// Where the last complete line ends.
    complete: usize,
    /// What is before it was read.
    done: usize,
    /// What is before it cannot be part of an object.
    floor: usize,
    /// What is before it was searched for libvirt's monitors.
    noted: usize,
    open: Option<Open>,
    lines: Lines,
    collector: Collector,
}

/// The number of the line at a position.
#[derive(Debug)]
struct Lines {
    at: usize,
    number: u64,
}

impl Lines {
    fn number(&mut self, buffer: &[u8], at: usize) -> u64 {
        let count = |bytes| memchr_iter(b'\n', bytes).count() as u64;
        if at >= self.at {
            self.number += count(&buffer[self.at..at]);
        } else {
            self.number -= count(&buffer[at..self.at]);
        }
        self.at = at;
        self.number
    }
}

impl Default for Reader {
    fn default() -> Self {
        Reader::new()
    }
}

impl Reader {
    /// A reader at the beginning of a log.
    pub fn new() -> Self {
        Reader::with_limit(DEFAULT_LIMIT)
    }

    /// A reader with another size limit, in bytes.
    pub fn with_limit(limit: usize) -> Self {
        Reader {
            limit: limit.max(64),
            buffer: Vec::new(),
            scanned: 0,
            complete: 0,
            done: 0,
            floor: 0,
            noted: 0,
            open: None,
            lines: Lines { at: 0, number: 1 },
            collector: Collector::default(),
        }
    }

    /// Gives only events that are written in this form.
    #[must_use]
    pub fn only(mut self, form: Form) -> Self {
        self.collector.form = Some(form);
        self
    }

    /// Takes in the next bytes of the log.
    pub fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.forget();
            self.buffer.extend_from_slice(piece);
            self.find_complete_lines();
            self.read();
        }
    }

    /// The log ends here: its last line is complete, and no copy of an event can come.
    pub fn finish(&mut self) {
        self.complete = self.buffer.len();
        self.read();
        self.end_open_object();
        self.collector.release();
    }

    /// Nothing may come for a while: gives events that wait for a copy on a later line, one that says of
    /// which monitor they are.
    pub fn flush(&mut self) {
        self.collector.release();
    }

    /// The next entry, in the order of the log; nothing if more of the log is needed.
    pub fn next_entry(&mut self) -> Option<Entry> {
        self.collector.next_entry(self.lines.number)
    }

    /// What was seen so far.
    pub fn summary(&self) -> Summary {
        let has_rest = self.buffer[..self.complete].last().is_some_and(|&byte| byte != b'\n');
        Summary { lines: self.lines.number - 1 + u64::from(has_rest), ..self.collector.summary.clone() }
    }

    /// Drops what is not needed any more.
    fn forget(&mut self) {
        let open = self.open.as_ref().map_or(self.done, |open| open.line);
        let gone = open.min(self.done.saturating_sub(HISTORY));
        if gone < 2 * HISTORY && (gone == 0 || gone < self.buffer.len() / 2) {
            return;
        }
        self.buffer.drain(..gone);
        for position in [&mut self.scanned, &mut self.complete, &mut self.done, &mut self.lines.at] {
            *position -= gone;
        }
        self.floor = self.floor.saturating_sub(gone);
        self.noted = self.noted.saturating_sub(gone);
        self.collector.buffers.shift(gone);
        if let Some(open) = &mut self.open {
            open.shift(gone);
        }
    }

    /// A line that is longer than the limit is read in pieces of that length.
    fn find_complete_lines(&mut self) {
        if let Some(newline) = memrchr(b'\n', &self.buffer[self.scanned..]) {
            self.complete = self.scanned + newline + 1;
        }
        self.scanned = self.buffer.len();
        while self.buffer.len() - self.complete >= self.limit {
            self.complete += self.limit;
        }
    }

    fn read(&mut self) {
        while self.done < self.complete {
            let Some((start, end)) = self.next_piece() else { break };
            self.note_monitors(start);
            self.walk(start, end);
            self.done = end;
        }
        self.done = self.complete;
        self.note_monitors(self.complete);
        self.lines.number(&self.buffer, self.complete);
    }

    /// The next line that may have a part of an event, or the part of it within the limit.
    fn next_piece(&self) -> Option<(usize, usize)> {
        let text = &self.buffer[..self.complete];
        let mut start = self.done;
        if self.open.is_none() {
            let hit = text::find_hit(text, self.done)?.at;
            start = memrchr(b'\n', &text[start..hit]).map_or(start, |newline| start + newline + 1);
            start += (hit - start) / self.limit * self.limit;
        }
        let longest = &text[start..text.len().min(start + self.limit)];
        let length = memchr(b'\n', longest).map_or(longest.len(), |newline| newline + 1);
        Some((start, start + length))
    }

    /// Searches whole lines for libvirt's monitors.
    fn note_monitors(&mut self, end: usize) {
        let Some(newline) = memrchr(b'\n', &self.buffer[self.noted.min(end)..end]) else { return };
        let end = self.noted + newline + 1;
        self.collector.monitors.read(&self.buffer[self.noted..end]);
        self.noted = end;
    }

    fn walk(&mut self, start: usize, end: usize) {
        let floor = self.floor.max(start.saturating_sub(HISTORY));
        let mut walk = Walk::new(&self.buffer[..end], start, floor, self.open.take(), self.limit);
        self.collector.forget_record();
        take_all(&mut walk, &mut self.collector, &mut self.lines, self.limit);
        self.floor = walk.floor;
        self.open = walk.into_open();
    }

    fn end_open_object(&mut self) {
        let text = &self.buffer[..self.complete];
        let mut walk = Walk::new(text, self.complete, self.floor, self.open.take(), self.limit);
        while walk.finish() {
            take_all(&mut walk, &mut self.collector, &mut self.lines, self.limit);
        }
        self.lines.number(&self.buffer, self.complete);
    }
}

fn take_all(walk: &mut Walk<'_>, collector: &mut Collector, lines: &mut Lines, limit: usize) {
    let text = walk.text();
    while let Some(finding) = walk.next() {
        let first = lines.number(text, finding.text.start);
        let last = lines.number(text, finding.text.end.max(finding.text.start + 1).min(text.len()) - 1);
        collector.take(Page::new(text, limit, (first, last)), &finding);
    }
}
