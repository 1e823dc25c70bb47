//! What a server remembers under a name was made for the machines and events of the first time.

use crate::nats_reading::filled;
use crate::nats_server::NatsServer;
use crate::run::{Run, Running, run};

fn durable(server: &NatsServer, options: &str) -> String {
    format!("watch --time none --durable log --since 2026-11-28T00:00:00Z {} {options}", server.url())
}

fn refused(server: &NatsServer, options: &str) -> Run {
    let run = run(&durable(server, options));
    assert_eq!((run.status, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("the consumer log was made for "), "{run}");
    assert!(run.stderr.contains("`nats consumer rm QMP_EVENTS log`"), "{run}");
    run
}

#[tokio::test]
async fn a_durable_consumer_is_refused_for_other_machines_than_it_was_made_for() {
    let Some(server) = filled().await else { return };
    let mut watch = Running::start(&durable(&server, "--machine web"));
    assert_eq!(watch.await_line(""), "a/web  STOP");
    watch.signal("TERM");
    watch.end();
    let other = refused(&server, "--machine db");
    assert!(
        other.stderr.contains("qmp.events.*.web.*") && other.stderr.contains("qmp.events.*.db.*"),
        "{other}"
    );
    refused(&server, "");
    let mut watch = Running::start(&durable(&server, "--machine web"));
    watch.await_note("connected to");
    watch.signal("TERM");
    assert_eq!(watch.end().status, Some(0));
}

#[tokio::test]
async fn a_durable_consumer_that_was_made_anew_for_others_ends_the_program() {
    let Some(mut server) = filled().await else { return };
    let mut watch = Running::start(&durable(&server, "--machine web"));
    watch.await_note("connected to");
    server.kill();
    watch.await_note("is lost");
    watch.signal("STOP");
    server.restart();
    server.stream().await.delete_consumer("log").await.expect("a consumer");
    let mut made_anew = Running::start(&durable(&server, "--machine db"));
    assert_eq!(made_anew.await_line(""), "a/db  RESUME");
    watch.signal("CONT");
    let end = watch.end();
    assert_eq!(end.status, Some(3), "{end}");
    assert!(end.stderr.contains("the consumer log was made for qmp.events.*.db.*"), "{end}");
    made_anew.signal("TERM");
    made_anew.end();
}
