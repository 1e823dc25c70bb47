//! `agent --publish`, with a real server.

use std::os::unix::net::UnixListener;
use std::path::Path;

use async_nats::ConnectOptions;
use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, DiscardPolicy};

use crate::nats_server::{NatsServer, Stored};
use crate::peer::{Directory, Identity, Peer};
use crate::run::{Run, Running, command_of, run};

/// A host with a machine `web`, whose agent publishes.
pub(crate) struct Host {
    directory: Directory,
    listener: UnixListener,
}

impl Host {
    pub(crate) fn new() -> Self {
        let directory = Directory::new();
        let listener = UnixListener::bind(directory.path("web.sock")).expect("a socket");
        Host { directory, listener }
    }

    pub(crate) fn agent(&self, url: &str, more: &[&str]) -> Running {
        let socket = format!("unix:{}", self.directory.path("web.sock").display());
        let backlog = self.directory.path("backlog").display().to_string();
        let arguments = ["agent", "--publish", url, "--host", "h", "--backlog", &backlog, &socket];
        Running::spawn(&mut command_of(&[&arguments, more].concat()))
    }

    /// The machine, once the agent is connected to it.
    pub(crate) fn machine(&self) -> Peer {
        Peer::accept(&self.listener, Identity::default())
    }
}

pub(crate) fn end(agent: Running) -> Run {
    agent.signal("TERM");
    let end = agent.end();
    assert_eq!(end.status, Some(0), "{end}");
    end
}

fn kinds(stored: &[Stored]) -> Vec<&str> {
    stored.iter().map(Stored::kind).collect()
}

/// The messages up to the first of a kind.
async fn until(server: &NatsServer, kind: &str) -> Vec<Stored> {
    server.messages_until(|message| message.kind() == kind).await
}

#[tokio::test]
async fn everything_is_published_in_order_with_an_id_and_a_subject() {
    let Some(server) = NatsServer::start() else { return };
    let host = Host::new();
    let agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    machine.send("__com.example_X");
    machine.send("RESUME");
    let stored = until(&server, "RESUME").await;
    assert_eq!(kinds(&stored), ["connected", "STOP", "__com%2Eexample_X", "RESUME"]);
    assert_eq!(stored[1].subject, "qmp.events.h.web.STOP");
    assert_eq!(stored[1].event["type"], "org.qemu.qmp.STOP");
    assert_eq!(stored[1].event["subject"], "web");
    for message in &stored {
        assert_eq!(message.event["id"].as_str(), Some(message.id.as_str()));
    }
    end(agent);
    let stored = until(&server, "disconnected").await;
    assert_eq!(stored.last().expect("one").event["data"]["cause"], "released");
}

#[tokio::test]
async fn after_an_end_and_after_a_crash_a_gap_says_that_events_may_be_missing() {
    let Some(server) = NatsServer::start() else { return };
    let host = Host::new();
    let agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    until(&server, "STOP").await;
    end(agent);
    machine.kill();
    let agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("RESUME");
    until(&server, "RESUME").await;
    agent.signal("KILL");
    agent.end();
    machine.kill();
    let agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("POWERDOWN");
    let stored = until(&server, "POWERDOWN").await;
    assert_eq!(
        kinds(&stored),
        [
            "connected",
            "STOP",
            "disconnected", // the end
            "gap",
            "connected",
            "RESUME", // the crash
            "disconnected",
            "gap",
            "connected",
            "POWERDOWN",
        ]
    );
    assert_eq!(stored[6].event["data"]["normal"], false);
    end(agent);
}

#[tokio::test]
async fn a_broker_that_comes_later_gets_what_happened_before() {
    let Some(mut server) = NatsServer::start() else { return };
    server.kill();
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    agent.await_note(&format!("no connection to {}", server.url()));
    // Also what another process than this one receives.
    let notes = end(agent).stderr;
    assert!(notes.contains("wait on disk for the next start"), "{notes}");
    machine.kill();
    let agent = host.agent(&server.url(), &[]);
    let _machine = host.machine();
    server.restart();
    let stored = until(&server, "gap").await;
    assert_eq!(kinds(&stored), ["connected", "STOP", "disconnected", "gap"]);
    end(agent);
}

