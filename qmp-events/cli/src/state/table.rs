//! All that is known of a machine, as lines for people: the first says whether it runs, and those below,
//! indented, what else there is to know.

use qmp_events::Disconnected;
use qmp_events::machine::{Connection, Errors, Job, Machine, Migration, Unplug};

use super::time::date_and_time;
use super::words;
use crate::terminal::line::{Line, line};
use crate::terminal::palette::{Style, paint};
use crate::terminal::text::{count, printable};

/// The width of a progress bar.
const BAR: usize = 20;

/// The lines of a machine. `disconnected` says why there is no connection.
pub(crate) fn lines(label: &str, machine: &Machine, disconnected: Option<&Disconnected>) -> Vec<Line> {
    let mut lines = vec![headline(label, machine, disconnected)];
    let mut add = |title: &str, what: Line| {
        let mut line = line!["  ", paint(Style::Dim, title)];
        line.pad(11_usize.saturating_sub(title.len()));
        line.push(&what);
        lines.push(line);
    };
    for (_, job) in machine.jobs().iter() {
        add("job", describe_job(job));
    }
    for job in machine.finished_jobs() {
        add("past job", describe_job(job));
    }
    if let Some(line) = describe_migration(machine.migration()) {
        add("migration", line);
    }
    for (name, errors) in machine.errors().iter() {
        add("errors", describe_errors(name, errors));
    }
    for (id, drive) in machine.drives().iter() {
        if drive.tray_open == Some(true) {
            add("drive", line![printable(id), " has its tray open"]);
        }
        if let Some(status) = drive.io_status.as_ref().filter(|status| status.to_string() != "ok") {
            add("drive", line![printable(id), ": ", paint(Style::Error, status)]);
        }
    }
    for (device, unplug) in machine.unplugs().iter() {
        add("device", describe_unplug(device, unplug));
    }
    for (id, is_open) in machine.ports().iter().chain(machine.chardevs().iter()) {
        if *is_open {
            add("port", line![printable(id), " is open in the guest"]);
        }
    }
    for (id, export) in machine.exports().iter() {
        add("export", line![printable(id), ": ", &export.node_name, " as ", &export.r#type]);
    }
    for (protocol, clients) in
        [("VNC", machine.vnc_clients().len()), ("SPICE", machine.spice_connections().len())]
    {
        if clients > 0 {
            add("display", line![count(clients as u64, &format!("{protocol} connection"))]);
        }
    }
    if machine.memory_failures() > 0 {
        add("memory", line![paint(Style::Error, count(machine.memory_failures(), "memory failure"))]);
    }
    lines
}

fn headline(label: &str, machine: &Machine, disconnected: Option<&Disconnected>) -> Line {
    let mut line = line![paint(Style::Bold, printable(label)), "  "];
    match (machine.end(), machine.connection(), disconnected) {
        (Some(end), ..) => {
            line.push(&paint(words::end_tone(end).style(), format_args!("ended: {}", words::end(end))));
            return line;
        }
        (None, Connection::Connected, _) => {}
        (None, _, Some(cause)) => {
            line.push(&paint(Style::Error, format_args!("no connection: {cause}")));
            return line;
        }
        (None, ..) => line.push(&paint(Style::Warning, "no connection; ")),
    }
    line.push(&paint(words::run_tone(machine.run()).style(), words::run(machine.run())));
    if let Some(since) = machine.run().since.and_then(date_and_time) {
        line.push(&format_args!(", since {since}"));
    }
    if let Some(end) = machine.ending() {
        line.push(&format_args!(", about to end: {}", words::end(end)));
    }
    line.push(&paint(Style::Dim, identity(machine)));
    line
}

fn identity(machine: &Machine) -> String {
    let name = machine.name().map(|name| format!(", guest {}", printable(name))).unwrap_or_default();
    machine.version().map(|version| format!("  QEMU {version}{name}")).unwrap_or_default()
}

fn describe_job(job: &Job) -> Line {
    let mut line = line![printable(&words::job_name(job)), "  "];
    line.push(&paint(words::job_tone(job).style(), words::job_state(job)));
    if let (Some(offset), Some(len)) = (job.offset, job.len)
        && job.outcome.is_none()
    {
        line.push(&line!["  ", progress(offset, len)]);
    }
    if job.errors > 0 {
        line.push(&paint(Style::Error, format_args!("  {} failed", count(job.errors, "request"))));
    }
    line
}

fn describe_migration(migration: &Migration) -> Option<Line> {
    let mut line = line![paint(words::migration_tone(migration).style(), words::migration(migration)?)];
    if let Some(progress_of) = migration.progress.filter(|_| migration.is_under_way()) {
        let done = progress_of.total.saturating_sub(progress_of.remaining);
        line.push(&line!["  ", progress(done, progress_of.total)]);
    }
    if let Some(downtime) = migration.downtime {
        line.push(&format_args!("  stopped for {downtime} ms"));
    }
    Some(line)
}

fn describe_errors(name: &str, errors: &Errors) -> Line {
    let counts = [
        (errors.io, "I/O error"),
        (errors.nospace, "for want of space"),
        (errors.quorum_reports, "bad report of a quorum"),
        (errors.quorum_failures, "quorum failure"),
        (errors.corruptions, "corruption"),
    ];
    let texts = counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| match noun {
        "for want of space" => format!("{number} of them for want of space"),
        noun => count(number, noun),
    });
    let text = texts.collect::<Vec<_>>().join(", ");
    let reason = errors.reason.as_ref().map(|reason| format!("; the last: {reason}")).unwrap_or_default();
    line![printable(name), ": ", paint(Style::Error, text), reason]
}

fn describe_unplug(device: &str, unplug: &Unplug) -> Line {
    match unplug {
        Unplug::Requested => line![printable(device), " is to leave; the guest was asked to let go of it"],
        Unplug::Refused { reason } => {
            let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            line![printable(device), " ", paint(Style::Warning, "refused to leave"), reason]
        }
        _ => line![printable(device)],
    }
}

/// A bar and a percentage: `[#####---------------]  25 %`. Of nothing, nothing is done.
fn progress(done: i64, all: i64) -> Line {
    let share = if all > 0 { (done as f64 / all as f64).clamp(0.0, 1.0) } else { 0.0 };
    let filled = (share * BAR as f64) as usize;
    let bar = format!("[{}{}]", "#".repeat(filled), "-".repeat(BAR - filled));
    line![bar, format_args!(" {:>3} %", (share * 100.0) as u64)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_leaves_its_bar() {
        for (done, all, text) in [
            (0, 0, "[--------------------]   0 %"),
            (1, 4, "[#####---------------]  25 %"),
            (4, 4, "[####################] 100 %"),
            (i64::MAX, 1, "[####################] 100 %"),
            (-5, 10, "[--------------------]   0 %"),
            (5, i64::MIN, "[--------------------]   0 %"),
        ] {
            assert_eq!(progress(done, all).as_str(), text);
        }
    }
}
