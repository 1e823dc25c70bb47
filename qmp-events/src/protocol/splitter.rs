//! Cuts a byte stream into JSON messages.
//!
//! It must never decode a message, and never fail: what is not a message is skipped and reported.

mod frame;
mod scanner;
mod whole;

use frame::first_key;
pub use frame::{Frame, RawMessage, SkipReason, Skipped};
use scanner::{Scanner, Verdict};
use whole::{WholeEvent, read_event, read_object};

/// The size limit of a message if none is set: 16 MiB. The longest line known from a real QEMU is its
/// reply to `query-qmp-schema`, about 0.2 MiB.
pub const DEFAULT_MESSAGE_LIMIT: usize = 16 << 20;

/// An empty buffer gives its memory back if it is larger than this.
const KEPT_CAPACITY: usize = 4 << 10;

const EXCERPT: usize = 80;

/// Keys that a QMP message can begin with.
const MESSAGE_KEYS: [&[u8]; 7] = [b"QMP", b"timestamp", b"event", b"data", b"return", b"error", b"id"];

/// Cuts a byte stream into JSON messages: push bytes in, take complete messages out.
///
/// A QMP server sends JSON objects, one after the other. A line usually holds one of them, but with
/// `pretty=on` a message spans many lines, and a socket cuts and joins bytes as it likes. So the splitter
/// follows JSON's grammar, not lines. It does no input or output, never decodes a message and never
/// fails; what is not a message is skipped and reported.
///
/// ```
/// use qmp_events::protocol::{Frame, Splitter};
///
/// let mut splitter = Splitter::new();
/// splitter.push(b"{\"event\": \"STOP\"}\r\n{\"event\": ");
/// assert!(matches!(splitter.next_frame(), Some(Frame::Message(m)) if m.json == b"{\"event\": \"STOP\"}"));
/// assert!(splitter.next_frame().is_none());
/// splitter.push(b"\"RESUME\"}\r\n");
/// assert!(matches!(splitter.next_frame(), Some(Frame::Message(m)) if m.line == 2));
/// ```
///
/// # What happens to damaged input
///
/// The first byte that no JSON object could have at its place proves damage. The splitter then
/// continues
///
/// 1. at the first `{` in the first column of a line inside the damaged message (a server begins
///    nothing but messages there, whether it prints them in one line or in many);
/// 2. otherwise at the damage itself, if a `{` or `{"` is right there (a message that was cut off, with
///    the next one in the same line);
/// 3. otherwise after it, at the next `{`.
///
/// In the rest of that line it takes up an object only if its first key is one that QMP messages
/// have, so that the inner objects of a damaged message are not taken for messages. A report ends with
/// the line or before the next message. All of this depends on the bytes alone, never on how they were cut.
///
/// # Costs
///
/// Time is linear in the bytes: an event that QEMU wrote in one line and that has arrived as a whole is read once,
/// and a byte of others, or of damaged input, at most a fixed number of times. Memory is bounded by the size limit and by what one call to
/// [`push`](Self::push) brings; an idle splitter keeps at most 4 KiB.
#[derive(Clone, Debug)]
pub struct Splitter {
    limit: usize,
    buffer: Vec<u8>,
    /// Index in `buffer` of the first byte that is neither handed out nor skipped.
    start: usize,
    /// Index in `buffer` of the first byte that is not read yet.
    read: usize,
    /// Index in `buffer` before which damage was found already.
    damage: usize,
    /// The end of `buffer` when the message at `start` was found to be cut there. When more has come, it is
    /// read once again from its start, which is faster than to go on byte by byte.
    cut: usize,
    /// Position of `buffer[start]` in the stream.
    offset: u64,
    line: u64,
    mode: Mode,
    skipped: Option<Skipped>,
    ended: bool,
}

#[derive(Clone, Debug)]
enum Mode {
    Between,
    Garbage,
    Message(Scanner),
    /// A message over the limit, followed to its end without being kept.
    TooLong(Scanner),
    /// `start..read` is a message that waits until a report is taken.
    Complete,
}

