//! What happens to connections and streams, in words for people. It must never print.

use qmp_events::Malformed;
use qmp_events::protocol::CommandError;

use crate::sources::News;
use crate::terminal::line::{Line, Part, line};
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::excerpt;

/// What is not to be had through libvirt.
const BY_LIBVIRT: &str =
    "the times are libvirt's, no command can be sent, and a machine's end is its SHUTDOWN";

/// The lines that tell of news; none for an event and for what people need not know. They begin with the title of
/// the machine, if it has one.
pub(crate) fn notes(title: &str, news: &News) -> Vec<Line> {
    let line = |text: &dyn Part| vec![titled(title, text)];
    match news {
        News::Arrived(_)
        | News::Left
        | News::Event { .. }
        | News::Greeting(_)
        | News::Reply
        | News::Reachable(_)
        | News::Answer { .. } => Vec::new(),
        News::Remark(text) => line(&paint(Style::Dim, text)),
        News::Trouble(text) => line(&paint(Style::Warning, text)),
        News::Malformed { malformed, line } => describe_malformed(title, malformed, *line),
        News::Damaged { line, problem, text } => {
            malformed(title, &format!("line {line}: {problem}"), Some(text))
        }
        News::Connected(greeting) => line(&paint(Style::Dim, format_args!("connected to {greeting}"))),
        News::Listening(uri) => {
            line(&paint(Style::Dim, format_args!("connected to libvirt at {uri}; {BY_LIBVIRT}")))
        }
        News::Reading(servers) => line(&paint(Style::Dim, format_args!("connected to {servers}"))),
        News::Dropped(count) => {
            let text =
                format!("{count} dropped here: they waited for the broker for too long, or were too many");
            line(&paint(Style::Warning, text))
        }
        News::Lagged(count) => {
            line(&paint(Style::Warning, format_args!("{count} dropped here: the output is read too slowly")))
        }
        News::Gap(peer) => line(&paint(
            Style::Warning,
            format_args!("back after a gap, to {peer}; events may be missing here"),
        )),
        News::Disconnected(cause) => {
            line(&paint(if cause.is_normal() { Style::Dim } else { Style::Error }, cause))
        }
        News::ErrorReply { id: command, error, line: number } => {
            let command = command.as_ref().map(|id| format!(" to {id}")).unwrap_or_default();
            let reply = line![paint(Style::Warning, "error reply"), command, ": ", describe(error)];
            line(&line![format_args!("line {number}: "), reply])
        }
    }
}

fn titled(title: &str, text: &dyn Part) -> Line {
    let mut line = match title {
        "" => line![],
        title => line![paint(Style::Label, title), ": "],
    };
    line.push(text);
    line
}

fn describe_malformed(title: &str, problem: &Malformed, line: Option<u64>) -> Vec<Line> {
    let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let (text, raw) = match problem {
        Malformed::Event(error) => (format!("{place}{error}"), Some(error.raw())),
        Malformed::Unrecognized { json, problem } => {
            (format!("{place}not a QMP message: {problem}"), Some(json.as_str()))
        }
        // Its words say where it was.
        other => (other.to_string(), None),
    };
    malformed(title, &text, raw)
}

/// What is wrong, and the beginning of what came.
fn malformed(title: &str, text: &str, raw: Option<&str>) -> Vec<Line> {
    let mut lines = vec![titled(title, &line![paint(Style::Error, "malformed: "), text])];
    lines.extend(raw.map(|raw| line![paint(Style::Dim, excerpt(raw))]));
    lines
}

/// As QMP has it: the class first, by which people search.
fn describe(error: &CommandError) -> String {
    match error {
        CommandError::Refused { class, description } => format!("{class}: {description}"),
        error => error.to_string(),
    }
}
