//! From findings to entries: what is an event of QMP, written how, of whom, and not seen before.

use std::collections::VecDeque;
use std::ops::Range;

use super::copies::{Copies, Sighting};
use super::entry::{Entry, LoggedEvent, Malformed, Summary};
use super::form::Form;
use super::libvirt::{Buffers, Label, Monitors};
use super::origin::{Origin, Surroundings};
use super::rewrite::{event_to_json, object_to_json, unescape};
use super::text::lossy;
use super::walk::{Finding, Walk, What};
use crate::envelope::Envelope;
use crate::error::DecodeError;

/// How many lines later a copy may come that says of which monitor an event is.
const COPY_DISTANCE: u64 = 1000;

/// Strings in strings in strings: containers' logs of journal records of logfmt.
const NESTING: u32 = 4;

/// How much of a text is shown after the place where it is damaged.
const AFTER_DAMAGE: usize = 80;

/// Entries in the order of the log, and what is needed to make them.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) form: Option<Form>,
    pub(super) summary: Summary,
    pub(super) monitors: Monitors,
    pub(super) buffers: Buffers,
    copies: Copies,
    queue: VecDeque<Slot>,
    /// How many entries have left the queue.
    taken: u64,
    /// The last record that something was found in, and what it says.
    record: Option<(Range<usize>, Surroundings)>,
    last_covered: u64,
}

#[derive(Debug)]
struct Slot {
    entry: Entry,
    /// The last line on which a copy may say more of it.
    waits_until: Option<u64>,
}

/// A text in which something was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'t> {
    pub(super) text: &'t [u8],
    /// The longest message.
    pub(super) limit: usize,
    /// The lines of the log from which the finding is.
    pub(super) lines: (u64, u64),
    /// What is known of the text if it was inside a string.
    outer: Option<&'t Surroundings>,
    nesting: u32,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t [u8], limit: usize, lines: (u64, u64)) -> Self {
        Page { text, limit, lines, outer: None, nesting: 0 }
    }
}

impl Collector {
    /// The next entry, if no later line can say more of it. `line` is the last line that was read.
    pub(super) fn next_entry(&mut self, line: u64) -> Option<Entry> {
        let is_ready = |slot: &&Slot| slot.waits_until.is_none_or(|until| until < line);
        self.queue.front().filter(is_ready)?;
        self.taken += 1;
        self.queue.pop_front().map(|slot| slot.entry)
    }

    /// No entry waits any longer.
    pub(super) fn release(&mut self) {
        self.queue.iter_mut().for_each(|slot| slot.waits_until = None);
    }

    /// A new text begins: positions in the one before mean nothing in it.
    pub(super) fn forget_record(&mut self) {
        self.record = None;
    }

    /// Takes in what was found.
    pub(super) fn take(&mut self, page: Page<'_>, finding: &Finding) {
        match &finding.what {
            What::Foreign => self.summary.foreign(page.lines.0),
            What::Event => self.event(page, finding),
            What::String => self.string(page, finding),
            What::Virsh(header) => {
                let data = object_to_json(&page.text[finding.text.clone()]);
                let surroundings = self.surroundings(page, finding);
                let domain = Some(lossy(header.domain(page.text)));
                let origin = Origin { domain, ..surroundings.origin };
                let surroundings = Surroundings { origin, ..surroundings };
                let message = header.message(&data);
                let result = Envelope::decode(&message).map(drop);
                self.push(page, Form::Virsh, surroundings, None, message, result);
            }
            What::Torn(reason) => self.torn(page, finding, reason),
        }
    }

    fn event(&mut self, page: Page<'_>, finding: &Finding) {
        let object = &page.text[finding.text.clone()];
        let before = &page.text[finding.before.clone()];
        let surroundings = self.surroundings(page, finding);
        let is_inner = finding.text != finding.object;
        let label = if is_inner { None } else { self.label(page, finding) };
        let plain = match label {
            Some(_) => Form::Libvirt,
            None if page.outer.is_some() => Form::String,
            None if before.trim_ascii_end().ends_with(b"<-") => Form::Trace,
            None if is_inner || !before.trim_ascii().is_empty() => Form::Logger,
            None => Form::Qmp,
        };
        let Err(error) = Envelope::decode(object) else {
            return self.push(page, plain, surroundings, label, object.to_vec(), Ok(()));
        };
        let prefix = &page.text[finding.line.min(finding.text.start)..finding.text.start];
        let rewritten = event_to_json(object, prefix);
        let form = match plain {
            Form::Libvirt => Form::Libvirt,
            _ if rewritten.is_python => Form::Python,
            _ if rewritten.has_placeholder => Form::TestOutput,
            _ => plain,
        };
        match Envelope::decode(&rewritten.json).map(drop) {
            Ok(()) => self.push(page, form, surroundings, label, rewritten.json, Ok(())),
            Err(error) if form != plain => {
                self.push(page, form, surroundings, label, rewritten.json, Err(error));
            }
            Err(_) => self.push(page, form, surroundings, label, object.to_vec(), Err(error)),
        }
    }

    /// The text of a string is a text of its own.
    fn string(&mut self, page: Page<'_>, finding: &Finding) {
        if page.nesting >= NESTING {
            return;
        }
        let surroundings = self.surroundings(page, finding);
        let text = unescape(&page.text[finding.text.clone()]);
        let Page { limit, lines, nesting, .. } = page;
        let inner = Page { text: &text, limit, lines, outer: Some(&surroundings), nesting: nesting + 1 };
        let record = self.record.take();
        let mut walk = Walk::new(&text, 0, 0, None, limit);
        loop {
            while let Some(finding) = walk.next() {
                self.take(inner, &finding);
            }
            if !walk.finish() {
                break;
            }
        }
        self.record = record;
    }

