//! A client for tokio.
//!
//! ```no_run
//! use qmp_events::Event;
//! use qmp_events::tokio::Item;
//!
//! # async fn example() -> Result<(), qmp_events::Error> {
//! let (client, mut events) = qmp_events::tokio::connect("unix:/run/vm.sock").await?;
//! client.execute("cont", None).await?;
//! while let Some(item) = events.next().await {
//!     match item {
//!         Item::Event(message) => println!("{:?}", message.event),
//!         Item::Disconnected(cause) => println!("{cause}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A task reads the connection all the time. Handles ([`Client`], clone it freely) send commands to it;
//! each [`Subscription`] is a stream of [`Item`]s with a queue of its own. The items make silence
//! unambiguous: connected, event, malformed, lagged, gap, disconnected.
//!
//! # Subscribers
//!
//! A subscriber's queue is bounded. If it is full, its oldest event is dropped, and [`Item::Lagged`] says
//! in that place how many were; what is said of the connection stays. The task never waits for a
//! subscriber, so a slow one stalls neither the others nor the commands, and never makes QEMU keep its
//! output in memory. The subscription
//! that comes with the connection misses nothing, not even events from before the greeting; one made
//! later begins with the state of the connection.
//!
//! # Cancellation
//!
//! Every future here may be dropped at any time. A dropped [`Subscription::next`] loses no item. A dropped
//! [`Client::execute`] sends its command as a whole or not at all; the reply is ignored. A dropped
//! [`Client::wait_for`] ends its subscription. A dropped [`connect`] closes the connection.
//!
//! # A monitor that somebody else needs
//!
//! A QMP monitor serves one client at a time. Since release 11.1, QEMU can add one while it runs: [`Attach`] does
//! that, and connects to it. On any QEMU, [`Share`] hands the monitor that you hold on to other clients.
//!
//! # Several machines
//!
//! Connect to each and spawn a task that sends its items to one channel; a connection needs a few KiB. Where
//! machines connect to you instead, a [`Listener`] accepts them.
//!
//! This module must never block a thread, and its task must never panic on what a server sends.

mod attach;
mod backoff;
mod client;
mod connect;
mod connection;
mod connector;
mod driver;
mod hub;
mod identity;
mod item;
mod listener;
mod options;
mod queue;
mod request;
mod share;
#[cfg(unix)]
mod socket_file;
mod subscription;
mod task;
mod wait;

pub use crate::client::{Gap, Peer};
pub use attach::{Attach, Lender, Loan};
pub use backoff::Backoff;
pub use client::Client;
pub use connect::connect;
pub use connector::{Connector, Socket};
pub use identity::Identity;
pub use item::{DeliverAs, Item};
pub use listener::Listener;
pub use options::Options;
pub use share::{Share, ShareOptions};
pub use subscription::Subscription;
pub use wait::Wait;
