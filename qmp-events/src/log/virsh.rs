//! What `virsh qemu-monitor-event` prints: a line, and with `--pretty` the data on lines after it.
//!
//! Seen with libvirt 9.0, and in older ones without quotes around the domain:
//!
//! ```text
//! event RESUME at 1795852949.313773 for domain 'web': <null>
//! 2026-11-28 08:02:29.318+0000: event RESUME for domain 'web': <null>
//! ```

use std::fmt::Write;
use std::ops::Range;

use memchr::memmem;

use super::text::is_event_name;
use crate::timestamp::Timestamp;

/// How long the part before the data may be: the names of files limit those of domains to 255 bytes.
const LONGEST: usize = 1024;

/// The part of a line before the data.
#[derive(Clone, Debug)]
pub(super) struct Header {
    name: String,
    timestamp: Option<Timestamp>,
    is_quoted: bool,
    domain: Range<usize>,
}

impl Header {
    /// Reads on from the word `event` in a text that ends with the line.
    pub(super) fn parse(text: &[u8], word: usize) -> Option<Header> {
        let end = text.len().min(word + LONGEST);
        let rest = text[word..end].strip_prefix(b"event ")?;
        let length = rest.iter().position(|&byte| byte == b' ')?;
        let (name, rest) = rest.split_at(length);
        if !is_event_name(name) {
            return None;
        }
        let (timestamp, rest) = match rest.strip_prefix(b" at ") {
            Some(rest) => {
                let length = rest.iter().position(|&byte| byte == b' ')?;
                (Some(parse_time(&rest[..length])?), &rest[length..])
            }
            None => (None, rest),
        };
        let domain = rest.strip_prefix(b" for domain ")?;
        let is_quoted = domain.first() == Some(&b'\'');
        let start = end - domain.len() + usize::from(is_quoted);
        let name = String::from_utf8_lossy(name).into_owned();
        Some(Header { name, timestamp: timestamp.flatten(), is_quoted, domain: start..end })
    }

    /// Where the data may begin. A domain's name can hold everything that ends it, so that only the
    /// data tell which of them it is.
    pub(super) fn data_candidates<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = usize> + use<'t> {
        let separator: &[u8] = if self.is_quoted { b"': " } else { b": " };
        let Range { start, end } = self.domain;
        let begins = move |&data: &usize| matches!(text.get(data), Some(b'<' | b'{'));
        memmem::find_iter(&text[start..end], separator)
            .map(move |at| start + at + separator.len())
            .filter(begins)
    }

    /// With the domain's name that ends before the data.
    pub(super) fn ending_at(&self, data: usize) -> Header {
        let end = data - if self.is_quoted { 3 } else { 2 };
        Header { domain: self.domain.start..end, ..self.clone() }
    }

    pub(super) fn domain<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.domain.clone()).unwrap_or_default()
    }

    /// The same when the text before was dropped.
    pub(super) fn shift(&mut self, gone: usize) {
        self.domain = self.domain.start - gone..self.domain.end - gone;
    }

    /// The event as QEMU writes it, with this data.
    pub(super) fn message(&self, data: &[u8]) -> Vec<u8> {
        let mut opening = String::from("{");
        if let Some(Timestamp { seconds, microseconds }) = self.timestamp {
            let _ =
                write!(opening, r#""timestamp": {{"seconds": {seconds}, "microseconds": {microseconds}}}, "#);
        }
        let _ = write!(opening, r#""event": "{}""#, self.name);
        let mut message = opening.into_bytes();
        if !data.is_empty() {
            message.extend_from_slice(b", \"data\": ");
            message.extend_from_slice(data);
        }
        message.push(b'}');
        message
    }
}

/// `SECONDS.MICROSECONDS`. QEMU's -1 for a clock that it could not read comes as an unsigned number.
fn parse_time(text: &[u8]) -> Option<Option<Timestamp>> {
    let (seconds, microseconds) = std::str::from_utf8(text).ok()?.split_once('.')?;
    let time = Timestamp { seconds: seconds.parse().ok()?, microseconds: microseconds.parse().ok()? };
    Some(Some(time).filter(|time| time.seconds >= 0 && (0..1_000_000).contains(&time.microseconds)))
}
