//! The stream in which the events of all hosts are.

use std::time::Duration;

use async_nats::jetstream::context::{GetStreamErrorKind, RequestErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{self, ErrorCode};

use super::server::{Connection, TIMEOUT, Unanswered, in_one};
use super::subject::ROOT;

/// Its name.
pub(crate) const STREAM: &str = "QMP_EVENTS";

/// Why nothing can be published. Most pass by themselves, or when somebody does something about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// There is no connection.
    Lost,
    /// The server is there and does not answer, or not as it should.
    Unready(String),
    /// It answered that it will not.
    Refused(String),
    /// It does not permit to ask what the stream has.
    CannotAsk(String),
    /// This message can never be published.
    Unpublishable(String),
}

/// How the stream is made: on disk, for 30 days, the oldest go first. Repeated messages are known by the server for
/// two minutes, which costs it memory for each message; the publisher asks it what it has, and needs no more.
fn config() -> Config {
    Config {
        name: STREAM.to_owned(),
        description: Some("Events of QEMU machines, published by qmp-events".to_owned()),
        subjects: vec![format!("{ROOT}.>")],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::Old,
        max_age: Duration::from_secs(30 * 24 * 60 * 60),
        duplicate_window: Duration::from_secs(2 * 60),
        num_replicas: 1,
        ..Config::default()
    }
}

/// The stream.
pub(super) struct Found {
    pub(super) stream: Stream<()>,
    /// Why it was not looked at: without permission, it is taken on trust.
    pub(super) unchecked: Option<String>,
}

/// Finds the stream, and makes it if it is not there. It must take all subjects that begin with `prefix`.
pub(super) async fn ensure(connection: &Connection, prefix: &str) -> Result<Found, Obstacle> {
    let mut context = jetstream::new(connection.client.clone());
    context.set_timeout(TIMEOUT);
    let info = format!("$JS.API.STREAM.INFO.{STREAM}");
    let stream = match connection.unless_lost(&info, context.get_stream(STREAM)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => match error.kind() {
            GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                create(connection, &context).await?
            }
            GetStreamErrorKind::JetStream(cause) => return Err(Obstacle::Refused(cause.to_string())),
            _ => return Err(Obstacle::Unready(no_jetstream(connection, &error))),
        },
        Err(Unanswered::Lost) => return Err(Obstacle::Lost),
        Err(Unanswered::Denied(denial)) => {
            return found(&context, Some(denial)).await;
        }
    };
    check(&stream.cached_info().config, prefix)?;
    found(&context, None).await
}

async fn found(context: &jetstream::Context, unchecked: Option<String>) -> Result<Found, Obstacle> {
    let stream = context.get_stream_no_info(STREAM).await;
    let stream = stream.map_err(|error| Obstacle::Refused(in_one(&error)))?;
    Ok(Found { stream, unchecked })
}

async fn create(connection: &Connection, context: &jetstream::Context) -> Result<Stream, Obstacle> {
    let subject = format!("$JS.API.STREAM.CREATE.{STREAM}");
    match connection.unless_lost(&subject, context.create_stream(config())).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            Err(Obstacle::Refused(format!("the stream {STREAM} cannot be made: {}", in_one(&error))))
        }
        Err(Unanswered::Lost) => Err(Obstacle::Lost),
        Err(Unanswered::Denied(denial)) => {
            Err(Obstacle::Refused(format!("there is no stream {STREAM}, and it cannot be made: {denial}")))
        }
    }
}

/// Finds the stream for a reader.
pub(crate) async fn find(connection: &Connection) -> anyhow::Result<Stream> {
    let mut context = jetstream::new(connection.client.clone());
    context.set_timeout(TIMEOUT);
    let info = format!("$JS.API.STREAM.INFO.{STREAM}");
    match connection.unless_lost(&info, context.get_stream(STREAM)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => match error.kind() {
            GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                anyhow::bail!("{} has no stream {STREAM}: `agent --publish` makes it", connection.servers())
            }
            GetStreamErrorKind::JetStream(cause) => anyhow::bail!("{}: {cause}", connection.servers()),
            _ => anyhow::bail!(no_jetstream(connection, &error)),
        },
        Err(Unanswered::Lost) => anyhow::bail!("the connection to {} is lost", connection.servers()),
        Err(Unanswered::Denied(denial)) => anyhow::bail!("{}: {denial}", connection.servers()),
    }
}

fn no_jetstream(connection: &Connection, error: &(dyn std::error::Error + 'static)) -> String {
    let request = error.source().and_then(|cause| cause.downcast_ref::<jetstream::context::RequestError>());
    let is_absent = request.is_some_and(|error| error.kind() == RequestErrorKind::NoResponders);
    let why = if is_absent { "JetStream is not enabled, or not ready".to_owned() } else { in_one(error) };
    format!("{}: {why}", connection.servers())
}

fn check(config: &Config, prefix: &str) -> Result<(), Obstacle> {
    let wanted = format!("{prefix}.>");
    if !config.subjects.iter().any(|pattern| covers(pattern, &wanted)) {
        let subjects = config.subjects.join(", ");
        let text = format!(
            "the stream {STREAM} is not one for these events: it takes {}, and not {wanted}",
            if subjects.is_empty() { "nothing" } else { &subjects }
        );
        return Err(Obstacle::Refused(text));
    }
    if config.no_ack {
        let text = format!("the stream {STREAM} does not acknowledge messages: set no_ack to false");
        return Err(Obstacle::Refused(text));
    }
    Ok(())
}

/// Whether all subjects that the second pattern matches are matched by the first.
fn covers(pattern: &str, other: &str) -> bool {
    let (mut pattern, mut other) = (pattern.split('.'), other.split('.'));
    loop {
        match (pattern.next(), other.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(token)) if token != ">" => {}
            (Some(token), Some(same)) if token == same => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_must_take_all_events_of_the_host() {
        for (pattern, is_enough) in [
            ("qmp.events.>", true),
            (">", true),
            ("qmp.events.a.>", true),
            ("qmp.*.a.>", true),
            ("qmp.events.a.*.*", false),
            ("qmp.events.b.>", false),
            ("qmp.events", false),
            ("qmp.events.a.web.>", false),
        ] {
            assert_eq!(covers(pattern, "qmp.events.a.>"), is_enough, "{pattern}");
        }
    }

    #[test]
    fn what_is_made_is_what_is_wanted() {
        assert_eq!(check(&config(), "qmp.events.host"), Ok(()));
    }
}