#[tokio::test]
async fn a_stream_that_takes_no_events_is_told_and_events_are_kept() {
    let Some(server) = NatsServer::start() else { return };
    let context = jetstream::new(server.client().await);
    let config =
        Config { name: "QMP_EVENTS".to_owned(), subjects: vec!["other.>".to_owned()], ..Config::default() };
    context.create_stream(&config).await.expect("a stream");
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    let note = agent.await_note("QMP_EVENTS");
    assert_eq!(
        note,
        "the stream QMP_EVENTS is not one for these events: it takes other.>, and not qmp.events.h.>; events wait in \
         the backlog"
    );
    context
        .update_stream(Config { subjects: vec!["qmp.events.>".to_owned()], ..config })
        .await
        .expect("better");
    assert_eq!(kinds(&until(&server, "STOP").await), ["connected", "STOP"]);
    agent.await_note("publishing to");
    end(agent);
}

#[tokio::test]
async fn a_stream_of_others_that_takes_the_subjects_is_told() {
    let Some(server) = NatsServer::start() else { return };
    let context = jetstream::new(server.client().await);
    let config = Config { name: "ALL".to_owned(), subjects: vec!["qmp.>".to_owned()], ..Config::default() };
    context.create_stream(&config).await.expect("a stream");
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &[]);
    let note = agent.await_note("QMP_EVENTS cannot be made");
    assert!(note.contains("overlap"), "{note}");
    end(agent);
}

#[tokio::test]
async fn a_stream_that_is_full_is_told_and_events_are_kept() {
    let Some(server) = NatsServer::start() else { return };
    let context = jetstream::new(server.client().await);
    let config = Config {
        name: "QMP_EVENTS".to_owned(),
        subjects: vec!["qmp.events.>".to_owned()],
        max_messages: 2,
        discard: DiscardPolicy::New,
        ..Config::default()
    };
    context.create_stream(&config).await.expect("a stream");
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &[]);
    let mut machine = host.machine();
    ["STOP", "RESUME", "POWERDOWN"].iter().for_each(|event| machine.send(event));
    let note = agent.await_note("refuses");
    assert!(
        note.contains("maximum messages exceeded") && note.contains("events wait in the backlog"),
        "{note}"
    );
    context.update_stream(Config { max_messages: -1, ..config }).await.expect("room");
    let stored = until(&server, "POWERDOWN").await;
    assert_eq!(kinds(&stored), ["connected", "STOP", "RESUME", "POWERDOWN"]);
    end(agent);
}

#[tokio::test]
async fn without_jetstream_that_is_told() {
    let Some(server) = NatsServer::start_with("") else { return };
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &[]);
    agent.await_note("JetStream is not enabled");
    end(agent);
}

/// A server with users: one that may do all, and one that may not do what `deny` says.
fn with_users(deny: &str) -> Option<NatsServer> {
    let limited =
        format!("{{ user: agent, password: secret, permissions: {{ publish: {{ deny: [{deny}] }} }} }}");
    NatsServer::start_with(&format!(
        "jetstream {{ store_dir: \"STORE\" }}\nauthorization {{ users: [ {{ user: admin, password: admin }}, {limited} ] }}"
    ))
}

fn as_agent(server: &NatsServer) -> String {
    server.url().replace("nats://", "nats://agent:secret@")
}

async fn messages_as_admin(server: &NatsServer, kind: &str) -> Vec<Stored> {
    let options = ConnectOptions::with_user_and_password("admin".to_owned(), "admin".to_owned());
    server.messages_with(options, |message| message.kind() == kind).await
}

