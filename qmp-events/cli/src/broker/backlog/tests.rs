use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::broker::store::{Bounds, COUNT_KIND};

fn count_message(_: &str, machine: &Machine, _: i64, count: u64) -> Vec<u8> {
    format!("{count} of {}", machine.label).into_bytes()
}

fn start(directory: &TempDir) -> (Backlog, Writing, mpsc::UnboundedReceiver<Vec<Entry>>) {
    start_with(directory, 1 << 20)
}

fn start_with(directory: &TempDir, bytes: u64) -> (Backlog, Writing, mpsc::UnboundedReceiver<Vec<Entry>>) {
    let bounds = Bounds { bytes, age: Duration::from_secs(1000) };
    let store = Store::open(directory.path(), bounds, count_message).expect("a store");
    let notes: Notes = Arc::new(|_| {});
    Backlog::start(store, count_message, Arc::default(), notes).expect("a thread")
}

fn machine() -> Arc<Machine> {
    Arc::new(Machine { subject: "qmp.events.h.a".into(), source: "unix:/a".into(), label: "a".into() })
}

/// Pushes messages, and waits until they are on disk.
async fn push_all(backlog: &Backlog, writing: &mut Writing, count: u64) {
    for _ in 0..count {
        backlog.push(&machine(), "STOP", now(), Some(true), String::into_bytes);
    }
    backlog.close(writing).await;
}

/// What comes, up to so many.
async fn received(entries: &mut mpsc::UnboundedReceiver<Vec<Entry>>, count: usize) -> Vec<Entry> {
    let mut received = Vec::new();
    while received.len() < count {
        received.extend(entries.recv().await.expect("the thread runs"));
    }
    received
}

#[tokio::test]
async fn what_is_given_back_comes_again_in_order() {
    let directory = TempDir::new().expect("a directory");
    let (backlog, mut writing, mut entries) = start(&directory);
    push_all(&backlog, &mut writing, 100).await;
    backlog.take();
    let first = received(&mut entries, 100).await;
    first[..10].iter().for_each(|entry| backlog.published(entry.seq));
    backlog.give_back();
    backlog.take();
    assert_eq!(received(&mut entries, 90).await, first[10..]);
    assert_eq!(backlog.unpublished(), 90);
    backlog.end(writing);
}

#[tokio::test]
async fn the_oldest_are_dropped_while_nobody_takes_them() {
    let directory = TempDir::new().expect("a directory");
    let (backlog, mut writing, mut entries) = start_with(&directory, 10_000);
    push_all(&backlog, &mut writing, 200).await;
    backlog.take();
    let left = received(&mut entries, 2).await;
    assert_eq!(left[0].kind.as_ref(), COUNT_KIND);
    // The first number is that of the process.
    assert_eq!(left.last().map(|last| last.seq), Some(201));
    assert_eq!(left[0].seq + left.len() as u64, 202, "only the oldest are gone");
    backlog.end(writing);
}

#[tokio::test]
async fn what_was_pushed_last_is_unpublished_when_the_close_returns() {
    // So many that reading them back takes a while.
    const COUNT: u64 = 2000;
    let directory = TempDir::new().expect("a directory");
    let machine = machine();
    let (backlog, mut writing, mut entries) = start(&directory);
    backlog.take();
    for _ in 0..COUNT {
        backlog.push(&machine, "STOP", now(), None, String::into_bytes);
    }
    backlog.close(&mut writing).await;
    assert_eq!(backlog.unpublished(), COUNT);
    while backlog.unpublished() > 0 {
        let given = entries.recv().await.expect("the thread runs");
        given.iter().for_each(|entry| backlog.published(entry.seq));
    }
    backlog.end(writing);
    let (backlog, writing, _entries) = start(&directory);
    assert_eq!(backlog.unpublished(), 0);
    backlog.end(writing);
}
