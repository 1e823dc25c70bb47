//! What a server says to its clients.

use crate::protocol::{CommandError, Greeting};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// The event that tells a client how many events it has missed. Its name is one of a vendor's, by QAPI's rules.
const LAGGED: &str = "__org.qmp-events_LAGGED";

const LINE_END: &[u8] = b"\r\n";

/// Why a command has no result, as QMP's error classes have it.
#[derive(Debug)]
pub(super) struct Refusal {
    class: String,
    description: String,
}

impl Refusal {
    pub(super) fn generic(description: impl ToString) -> Self {
        Refusal { class: "GenericError".to_owned(), description: description.to_string() }
    }

    pub(super) fn not_found(description: impl ToString) -> Self {
        Refusal { class: "CommandNotFound".to_owned(), description: description.to_string() }
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused { class, description } => Refusal { class, description },
            other => Refusal::generic(other),
        }
    }
}

pub(super) fn write_greeting(greeting: &Greeting, output: &mut Vec<u8>) {
    // Out-of-band commands would overtake those of other clients.
    let mut offered = greeting.clone();
    offered.capabilities.retain(|capability| capability != "oob");
    write_line(format!("{{\"QMP\": {}}}", json!(offered)).as_bytes(), output);
}

/// Writes what a command returned, as JSON text, or why it did not. `id` is the JSON text that came with it.
pub(super) fn write_reply(id: Option<&str>, result: Result<&str, &Refusal>, output: &mut Vec<u8>) {
    let content = match result {
        Ok(returned) => format!("\"return\": {returned}"),
        Err(Refusal { class, description }) => {
            format!("\"error\": {{\"class\": {}, \"desc\": {}}}", json!(class), json!(description))
        }
    };
    let id = id.map(|id| format!(", \"id\": {id}")).unwrap_or_default();
    write_line(format!("{{{content}{id}}}").as_bytes(), output);
}

pub(super) fn write_event(json: &[u8], output: &mut Vec<u8>) {
    write_line(json, output);
}

pub(super) fn write_lagged(missed: u64, output: &mut Vec<u8>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, microseconds) = (now.as_secs(), now.subsec_micros());
    let event = json!({
        "timestamp": { "seconds": seconds, "microseconds": microseconds },
        "event": LAGGED,
        "data": { "missed": missed },
    });
    write_line(event.to_string().as_bytes(), output);
}

/// A monitor may print over several lines, but there are clients that read line by line. No string of JSON holds a
/// line's end.
fn write_line(json: &[u8], output: &mut Vec<u8>) {
    output.extend(json.iter().map(|&byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
    output.extend_from_slice(LINE_END);
}