    fn torn(&mut self, page: Page<'_>, finding: &Finding, reason: &str) {
        let label = self.label(page, finding);
        if label.as_ref().is_some_and(|label| label.is_buffer) {
            return;
        }
        let Range { start, end } = finding.text;
        let shown = page.text.len().min(end + AFTER_DAMAGE);
        let more = memchr::memchr(b'\n', &page.text[end..shown]).map_or(shown, |length| end + length);
        let text = page.text[start..more].trim_ascii_end();
        let problem = match Envelope::decode(text) {
            Err(error) if text.starts_with(b"{") => format!("{reason}: {error}"),
            _ => reason.to_owned(),
        };
        let form = if label.is_some() { Form::Libvirt } else { Form::Logger };
        let surroundings = self.surroundings(page, finding);
        self.push_malformed(page, form, surroundings.origin, text, problem);
    }

    fn label(&mut self, page: Page<'_>, finding: &Finding) -> Option<Label> {
        let Range { start, end } = finding.before;
        if start < end || page.nesting > 0 || finding.line != finding.text.start {
            return Label::parse(&page.text[start..end]);
        }
        self.buffers.label(page.text, start, finding.object.end)
    }

    fn surroundings(&mut self, page: Page<'_>, finding: &Finding) -> Surroundings {
        let line = finding.line.min(finding.object.start)..finding.object.start;
        let own = match &self.record {
            Some((object, known)) if *object == finding.object => known.clone(),
            _ => self.read_surroundings(page, finding, line),
        };
        match page.outer {
            Some(outer) => own.or(outer),
            None => own,
        }
    }

    fn read_surroundings(&mut self, page: Page<'_>, finding: &Finding, line: Range<usize>) -> Surroundings {
        let after = &page.text[finding.object.end.min(page.text.len())..];
        let end = memchr::memchr(b'\n', &after[..after.len().min(1024)]).unwrap_or(after.len());
        let of_line = Surroundings::of_line(&page.text[line], &after[..end]);
        let is_record = finding.text != finding.object;
        let object = is_record.then(|| object_to_json(&page.text[finding.object.clone()]));
        let known = match object.and_then(|json| serde_json::from_slice(&json).ok()) {
            Some(record) => Surroundings::of_record(&record).or(&of_line),
            None => of_line,
        };
        if is_record {
            self.record = Some((finding.object.clone(), known.clone()));
        }
        known
    }

    fn push(
        &mut self,
        page: Page<'_>,
        form: Form,
        surroundings: Surroundings,
        label: Option<Label>,
        message: Vec<u8>,
        result: Result<(), DecodeError>,
    ) {
        let Surroundings { mut origin, logged_at } = surroundings;
        if let Some(address) = label.as_ref().and_then(|label| label.monitor.as_deref()) {
            let (monitor, domain) = self.monitors.describe(address);
            origin.monitor = Some(monitor);
            origin.domain = domain.or(origin.domain);
        }
        if let Err(error) = result {
            return self.push_malformed(page, form, origin, &message, error.to_string());
        }
        self.cover(page.lines);
        if self.form.is_some_and(|only| only != form) {
            return;
        }
        let number = self.taken + self.queue.len() as u64;
        let mut waits_until = None;
        if let Some(label) = &label {
            match self.copies.count(&message, label.kind, origin.monitor.is_some(), number) {
                Sighting::New if origin.monitor.is_none() => waits_until = Some(page.lines.0 + COPY_DISTANCE),
                Sighting::New => {}
                Sighting::Copy(of) => {
                    self.summary.copies += 1;
                    return self.name(of, page.lines.0, origin);
                }
            }
        }
        self.summary.event(form);
        // Decoding has checked that the text is UTF-8.
        let json = String::from_utf8(message).unwrap_or_default();
        let event = LoggedEvent { line: page.lines.0, form, origin, logged_at, json };
        self.queue.push_back(Slot { entry: Entry::Event(event), waits_until });
    }

    /// A copy says of whom the event with this number is.
    fn name(&mut self, number: Option<u64>, line: u64, origin: Origin) {
        let index = number.and_then(|number| usize::try_from(number.checked_sub(self.taken)?).ok());
        let Some(slot) = index.and_then(|index| self.queue.get_mut(index)) else { return };
        if slot.waits_until.is_some_and(|until| line <= until)
            && let Entry::Event(event) = &mut slot.entry
        {
            event.origin = origin;
            slot.waits_until = None;
        }
    }

    fn push_malformed(&mut self, page: Page<'_>, form: Form, origin: Origin, text: &[u8], problem: String) {
        self.cover(page.lines);
        if self.form.is_some_and(|only| only != form) {
            return;
        }
        self.summary.malformed += 1;
        let malformed = Malformed { line: page.lines.0, origin, text: lossy(text), problem };
        self.queue.push_back(Slot { entry: Entry::Malformed(malformed), waits_until: None });
    }

    /// These lines hold an event, or something like one.
    fn cover(&mut self, (first, last): (u64, u64)) {
        let first = first.max(self.last_covered + 1);
        self.summary.covered_lines += (last + 1).saturating_sub(first);
        self.last_covered = self.last_covered.max(last);
    }
}
