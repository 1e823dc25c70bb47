//! Tells what virsh says, of which domain it is.

use std::collections::BTreeMap;
use std::pin::pin;

use qmp_events::log::{Entry, LogTime, LoggedEvent, Malformed};
use qmp_events::tokio::Item;
use qmp_events::{Envelope, EventKind};
use tokio::sync::mpsc;

use super::domains::Domains;
use super::listener::Said;
use crate::sources::arrivals::{Announced, Arrivals};
use crate::sources::uri::uri_reference;
use crate::sources::virsh::Domain;

/// What is told of a libvirt that goes away; none of it if the program ends.
pub(super) async fn tell(
    domains: Domains,
    label: Option<String>,
    arrivals: Arrivals,
    mut heard: mpsc::Receiver<Said>,
) -> Option<()> {
    let title = label.as_deref().or(domains.domain.as_deref()).unwrap_or("libvirt");
    let name = domains.to_string();
    let connection = arrivals.announce(title, name.clone(), uri_reference(&name)).await?;
    let mut teller =
        Teller { domains, label, arrivals, connection, known: BTreeMap::new(), was_connected: false };
    let arrivals = teller.arrivals.clone();
    let mut closed = pin!(arrivals.closed());
    loop {
        let said = tokio::select! {
            said = heard.recv() => said?,
            () = &mut closed => return None,
        };
        teller.tell(said).await?;
    }
}

struct Teller {
    domains: Domains,
    /// What the user calls them.
    label: Option<String>,
    arrivals: Arrivals,
    /// The way to the domains, as a machine of its own.
    connection: Announced,
    /// Domains with events, by their names.
    known: BTreeMap<String, Announced>,
    was_connected: bool,
}

impl Teller {
    async fn tell(&mut self, said: Said) -> Option<()> {
        match said {
            Said::Connected(uri) => {
                if std::mem::replace(&mut self.was_connected, true) {
                    let text = "back after a gap; events may be missing here".to_owned();
                    self.connection.trouble(text).await.then_some(())?;
                }
                self.connection.listens(uri).await.then_some(())
            }
            Said::Entry(entry) => match *entry {
                Entry::Event(event) => self.tell_event(event).await,
                Entry::Malformed(Malformed { problem, text, .. }) => {
                    let text = format!("malformed: {problem}: {text}");
                    self.connection.trouble(text).await.then_some(())
                }
                _ => Some(()),
            },
            Said::Missed(missed) => {
                self.forget_all().await;
                self.connection.tell(Item::Lagged { missed }).await.then_some(())
            }
            Said::Ended(cause) => {
                self.forget_all().await;
                self.connection.tell(Item::Disconnected(cause)).await.then_some(())
            }
        }
    }

    async fn tell_event(&mut self, event: LoggedEvent) -> Option<()> {
        let name = event.origin.domain.clone().unwrap_or_default();
        let logged = event.logged_at.as_ref().and_then(LogTime::timestamp);
        let json = event.json().as_bytes();
        let is_last = Envelope::decode(json).is_ok_and(|event| event.kind() == Some(EventKind::Shutdown));
        if !self.known.contains_key(&name) {
            let domain = self.announce(&name).await?;
            self.known.insert(name.clone(), domain);
        }
        self.known.get(&name)?.tell_logged(json.into(), logged).await.then_some(())?;
        if is_last && let Some(domain) = self.known.remove(&name) {
            domain.leave().await;
        }
        Some(())
    }

    async fn announce(&self, name: &str) -> Option<Announced> {
        let Domains { libvirt, domain } = &self.domains;
        let domain_label = match (&self.label, domain) {
            (Some(label), Some(_)) => label.clone(),
            (Some(label), None) => format!("{label}/{name}"),
            (None, _) => name.to_owned(),
        };
        let domain = Domain { libvirt: libvirt.clone(), name: name.to_owned() }.to_string();
        self.arrivals.announce(&domain_label, domain.clone(), uri_reference(&domain)).await
    }

    /// What was known of the domains is in doubt now: they begin anew.
    async fn forget_all(&mut self) {
        for domain in std::mem::take(&mut self.known).into_values() {
            domain.leave().await;
        }
    }
}
