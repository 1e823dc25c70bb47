//! Watches any number of machines in one task each, through restarts, and asks for the state whenever
//! events may have been missed.
//!
//! ```sh
//! cargo run --example supervisor_tokio --features tokio -- unix:/run/a.sock tcp:10.0.0.7:4444
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what happens")]

use qmp_events::tokio::{Backoff, Client, Item, Options, Subscription};
use qmp_events::{Endpoint, Error, Event};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let options = Options::new().reconnect(Backoff::default().max(Duration::from_secs(5)));
    let mut machines = JoinSet::new();
    for argument in std::env::args_os().skip(1) {
        let endpoint = Endpoint::try_from(argument)?;
        let (client, items) = options.start(&endpoint)?;
        machines.spawn(watch(endpoint.to_string(), client, items));
    }
    machines.join_all().await;
    Ok(())
}

async fn watch(name: String, client: Client, mut items: Subscription) {
    while let Some(item) = items.next().await {
        match item {
            Item::Connected(greeting) => {
                println!("{name}: connected to {greeting}");
                report_state(&name, &client).await;
            }
            Item::Event(message) => match message.event {
                Event::Stop(_) => println!("{name}: stopped"),
                Event::Resume(_) => println!("{name}: running"),
                Event::Shutdown(event) => println!("{name}: shut down: {:?}", event.reason),
                _ => {}
            },
            // What was missed is unknown, so the state must be asked for.
            Item::Lagged { missed } => {
                println!("{name}: missed {missed} items");
                report_state(&name, &client).await;
            }
            Item::Gap(gap) => println!("{name}: events may be missing; this is {}", gap.peer),
            Item::Malformed(malformed) => eprintln!("{name}: {malformed}"),
            Item::Disconnected(cause) => println!("{name}: {cause}"),
            _ => {}
        }
    }
}

async fn report_state(name: &str, client: &Client) {
    match timeout(PATIENCE, client.execute("query-status", None)).await {
        Ok(Ok(status)) => println!("{name}: {}", status["status"]),
        Ok(Err(error)) => println!("{name}: {error}"),
        Err(_) => println!("{name}: no answer within {PATIENCE:?}"),
    }
}
