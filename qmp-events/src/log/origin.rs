//! Of whom an event is, as far as its line says so.

use memchr::memmem;
use serde_json::Value;

use super::text::lossy;
use super::time::LogTime;

/// How much of a line before and after an event is looked at.
const REACH: usize = 1024;

/// Members of records and logfmt that name a domain, best first.
const DOMAIN: [&str; 6] = ["domain", "domain_name", "domainName", "vm", "vm_name", "vmName"];

/// Members that name what wrote the line.
const UNIT: [&str; 7] =
    ["_SYSTEMD_UNIT", "UNIT", "systemd_unit", "unit", "SYSLOG_IDENTIFIER", "component", "service"];

/// Members that name a container.
const CONTAINER: [&str; 8] = [
    "CONTAINER_NAME",
    "container_name",
    "containerName",
    "container",
    "pod_name",
    "pod",
    "CONTAINER_ID",
    "sandbox",
];

/// Members with the time of the line.
const TIME: [&str; 8] = [
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "_SOURCE_REALTIME_TIMESTAMP",
    "__REALTIME_TIMESTAMP",
    "date",
    "datetime",
];

/// Of whom an event is. What the log does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// libvirt's monitor: its address, such as `0x7f196c0322f0`, with `#2` after it when the log uses
    /// the address for a second monitor.
    pub monitor: Option<String>,
    /// The domain's name.
    pub domain: Option<String>,
    /// The systemd unit or the program that wrote the line.
    pub unit: Option<String>,
    /// The container or pod whose log it is.
    pub container: Option<String>,
}

impl Origin {
    /// The name by which to tell the machine apart from others: the most exact part that is known.
    pub fn label(&self) -> Option<&str> {
        let parts = [&self.domain, &self.monitor, &self.container, &self.unit];
        parts.into_iter().flatten().next().map(String::as_str)
    }
}

/// What is around an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    pub(super) origin: Origin,
    pub(super) logged_at: Option<LogTime>,
}

impl Surroundings {
    /// From the text on a line before and after an event.
    pub(super) fn of_line(before: &[u8], after: &[u8]) -> Self {
        let before = &before[..before.len().min(REACH)];
        let after = &after[..after.len().min(REACH)];
        let has_fields = before.contains(&b'=') || after.contains(&b'=');
        let field = |names: &[&str]| {
            let names = if has_fields { names } else { &[] };
            names.iter().find_map(|name| logfmt_value(before, name).or_else(|| logfmt_value(after, name)))
        };
        let origin = Origin {
            monitor: None,
            domain: field(&DOMAIN),
            unit: field(&UNIT).or_else(|| syslog_program(before)),
            container: field(&CONTAINER).or_else(|| container_prefix(before)),
        };
        let logged_at = LogTime::find(before).or_else(|| parse_time(&field(&TIME)?));
        Surroundings { origin, logged_at }
    }

    /// From a record in JSON.
    pub(super) fn of_record(record: &Value) -> Self {
        let member = |names: &[&str]| names.iter().find_map(|name| member_text(record, name));
        let origin = Origin {
            monitor: None,
            domain: member(&DOMAIN),
            unit: member(&UNIT),
            container: member(&CONTAINER),
        };
        Surroundings { origin, logged_at: member(&TIME).and_then(|time| parse_time(&time)) }
    }

    /// With what `other` says in addition.
    pub(super) fn or(self, other: &Surroundings) -> Self {
        let (inner, outer) = (self.origin, other.origin.clone());
        let origin = Origin {
            monitor: inner.monitor.or(outer.monitor),
            domain: inner.domain.or(outer.domain),
            unit: inner.unit.or(outer.unit),
            container: inner.container.or(outer.container),
        };
        Surroundings { origin, logged_at: self.logged_at.or_else(|| other.logged_at.clone()) }
    }
}

fn parse_time(text: &str) -> Option<LogTime> {
    LogTime::parse(text.as_bytes()).or_else(|| LogTime::since_epoch(text))
}

/// A member of a record, or of an object in it, such as `kubernetes.pod_name`.
fn member_text(record: &Value, name: &str) -> Option<String> {
    let members = record.as_object()?;
    let nested = || members.values().find_map(|member| member.as_object()?.get(name));
    match members.get(name).or_else(nested)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The value of `name=value` or `name="value"`.
fn logfmt_value(text: &[u8], name: &str) -> Option<String> {
    let is_field = |&at: &usize| at == 0 || matches!(text[at - 1], b' ' | b'\t');
    let value = memmem::find_iter(text, name)
        .filter(is_field)
        .find_map(|at| text[at + name.len()..].strip_prefix(b"="))?;
    let value = match value.strip_prefix(b"\"") {
        Some(quoted) => &quoted[..memchr::memchr(b'"', quoted)?],
        None => value.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"')).next()?,
    };
    (!value.is_empty()).then(|| lossy(value))
}

/// `PROGRAM` in `Nov 28 08:02:29 HOST PROGRAM[12]: `, or with a time of ISO 8601.
fn syslog_program(line: &[u8]) -> Option<String> {
    // In syslog's own files, the priority may come first: `<134>`.
    let priority = if line.starts_with(b"<") { memchr::memchr(b'>', line)? + 1 } else { 0 };
    let line = &line[priority..];
    let time = LogTime::parse(line)?;
    let mut words = line[time.as_str().len()..].strip_prefix(b" ")?.split(|&byte| byte == b' ');
    let host = words.next()?;
    let program = words.next()?.strip_suffix(b":")?;
    let name = program.split(|&byte| byte == b'[').next()?;
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@' | b'/');
    let are_names = !host.is_empty() && host.iter().all(is_name) && name.iter().all(is_name);
    (are_names && name.iter().any(u8::is_ascii_alphabetic)).then(|| lossy(name))
}

/// `NAME` in `NAME | `, as docker compose writes it, or in `[pod/NAME] `, as kubectl does.
fn container_prefix(line: &[u8]) -> Option<String> {
    if let Some(rest) = line.strip_prefix(b"[pod/") {
        return Some(lossy(&rest[..memchr::memchr(b']', rest)?]));
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = line.iter().take_while(|byte| is_name(byte)).count();
    let rest = line[length..].strip_prefix(b" ")?.trim_ascii_start();
    (length > 0 && rest.starts_with(b"| ")).then(|| lossy(&line[..length]))
}
