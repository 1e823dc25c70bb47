use tempfile::TempDir;

use super::*;
use crate::broker::store::Bounds;

fn count_message(_: &str, machine: &Machine, _: i64, count: u64) -> Vec<u8> {
    format!("{count} of {}", machine.label).into_bytes()
}

fn start(directory: &TempDir) -> (Backlog, Writing, mpsc::UnboundedReceiver<Vec<Entry>>) {
    let bounds = Bounds { bytes: 1 << 20, age: Duration::from_secs(1000) };
    let store = Store::open(directory.path(), bounds, count_message).expect("a store");
    let notes: Notes = Arc::new(|_| panic!("nothing goes wrong"));
    Backlog::start(store, count_message, Arc::default(), notes).expect("a thread")
}

#[tokio::test]
async fn what_was_pushed_last_is_unpublished_when_the_close_returns() {
    // So many that reading them back takes a while.
    const COUNT: u64 = 2000;
    let directory = TempDir::new().expect("a directory");
    let machine = Machine { subject: "qmp.events.h.a".into(), source: "unix:/a".into(), label: "a".into() };
    let machine = Arc::new(machine);
    let (backlog, mut writing, mut entries) = start(&directory);
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
