//! The figures as Prometheus reads them, in both text formats.

use std::fmt::{self, Error};
use std::sync::atomic::Ordering;
use std::time::Instant;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, MetricEncoder, NoLabelSet,
    prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::board::Board;
use super::bounded::OTHER;
use super::figures::{Figures, RUN_STATES, UNKNOWN, migration_phases};
use crate::agent::backlog::Backlog;

/// A format of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    OpenMetrics,
    /// Prometheus' own, which older scrapers read.
    Plain,
}

impl Format {
    /// The one that a scraper prefers, by the members of its `Accept`. OpenMetrics must be named.
    pub(super) fn accepted<'a>(accept: impl Iterator<Item = &'a str>) -> Self {
        let ranges: Vec<_> = accept.map(media_range).collect();
        let quality = |wanted: &str| {
            let of_type = ranges.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            of_type.map(|(_, quality)| *quality).reduce(f32::max)
        };
        // The most precise range counts.
        let plain = ["text/plain", "text/*", "*/*"].into_iter().find_map(quality).unwrap_or(0.0);
        match quality("application/openmetrics-text") {
            Some(open) if open > 0.0 && open >= plain => Format::OpenMetrics,
            _ => Format::Plain,
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// The type of a member of `Accept`, and its quality: 1 if it has none, 0 if that cannot be read.
fn media_range(member: &str) -> (&str, f32) {
    let mut parts = member.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let read = |value: &str| value.parse().ok().filter(|quality| (0.0..=1.0).contains(quality));
    (name, quality.map_or(1.0, |value| read(value).unwrap_or(0.0)))
}

impl Board {
    /// All figures as text.
    pub(super) fn render(self, format: Format) -> Result<String, Error> {
        let mut registry = Registry::with_prefix("qmp_events");
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        match format {
            Format::OpenMetrics => text::encode(&mut text, &registry)?,
            Format::Plain => prometheus_text::encode(&mut text, &registry)?,
        }
        Ok(text)
    }
}

impl Collector for Board {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let mut info =
            encoder.encode_descriptor("build", "The version of this program.", None, MetricType::Info)?;
        info.encode_info(&version)?;
        self.encode_states(encoder)?;
        self.encode_counts(encoder)?;
        self.backlog.as_deref().map_or(Ok(()), |backlog| encode_backlog(backlog, encoder))
    }
}

impl Board {
    fn encode_states(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Whether there is a connection to the machine.";
        let mut up = encoder.encode_descriptor("connection_up", help, None, MetricType::Gauge)?;
        for (machine, is_up) in self.connections() {
            gauge(&mut up, [("machine", machine)], &u64::from(is_up))?;
        }
        let help = "The run state of the machine, as QEMU names it: 1 for the present one.";
        let mut states = encoder.encode_descriptor("run_state", help, None, MetricType::Gauge)?;
        for (machine, figures) in self.machines() {
            let names = RUN_STATES.iter().map(|state| state.as_str()).chain([UNKNOWN, OTHER]);
            let now = figures.run_state.unwrap_or(UNKNOWN);
            encode_state_set(&mut states, machine, "state", names, now)?;
        }
        let help = "The phase of the last migration: 1 for the present one.";
        let mut phases = encoder.encode_descriptor("migration_phase", help, None, MetricType::Gauge)?;
        let names = migration_phases().map_or(&[][..], |phases| phases.values);
        for (machine, figures) in self.machines() {
            let names = names.iter().map(|value| value.name).chain([UNKNOWN, OTHER]);
            let now = figures.migration.unwrap_or(UNKNOWN);
            encode_state_set(&mut phases, machine, "phase", names, now)?;
        }
        let mut jobs =
            encoder.encode_descriptor("jobs", "Jobs that there are, by status.", None, MetricType::Gauge)?;
        for (machine, figures) in self.machines() {
            for (status, count) in &figures.jobs {
                gauge(&mut jobs, [("machine", machine), ("status", status)], count)?;
            }
        }
        Ok(())
    }

    fn encode_counts(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let now = Instant::now();
        let help = "For how long the machine did not run since it is watched, by cause.";
        let mut paused =
            encoder.encode_descriptor("paused", help, Some(&Unit::Seconds), MetricType::Counter)?;
        for (machine, figures) in self.machines() {
            for (cause, duration) in figures.paused(now) {
                counter(&mut paused, [("machine", machine), ("cause", cause)], &duration.as_secs_f64())?;
            }
        }
        let mut events =
            encoder.encode_descriptor("events", "Events that came, by kind.", None, MetricType::Counter)?;
        for (machine, figures) in self.counted() {
            for (event, count) in &figures.events {
                counter(&mut events, [("machine", machine), ("event", event)], count)?;
            }
        }
        let help = "I/O errors that QEMU told of, by device and reason.";
        let mut errors = encoder.encode_descriptor("io_errors", help, None, MetricType::Counter)?;
        for (machine, figures) in self.counted() {
            for ([device, reason], count) in figures.io_errors.iter() {
                counter(&mut errors, [("machine", machine), ("device", device), ("reason", reason)], &count)?;
            }
        }
        let mut jobs = encoder.encode_descriptor(
            "finished_jobs",
            "Jobs that are gone, by outcome.",
            None,
            MetricType::Counter,
        )?;
        for (machine, figures) in self.counted() {
            for (outcome, count) in &figures.finished_jobs {
                counter(&mut jobs, [("machine", machine), ("outcome", outcome)], count)?;
            }
        }
        for (name, help, count) in COUNTS {
            let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (machine, figures) in self.counted() {
                counter(&mut encoder, [("machine", machine)], &count(figures))?;
            }
        }
        Ok(())
    }
}

/// A name, a help text, and which of the figures it is.
type Count = (&'static str, &'static str, fn(&Figures) -> u64);

/// What is counted without further labels.
const COUNTS: [Count; 3] = [
    ("dropped", "Events and notices dropped since this program was too slow.", |figures| figures.dropped),
    ("gaps", "Connections that were made again; events may be missing between.", |figures| figures.gaps),
    ("malformed", "Messages that cannot be decoded.", |figures| figures.malformed),
];

fn encode_backlog(backlog: &Backlog, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let value = |value: &std::sync::atomic::AtomicU64| value.load(Ordering::Relaxed);
    for (name, help, unit, count) in [
        ("publish_backlog_entries", "Events and notices that wait to be published.", None, &backlog.entries),
        ("publish_backlog", "What they take on disk.", Some(&Unit::Bytes), &backlog.bytes),
    ] {
        encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?.encode_gauge(&value(count))?;
    }
    let help = "How long the oldest of them has waited.";
    let mut age = encoder.encode_descriptor(
        "publish_backlog_oldest_age",
        help,
        Some(&Unit::Seconds),
        MetricType::Gauge,
    )?;
    age.encode_gauge(&backlog.oldest_age())?;
    for (name, help, count) in [
        ("published", "Events and notices that the broker confirmed.", &backlog.published),
        ("publish_failures", "Attempts to publish that failed.", &backlog.failed),
        ("publish_dropped", "Events and notices that the backlog's bounds dropped.", &backlog.dropped),
    ] {
        let mut counter = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        counter.encode_counter::<NoLabelSet, _, u64>(&value(count), None)?;
    }
    Ok(())
}

/// A gauge for each state, 1 for the present one.
fn encode_state_set<'a>(
    encoder: &mut MetricEncoder<'_>,
    machine: &str,
    label: &str,
    names: impl Iterator<Item = &'a str>,
    now: &str,
) -> fmt::Result {
    for name in names {
        gauge(encoder, [("machine", machine), (label, name)], &u64::from(name == now))?;
    }
    Ok(())
}

