//! Watches one machine, in one thread: says why it stopped, and resumes it after an I/O error that a new
//! attempt may survive.
//!
//! ```sh
//! cargo run --example supervisor_blocking --features blocking -- /run/vm.sock
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what happens")]

use qmp_events::events::{BlockErrorAction, BlockIoError};
use qmp_events::{Error, Event, blocking};
use std::path::PathBuf;
use std::time::Duration;

/// A machine that cannot even answer `query-status` in this time has a problem.
const PATIENCE: Duration = Duration::from_secs(10);

/// Silence for so long is a reason to ask.
const PULSE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let socket = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: supervisor_blocking SOCKET")?);
    let mut client = blocking::connect(socket)?;
    println!("watching {}", client.greeting());
    loop {
        match client.next_event_within(PULSE) {
            Ok(Some(message)) => match message.event {
                Event::BlockIoError(event) if is_worth_another_attempt(&event) => {
                    println!("{}: stopped by an I/O error, resuming", event.device);
                    client.execute_within("cont", None, PATIENCE)?;
                }
                Event::GuestPanicked(event) => println!("the guest panicked: {:?}", event.info),
                Event::Shutdown(event) => println!("shut down: {:?}", event.reason),
                Event::Unknown(event) => println!("{} is new to this build", event.name),
                _ => {}
            },
            Ok(None) => return Ok(()),
            Err(Error::TimedOut { .. }) => {
                let status = client.execute_within("query-status", None, PATIENCE)?;
                println!("still {}", status["status"]);
            }
            Err(Error::Malformed(malformed)) => eprintln!("{malformed}"),
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_worth_another_attempt(event: &BlockIoError) -> bool {
    event.action == BlockErrorAction::Stop && event.nospace == Some(false)
}