#[tokio::test]
async fn without_permission_to_publish_that_is_told_without_the_password() {
    let Some(server) = with_users("\"qmp.events.>\"") else { return };
    let host = Host::new();
    let mut agent = host.agent(&as_agent(&server), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    let note = agent.await_note("ermissions");
    assert!(note.contains("qmp.events.h.web.connected"), "{note}");
    let notes = end(agent).stderr;
    assert!(!notes.contains("secret") && notes.contains("wait on disk"), "{notes}");
}

#[tokio::test]
async fn without_permission_to_ask_what_the_stream_has_events_are_published() {
    let Some(server) = with_users("\"$JS.API.STREAM.MSG.GET.>\", \"$JS.API.STREAM.INFO.>\"") else { return };
    let options = ConnectOptions::with_user_and_password("admin".to_owned(), "admin".to_owned());
    let context = jetstream::new(server.client_with(options).await);
    let config = Config {
        name: "QMP_EVENTS".to_owned(),
        subjects: vec!["qmp.events.>".to_owned()],
        ..Config::default()
    };
    context.create_stream(config).await.expect("a stream");
    let host = Host::new();
    let mut agent = host.agent(&as_agent(&server), &[]);
    let mut machine = host.machine();
    machine.send("STOP");
    agent.await_note("the stream QMP_EVENTS is not checked");
    agent.await_note("stored once only within the broker's duplicate window");
    assert_eq!(kinds(&messages_as_admin(&server, "STOP").await), ["connected", "STOP"]);
    end(agent);
}

#[tokio::test]
async fn why_there_is_no_connection_is_told() {
    let Some(server) = NatsServer::start() else { return };
    let host = Host::new();
    let mut agent = host.agent(&server.url().replace("nats://", "tls://"), &[]);
    let note = agent.await_note("no connection to tls://");
    assert!(note.contains("corrupt message"), "it does not speak TLS: {note}");
    end(agent);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let Some(server) = with_users("\"x\"") else { return };
    let host = Host::new();
    let url = server.url().replace("nats://", "nats://agent:hidden@");
    let mut agent = host.agent(&url, &[]);
    let note = agent.await_note("no connection to");
    assert!(note.contains("authorization") && !note.contains("hidden"), "{note}");
    end(agent);
    let watch = run(&format!("watch {url}"));
    assert_eq!(watch.status, Some(3), "{watch}");
    assert!(watch.stderr.contains("authorization") && !watch.stderr.contains("hidden"), "{watch}");
}

#[tokio::test]
async fn what_the_backlog_has_no_room_for_is_counted() {
    let Some(mut server) = NatsServer::start() else { return };
    server.kill();
    let host = Host::new();
    let mut agent = host.agent(&server.url(), &["--backlog-size", "100KiB"]);
    let mut machine = host.machine();
    // More than there is room for.
    let sent = 12_000;
    (0..sent).for_each(|_| machine.send("RESUME"));
    agent.await_note("of the oldest messages dropped");
    machine.send("STOP");
    server.restart();
    let stored = until(&server, "STOP").await;
    let count = |kind: &str, member: &str| -> u64 {
        let of_kind = stored.iter().filter(|message| message.kind() == kind);
        of_kind.map(|message| message.event["data"][member].as_u64().expect("a number")).sum()
    };
    let (counted, lagged) = (count("dropped", "count"), count("lagged", "missed"));
    let came =
        stored.iter().filter(|message| matches!(message.kind(), "RESUME" | "connected")).count() as u64;
    // On a busy machine, the agent is told of some too late; that is counted as well.
    assert_eq!(came + counted + lagged, sent + 1, "and connected");
    assert!(counted > 0);
    end(agent);
}

#[tokio::test]
async fn a_second_agent_on_a_backlog_is_refused() {
    let Some(server) = NatsServer::start() else { return };
    let host = Host::new();
    let agent = host.agent(&server.url(), &[]);
    let _machine = host.machine();
    until(&server, "connected").await;
    let second = host.agent(&server.url(), &[]).end();
    assert_eq!(second.status, Some(2), "{second}");
    assert!(second.stderr.contains("is in use by another agent"), "{second}");
    end(agent);
}

#[test]
fn a_backlog_that_is_damaged_says_what_to_do() {
    let directory = Directory::new();
    std::fs::write(directory.path("backlog.redb"), "no database").expect("room on the disk");
    let path = |path: &Path| path.display().to_string();
    let agent = run(&format!(
        "agent --publish nats://127.0.0.1:1 --backlog {} unix:{}",
        path(&directory.path("")),
        path(&directory.path("web.sock"))
    ));
    assert_eq!(agent.status, Some(2), "{agent}");
    assert!(
        agent.stderr.contains("is damaged") && agent.stderr.contains("move backlog.redb away"),
        "{agent}"
    );
}
