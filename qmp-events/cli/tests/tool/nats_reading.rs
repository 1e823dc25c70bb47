//! `nats://` as an endpoint, with a real server.

use async_nats::jetstream;
use async_nats::jetstream::stream::Config;

use crate::nats::{Host, end};
use crate::nats_server::NatsServer;
use crate::run::{Run, Running, run};

/// A stream with events of two hosts.
pub(crate) async fn filled() -> Option<NatsServer> {
    let server = NatsServer::start()?;
    let context = jetstream::new(server.client().await);
    let config = Config {
        name: "QMP_EVENTS".to_owned(),
        subjects: vec!["qmp.events.>".to_owned()],
        ..Config::default()
    };
    context.create_stream(config).await.expect("a stream");
    for (host, machine, event, time) in [
        ("a", "web", "STOP", "2026-11-28T08:00:00Z"),
        ("a", "db", "RESUME", "2026-11-28T08:01:00Z"),
        ("b", "web", "STOP", "2026-11-28T08:02:00Z"),
        ("b", "web", "RESUME", "2026-11-28T08:03:00Z"),
    ] {
        publish(&server, host, machine, event, time).await;
    }
    Some(server)
}

async fn publish(server: &NatsServer, host: &str, machine: &str, event: &str, time: &str) {
    let payload = format!(
        r#"{{"specversion":"1.0","type":"org.qemu.qmp.{event}","source":"unix:/{machine}","subject":"{machine}","id":"{time}","time":"{time}"}}"#
    );
    server.publish(&format!("qmp.events.{host}.{machine}.{event}"), &payload).await;
}

fn watched(server: &NatsServer, options: &str) -> Run {
    run(&format!(
        "watch {} --time none --since 2026-11-28T00:00:00Z --until 2026-11-28T09:00:00Z {options}",
        server.url()
    ))
}

#[tokio::test]
async fn what_is_wanted_of_a_stream_is_read_to_its_end() {
    let Some(server) = filled().await else { return };
    for (options, lines) in [
        ("", "a/web  STOP\na/db   RESUME\nb/web  STOP\nb/web  RESUME\n"),
        ("--machine web", "a/web  STOP\nb/web  STOP\nb/web  RESUME\n"),
        ("--machine b/web", "b/web  STOP\nb/web  RESUME\n"),
        ("--machine d* --machine a/w?b", "a/web  STOP\na/db   RESUME\n"),
        ("--event RESUME", "a/db   RESUME\nb/web  RESUME\n"),
        ("--event RESUME --machine b/web", "b/web  RESUME\n"),
        ("--machine none", ""),
    ] {
        let run = watched(&server, options);
        let plain = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(plain(&run.stdout), plain(lines), "{options}: {run}");
        assert_eq!(run.status, Some(0), "{options}: {run}");
    }
    let late = run(&format!(
        "watch {} --time none --since 2026-11-28T08:01:30Z --until 2026-11-28T08:02:30Z",
        server.url()
    ));
    assert_eq!(late.stdout, "b/web  STOP\n", "{late}");
}