impl Splitter {
    /// A splitter at the beginning of a stream, with the [default limit](DEFAULT_MESSAGE_LIMIT).
    pub fn new() -> Self {
        Self::with_limit(DEFAULT_MESSAGE_LIMIT)
    }

    /// A splitter that skips every message longer than `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Splitter {
            limit,
            buffer: Vec::new(),
            start: 0,
            read: 0,
            damage: 0,
            cut: 0,
            offset: 0,
            line: 1,
            mode: Mode::Between,
            skipped: None,
            ended: false,
        }
    }

    /// Takes the next bytes of the stream, however they were cut. Take all frames before the next push
    /// to keep memory low.
    pub fn push(&mut self, bytes: &[u8]) {
        self.make_room();
        self.buffer.extend_from_slice(bytes);
    }

    /// Where the next bytes of the stream may be appended instead, with room for `length` at least.
    #[cfg(feature = "tokio")]
    pub(crate) fn buffer(&mut self, length: usize) -> &mut Vec<u8> {
        self.make_room();
        self.buffer.reserve(length);
        &mut self.buffer
    }

    /// Says that the stream has ended, so that [`next_frame`](Self::next_frame) reports an unfinished
    /// message.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next message or report, if the bytes so far hold one.
    #[inline]
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        match self.peek().and_then(read_event) {
            Some(event) => Some(Frame::Message(self.take_event(event))),
            None => self.next_other_frame(),
        }
    }

    /// Hands out the event that was read.
    #[inline]
    fn take_event(&mut self, event: WholeEvent) -> RawMessage<'_> {
        let (start, offset, line) = (self.start, self.offset, self.line);
        self.take(event.length);
        let json = &self.buffer[start..self.start];
        RawMessage { json, offset, line, name: json.get(event.name) }
    }

    /// The next message or report, unless an event in QEMU's layout comes next.
    #[inline(never)]
    fn next_other_frame(&mut self) -> Option<Frame<'_>> {
        match self.read_object() {
            Some(length) => Some(Frame::Message(self.hand_out(self.start + length))),
            None => self.scan_frame(),
        }
    }

    /// How long the message is that comes next, if it is whole and may be read at once.
    fn read_object(&mut self) -> Option<usize> {
        let error = match read_object(self.peek()?) {
            Ok(length) => return Some(length),
            Err(error) => error,
        };
        let is_first_attempt = self.cut <= self.start;
        let is_cut = is_first_attempt && self.start + error.read == self.buffer.len();
        self.cut = if is_cut { self.buffer.len() } else { 0 };
        None
    }

    /// The next message or report, byte by byte.
    fn scan_frame(&mut self) -> Option<Frame<'_>> {
        loop {
            match self.mode {
                Mode::Between => self.begin()?,
                Mode::Garbage => self.skip_garbage(),
                Mode::Message(_) => self.continue_message(),
                Mode::TooLong(_) => self.discard_message(),
                Mode::Complete => {}
            }
            if self.is_report_due() {
                return self.skipped.take().map(Frame::Skipped);
            }
            match self.mode {
                Mode::Complete => return Some(Frame::Message(self.hand_out(self.read))),
                Mode::Garbage | Mode::Message(_) | Mode::TooLong(_) if self.read == self.buffer.len() => {
                    return None;
                }
                _ => {}
            }
        }
    }

    /// What comes next as far as a message may reach, where one may begin: nothing is being skipped, and
    /// there is more than what was found to be cut.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<&[u8]> {
        if !matches!(self.mode, Mode::Between) || self.skipped.is_some() {
            return None;
        }
        self.skip_white_space();
        let end = self.buffer.len().min(self.start.saturating_add(self.limit));
        (!self.waits()).then(|| &self.buffer[self.start..end])
    }

    /// The bytes of the stream before what comes next, and its line.
    #[inline]
    pub(super) fn place(&self) -> (u64, u64) {
        (self.offset, self.line)
    }

    /// Whether the message that comes next is cut, and may be whole with what comes after it.
    fn waits(&self) -> bool {
        self.cut > self.start && self.cut == self.buffer.len() && !self.ended
    }

    /// Takes the message of this length that comes next, within one line.
    #[inline]
    pub(super) fn take(&mut self, length: usize) {
        self.offset += length as u64;
        self.start += length;
        self.read = self.start;
    }

    /// Skips white space and decides what begins after it; `None` if nothing does.
    fn begin(&mut self) -> Option<()> {
        self.skip_white_space();
        self.mode = match self.buffer.get(self.start) {
            None => {
                self.make_room();
                return None;
            }
            Some(b'{') if self.waits() => return None,
            Some(b'{') => Mode::Message(Scanner::new()),
            Some(_) => Mode::Garbage,
        };
        Some(())
    }

    #[inline]
    fn skip_white_space(&mut self) {
        // Mostly nothing but a line's end is between two messages.
        let line_end = match &self.buffer[self.start..] {
            [b'{', ..] => 0,
            [b'\n', b'{', ..] => 1,
            [b'\r', b'\n', b'{', ..] => 2,
            _ => return self.skip_any_white_space(),
        };
        self.line += u64::from(line_end > 0);
        self.take(line_end);
    }

    #[inline(never)]
    fn skip_any_white_space(&mut self) {
        let start = self.start;
        while let Some(space) = self.buffer.get(self.start).filter(|byte| byte.is_ascii_whitespace()) {
            self.line += u64::from(*space == b'\n');
            self.start += 1;
        }
        self.offset += (self.start - start) as u64;
        self.read = self.start;
    }

    fn skip_garbage(&mut self) {
        let rest = &self.buffer[self.read..];
        match rest.iter().position(|&b| b == b'{' || b == b'\n') {
            Some(at) => {
                let line_end = usize::from(rest[at] == b'\n');
                self.skip_to(self.read + at + line_end, SkipReason::NotAMessage);
                self.mode = Mode::Between;
            }
            None => self.skip_to(self.buffer.len(), SkipReason::NotAMessage),
        }
    }

    fn continue_message(&mut self) {
        let Mode::Message(scanner) = &mut self.mode else { return };
        let end = self.buffer.len().min(self.start.saturating_add(self.limit).saturating_add(1));
        let (length, verdict) = scanner.scan(&self.buffer[self.read..end]);
        self.read += length;
        match verdict {
            _ if self.read - self.start > self.limit => self.give_up_message(verdict),
            Verdict::Complete if self.is_trusted() => self.mode = Mode::Complete,
            Verdict::Complete => {
                self.skip_to(self.read, SkipReason::NotAMessage);
                self.mode = Mode::Garbage;
            }
            Verdict::Damaged => self.resynchronise(SkipReason::NotAMessage),
            Verdict::Open if self.ended => self.resynchronise(SkipReason::Incomplete),
            Verdict::Open => {}
        }
    }

    fn give_up_message(&mut self, verdict: Verdict) {
        let scanner = match std::mem::replace(&mut self.mode, Mode::Between) {
            Mode::Message(scanner) if verdict != Verdict::Complete => scanner,
            _ => return self.skip_to(self.read, SkipReason::TooLong { limit: self.limit }),
        };
        self.skip_to(self.read, SkipReason::TooLong { limit: self.limit });
        self.mode = Mode::TooLong(scanner);
    }

    fn discard_message(&mut self) {
        let Mode::TooLong(scanner) = &mut self.mode else { return };
        let (length, verdict) = scanner.scan(&self.buffer[self.read..]);
        let is_too_deep = scanner.depth() > self.limit.max(KEPT_CAPACITY);
        self.skip_to(self.read + length, SkipReason::TooLong { limit: self.limit });
        match verdict {
            Verdict::Complete => self.mode = Mode::Between,
            Verdict::Damaged => self.mode = Mode::Garbage,
            Verdict::Open if is_too_deep => self.mode = Mode::Garbage,
            Verdict::Open => {}
        }
    }

    /// Whether `start..read` is a message: right after garbage it might be an inner object of a damaged one.
    fn is_trusted(&self) -> bool {
        self.skipped.is_none() || {
            let key = first_key(&self.buffer[self.start..self.read]);
            key.is_some_and(|key| MESSAGE_KEYS.contains(&key))
        }
    }

    /// Continues after damage at `read`; the rule is in the documentation of [`Splitter`].
    fn resynchronise(&mut self, reason: SkipReason) {
        let from = self.damage.max(self.start + 1);
        let damage = self.read;
        self.damage = damage;
        let at_damage = |distance: usize| damage.checked_sub(distance).filter(|&at| at >= from);
        let brace = |at: &usize| self.buffer.get(*at) == Some(&b'{');
        let restart = self.first_column_brace(from).or_else(|| {
            let after_quote = || (self.buffer.get(damage.wrapping_sub(1)) == Some(&b'"')).then_some(2);
            let candidates = [Some(0), Some(1), after_quote()];
            candidates.into_iter().flatten().filter_map(at_damage).find(brace)
        });
        match restart {
            Some(at) => {
                self.skip_to(at, reason);
                self.mode = Mode::Between;
            }
            None => {
                self.skip_to(damage, reason);
                self.mode = Mode::Garbage;
            }
        }
    }

    fn first_column_brace(&self, from: usize) -> Option<usize> {
        let end = self.buffer.len().min(self.read + 1);
        let window = self.buffer.get(from - 1..end)?;
        window.windows(2).position(|pair| pair == b"\n{").map(|at| from + at)
    }

    /// A report ends with its line, before the next message, or with the stream.
    fn is_report_due(&self) -> bool {
        let Some(skipped) = &self.skipped else { return false };
        match self.mode {
            Mode::Complete => true,
            Mode::Between => {
                let ends_line = self.start > 0 && self.buffer[self.start - 1] == b'\n';
                let is_too_long = matches!(skipped.reason, SkipReason::TooLong { .. });
                ends_line || is_too_long || (self.ended && self.start == self.buffer.len())
            }
            Mode::Garbage | Mode::TooLong(_) => self.ended && self.start == self.buffer.len(),
            Mode::Message(_) => false,
        }
    }

    /// Hands out the message that reaches to `end`.
    fn hand_out(&mut self, end: usize) -> RawMessage<'_> {
        let (start, offset, line) = (self.start, self.offset, self.line);
        self.advance_to(end);
        self.mode = Mode::Between;
        RawMessage { json: &self.buffer[start..end], offset, line, name: None }
    }

    fn skip_to(&mut self, end: usize, reason: SkipReason) {
        let bytes = &self.buffer[self.start..end];
        if bytes.is_empty() {
            return;
        }
        let skipped = self.skipped.get_or_insert_with(|| Skipped {
            offset: self.offset,
            line: self.line,
            length: 0,
            excerpt: Vec::new(),
            reason,
        });
        skipped.length += bytes.len() as u64;
        if reason != SkipReason::NotAMessage {
            skipped.reason = reason;
        }
        let room = EXCERPT.saturating_sub(skipped.excerpt.len()).min(bytes.len());
        skipped.excerpt.extend_from_slice(&bytes[..room]);
        self.advance_to(end);
    }

    fn advance_to(&mut self, end: usize) {
        let bytes = &self.buffer[self.start..end];
        self.offset += bytes.len() as u64;
        self.line += bytes.iter().filter(|&&b| b == b'\n').count() as u64;
        (self.start, self.read) = (end, end);
    }

    /// Gives back what was handed out, at a cost that is constant per byte.
    fn make_room(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(KEPT_CAPACITY);
        } else if self.start >= self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
        } else {
            return;
        }
        self.read -= self.start;
        self.damage = self.damage.saturating_sub(self.start);
        self.cut = self.cut.saturating_sub(self.start);
        self.start = 0;
    }
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new()
    }
}
