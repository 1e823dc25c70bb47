//! The events of libvirt's domains, as `virsh qemu-monitor-event` prints them.
//!
//! One task listens to virsh, another one tells what it says. A domain comes with its first event and leaves with
//! its SHUTDOWN: there is no connection to it that could end.

mod domains;
mod listener;
mod teller;

use qmp_events::tokio::Backoff;
use tokio::sync::mpsc;

use super::arrivals::Arrivals;
pub(crate) use domains::Domains;

/// How many events wait for a slow output; more are dropped and counted.
const QUEUE: usize = 4 << 10;

/// Begins to listen; again and again, if there is a backoff.
pub(super) fn start(domains: &Domains, label: Option<&str>, arrivals: &Arrivals, backoff: Option<Backoff>) {
    let (said, heard) = mpsc::channel(QUEUE);
    tokio::spawn(teller::tell(domains.clone(), label.map(str::to_owned), arrivals.clone(), heard));
    let domains = domains.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = domains.keep_listening(&said, backoff) => {}
            // Its virsh ends with it.
            () = said.closed() => {}
        }
    });
}
