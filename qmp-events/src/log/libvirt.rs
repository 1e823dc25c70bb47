//! What libvirt's debug log says around an event.
//!
//! Seen with libvirt from 1.2 to 9.0: the same event is on several lines of different kinds, and only
//! some of them name the monitor.
//!
//! ```text
//! … debug : qemuMonitorJSONIOProcessLine:189 : Line [{…}]
//! … info : qemuMonitorJSONIOProcessLine:203 : QEMU_MONITOR_RECV_EVENT: mon=0x7f… event={…}
//! … info : qemuMonitorIOProcess:364 : QEMU_MONITOR_IO_PROCESS: mon=0x7f… buf={…} len=…
//! … debug : virJSONValueFromString:1844 : string={…}
//! ```

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memmem, memrchr};

use super::text::{line_end, lossy};

/// How much of the text before an event is looked at.
const LABEL: usize = 512;

/// How far before a line the beginning of its buffer is looked for.
const HISTORY: usize = 64 << 10;

/// How many monitors are kept in mind.
const MONITORS: usize = 4096;

/// What libvirt says of an event before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// What kind of line it is. A line of each kind is written at most once for one event.
    pub(super) kind: u64,
    /// The address of the monitor.
    pub(super) monitor: Option<String>,
    /// It shows what was read from the socket, which may end within an event.
    pub(super) is_buffer: bool,
}

impl Label {
    /// Reads the text before an event, up to the line's beginning or the object before.
    pub(super) fn parse(before: &[u8]) -> Option<Label> {
        let before = &before[before.len().saturating_sub(LABEL)..];
        let label = match memmem::rfind(before, b"QEMU_MONITOR_") {
            Some(probe) => &before[probe..],
            None => debug_message(before)?,
        };
        let mut hasher = DefaultHasher::new();
        let words = label.split(|byte| matches!(byte, b' ' | b'=' | b':'));
        let is_counted = |word: &&[u8]| !word.is_empty() && !word[0].is_ascii_digit();
        words.filter(is_counted).for_each(|word| word.hash(&mut hasher));
        let is_buffer = label.ends_with(b"buf=");
        Some(Label { kind: hasher.finish(), monitor: monitor(label), is_buffer })
    }
}

/// The message of a line `…: debug : FUNCTION:LINE : MESSAGE`, from the function on.
fn debug_message(line: &[u8]) -> Option<&[u8]> {
    let levels: [&[u8]; 4] = [b": debug : ", b": info : ", b": warning : ", b": error : "];
    let at = levels.iter().find_map(|level| Some(memmem::find(line, level)? + level.len()))?;
    Some(&line[at..])
}

/// The address after `mon=`, or `mon:` in some messages.
fn monitor(label: &[u8]) -> Option<String> {
    let at = memmem::find(label, b"mon=0x").or_else(|| memmem::find(label, b"mon:0x"))?;
    let address = &label[at + 4..];
    let length = address.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    Some(lossy(&address[..length]))
}

/// What the log says of its monitors, which are told apart by their addresses. An address is used
/// again for another machine when its monitor is gone.
#[derive(Debug, Default)]
pub(super) struct Monitors(HashMap<String, Monitor>);

#[derive(Debug, Default)]
struct Monitor {
    /// How many monitors had this address, this one included.
    uses: u32,
    domain: Option<String>,
}

impl Monitors {
    /// Takes in lines of a log.
    pub(super) fn read(&mut self, lines: &[u8]) {
        static NEW: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"QEMU_MONITOR_NEW: mon="));
        static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"ed monitor (mon="));
        let mut new = NEW.find_iter(lines).peekable();
        let mut name = NAME.find_iter(lines).peekable();
        loop {
            match (new.peek(), name.peek()) {
                (Some(at), other) if other.is_none_or(|other| at < other) => {
                    self.begin(&lines[*at..]);
                    new.next();
                }
                (_, Some(at)) => {
                    self.name(&lines[*at..]);
                    name.next();
                }
                _ => return,
            }
        }
    }

    fn begin(&mut self, text: &[u8]) {
        let Some(address) = monitor(&text[..text.len().min(LABEL)]) else { return };
        let monitor = self.monitor(address);
        *monitor = Monitor { uses: monitor.uses + 1, domain: None };
    }

    /// `Exited monitor (mon=0x… vm=0x… name=NAME)`.
    fn name(&mut self, text: &[u8]) {
        let line = &text[..line_end(&text[..text.len().min(LABEL)], 0)];
        let name = memmem::find(line, b" name=").map(|at| &line[at + 6..]);
        let (Some(name), Some(address)) = (name, monitor(line)) else { return };
        let name = memrchr(b')', name).map_or(name, |end| &name[..end]);
        let monitor = self.known_monitor(address);
        if monitor.domain.as_ref().is_none_or(|known| known.as_bytes() != name) {
            monitor.domain = Some(lossy(name));
        }
    }

    fn monitor(&mut self, address: String) -> &mut Monitor {
        if self.0.len() >= MONITORS && !self.0.contains_key(&address) {
            self.0.clear();
        }
        self.0.entry(address).or_default()
    }

    /// A monitor that is in use: the log may begin after it.
    fn known_monitor(&mut self, address: String) -> &mut Monitor {
        let monitor = self.monitor(address);
        monitor.uses = monitor.uses.max(1);
        monitor
    }

    /// What a monitor is called: its address, numbered if it is not the first with it; and its domain.
    pub(super) fn describe(&mut self, address: &str) -> (String, Option<String>) {
        let Monitor { uses, domain } = self.known_monitor(address.to_owned());
        let name = if *uses > 1 { format!("{address}#{uses}") } else { address.to_owned() };
        (name, domain.clone())
    }
}

/// The label of an event at the beginning of its line that belongs to the buffer shown on a line before:
/// messages in it end with a line break.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Where the last line ended that was looked at, and its label.
    last: Option<(usize, Option<Label>)>,
}

impl Buffers {
    /// Looks for the label of the object at `line`, and keeps in mind that it ends at `end`.
    pub(super) fn label(&mut self, text: &[u8], line: usize, end: usize) -> Option<Label> {
        let label = self.label_before(text, line);
        let next = memchr(b'\n', &text[end..]).map_or(text.len(), |length| end + length + 1);
        self.last = Some((next, label.clone()));
        label
    }

    /// The text before was dropped.
    pub(super) fn shift(&mut self, gone: usize) {
        self.last = self.last.take().and_then(|(end, label)| Some((end.checked_sub(gone)?, label)));
    }

    fn label_before(&self, text: &[u8], mut line: usize) -> Option<Label> {
        let floor = line.saturating_sub(HISTORY);
        loop {
            if let Some((end, label)) = &self.last
                && *end == line
            {
                return label.clone();
            }
            let before = text[..line].strip_suffix(b"}\r\n")?;
            let known = self.last.as_ref().map_or(0, |(end, _)| *end).max(floor).min(before.len());
            line = memrchr(b'\n', &before[known..]).map_or(known, |at| known + at + 1);
            if !text[line..].starts_with(b"{") {
                let brace = memchr(b'{', &before[line..])?;
                return Label::parse(&before[line..line + brace]).filter(|label| label.is_buffer);
            }
            if line <= floor {
                return None;
            }
        }
    }
}