fn gauge(
    encoder: &mut MetricEncoder<'_>,
    labels: impl EncodeLabelSet,
    value: &impl EncodeGaugeValue,
) -> fmt::Result {
    encoder.encode_family(&labels)?.encode_gauge(value)
}

fn counter(
    encoder: &mut MetricEncoder<'_>,
    labels: impl EncodeLabelSet,
    value: &impl EncodeCounterValue,
) -> fmt::Result {
    encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(value, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Prometheus 3 and 2 send.
    const PROMETHEUS: [&str; 2] = [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
         text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    ];

    fn accepted(accept: &str) -> Format {
        Format::accepted(accept.split(','))
    }

    #[test]
    fn the_format_is_the_one_that_is_preferred() {
        for open in [
            PROMETHEUS[0],
            PROMETHEUS[1],
            "application/openmetrics-text",
            "Application/OpenMetrics-Text; Q=0.5, text/plain; q=0.5",
            "*/*;q=0.1, application/openmetrics-text;q=0.2",
            "*/*, text/plain;q=0.1, application/openmetrics-text;q=0.2",
        ] {
            assert_eq!(accepted(open), Format::OpenMetrics, "{open}");
        }
        for plain in [
            "",
            "*/*",
            "text/plain",
            "text/html, application/xhtml+xml, */*;q=0.8",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=0.0, */*",
            "text/plain;q=1, application/openmetrics-text;q=0.1",
            "text/*;q=0.5, application/openmetrics-text;q=0.1",
            "*/*;q=0.5, application/openmetrics-text;q=0.1",
            "application/openmetrics-text-of-old",
            "application/openmetrics-text;q=high",
            "application/openmetrics-text;q=NaN",
        ] {
            assert_eq!(accepted(plain), Format::Plain, "{plain}");
        }
    }
}