#[tokio::test]
async fn what_is_not_ours_is_a_note_and_ends_nothing() {
    let Some(server) = filled().await else { return };
    server.publish("qmp.events.a.web", "{}").await;
    server.publish("qmp.events.a.web.STOP", "no JSON").await;
    server
        .publish("qmp.events.a.web.STOP", r#"{"specversion":"1.0","type":"x","source":"s","id":"1"}"#)
        .await;
    publish(&server, "a", "web", "POWERDOWN", "2026-11-28T08:04:00Z").await;
    let run = watched(&server, "");
    assert!(run.stdout.contains("POWERDOWN"), "{run}");
    assert!(run.stderr.contains("message 5 is not ours: its subject is qmp.events.a.web"), "{run}");
    assert!(run.stderr.contains("a/web: message 6 cannot be read"), "{run}");
    assert!(run.stderr.contains("a/web: message 7 cannot be read"), "{run}");
    assert_eq!(run.status, Some(0), "{run}");
}

#[tokio::test]
async fn watching_goes_on_after_the_last_message_when_the_broker_comes_back() {
    let Some(mut server) = filled().await else { return };
    let mut watch = Running::start(&format!("watch --time none {}", server.url()));
    watch.await_note("connected to");
    publish(&server, "a", "web", "STOP", "2026-11-28T08:05:00Z").await;
    assert_eq!(watch.await_line(""), "a/web  STOP");
    server.kill();
    watch.await_note("is lost");
    server.restart();
    publish(&server, "a", "web", "RESUME", "2026-11-28T08:06:00Z").await;
    assert_eq!(watch.await_line(""), "a/web  RESUME");
    publish(&server, "a", "web", "POWERDOWN", "2026-11-28T08:07:00Z").await;
    assert_eq!(watch.await_line(""), "a/web  POWERDOWN");
    watch.signal("TERM");
    let end = watch.end();
    assert_eq!((end.status, end.stdout.as_str()), (Some(0), ""), "{end}");
}

#[tokio::test]
async fn a_durable_consumer_goes_on_where_it_was() {
    let Some(server) = filled().await else { return };
    let durable = format!("watch --time none --durable log --since 2026-11-28T00:00:00Z {}", server.url());
    let mut watch = Running::start(&durable);
    let first: Vec<String> = (0..4).map(|_| watch.await_line("")).collect();
    assert_eq!(first.last().map(String::as_str), Some("b/web  RESUME"));
    // Its acknowledgements arrive.
    let stream = server.stream().await;
    loop {
        let mut consumer: jetstream::consumer::PullConsumer =
            stream.get_consumer("log").await.expect("a consumer");
        if consumer.info().await.expect("an answer").ack_floor.stream_sequence == 4 {
            break;
        }
        tokio::task::yield_now().await;
    }
    watch.signal("TERM");
    watch.end();
    publish(&server, "a", "web", "POWERDOWN", "2026-11-28T08:05:00Z").await;
    let mut watch = Running::start(&durable);
    assert_eq!(watch.await_line(""), "a/web  POWERDOWN");
    watch.signal("TERM");
    watch.end();
}

#[tokio::test]
async fn notices_are_what_they_are_of_live_machines() {
    let Some(server) = NatsServer::start() else { return };
    let host = Host::new();
    let agent = host.agent(&server.url(), &[]);
    server.stream().await;
    let mut watch = Running::start(&format!("watch --time none --state {}", server.url()));
    watch.await_note("connected to nats://");
    let mut machine = host.machine();
    machine.send("STOP");
    watch.await_note("h/web: connected to QEMU 10.0.0");
    assert_eq!(watch.await_line(""), "h/web  STOP");
    watch.await_line("=> ");
    end(agent);
    watch.await_note("h/web: ");
    watch.signal("TERM");
    watch.end();
    drop(machine);
}

#[tokio::test]
async fn waiting_ends_with_the_event_of_the_machine() {
    let Some(server) = filled().await else { return };
    let mut wait = Running::start(&format!(
        "wait --time none --machine b/web --event STOP --timeout 60s {}",
        server.url()
    ));
    wait.await_note("connected to");
    publish(&server, "a", "web", "STOP", "2026-11-28T08:05:00Z").await;
    publish(&server, "b", "web", "STOP", "2026-11-28T08:06:00Z").await;
    let end = wait.end();
    assert_eq!((end.status, end.stdout.as_str()), (Some(0), "b/web  STOP\n"), "{end}");
    let past = run(&format!("wait --time none --since 2026-11-28T08:00:00Z --event RESUME {}", server.url()));
    assert_eq!(past.stdout, "a/db  RESUME\n", "{past}");
    let refused = run(&format!("wait --until-end {}", server.url()));
    assert!(refused.stderr.contains("add --machine HOST/NAME"), "{refused}");
}

#[tokio::test]
async fn a_report_tells_what_is_in_the_stream() {
    let Some(server) = filled().await else { return };
    let report = run(&format!("report {} --machine b/web", server.url()));
    assert_eq!(report.status, Some(0), "{report}");
    assert!(report.stdout.starts_with("b/web\n"), "{report}");
    let none = run(&format!("report {} --until 2026-11-28T07:00:00Z", server.url()));
    assert_eq!(none.status, Some(1), "{none}");
    let absent = run("report nats://127.0.0.1:1");
    assert_eq!(absent.status, Some(3), "{absent}");
}

#[test]
fn what_a_broker_alone_understands_is_refused_for_others() {
    let watch = run("watch unix:/run/vm.sock --machine web");
    assert!(watch.stderr.contains("are for nats:// endpoints"), "{watch}");
    let status = run("status nats://localhost");
    assert!(status.stderr.contains("only `watch`, `wait` and `report` take nats://"), "{status}");
}
