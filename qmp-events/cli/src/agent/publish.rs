//! All that happens to the machines, published to a broker.

use std::collections::BTreeMap;
use std::sync::Arc;

use qmp_events::Disconnected;
use qmp_events::cloud_event::Content;
use qmp_events::protocol::Greeting;

use super::journal::Journal;
use super::reader::{Finish, Happening, Observed, Reader};
use crate::broker::note::{Note, Notes};
use crate::broker::publication::Publication;
use crate::broker::store::Machine;
use crate::sources::origins::OriginId;
use crate::terminal::line::line;
use crate::terminal::palette::{Style, paint};

/// Publishes what it is told.
pub(crate) struct Publish {
    publication: Publication,
    machines: BTreeMap<OriginId, Published>,
}

/// A machine, and whether it was said to be connected.
struct Published {
    machine: Arc<Machine>,
    is_connected: Option<bool>,
}

impl Publish {
    pub(crate) fn new(publication: Publication) -> Self {
        Publish { publication, machines: BTreeMap::new() }
    }
}

/// Notes about the way to the broker.
pub(crate) fn notes(journal: &Journal) -> Notes {
    let journal = journal.clone();
    Arc::new(move |note| {
        journal.note(match note {
            Note::Remark(text) => line![paint(Style::Dim, text)],
            Note::Trouble(text) => line![paint(Style::Warning, text)],
        });
    })
}

impl Reader for Publish {
    fn name(&self) -> &'static str {
        "--publish"
    }

    fn take(&mut self, observed: &Observed<'_>, happening: &Happening<'_>) -> anyhow::Result<()> {
        let publication = &mut self.publication;
        if let Happening::Arrived | Happening::Renamed = happening {
            let machine = publication.machine(&observed.origin.title, &observed.origin.source);
            let is_connected = self.machines.get(&observed.id).and_then(|known| known.is_connected);
            self.machines.insert(observed.id, Published { machine, is_connected });
            return Ok(());
        }
        let Some(Published { machine, is_connected }) = self.machines.get_mut(&observed.id) else {
            return Ok(());
        };
        match *happening {
            Happening::Connected(greeting) => {
                publication.connected(machine, greeting);
                *is_connected = Some(true);
            }
            Happening::Listening => {
                // libvirt does not say how QEMU greeted.
                publication.connected(machine, &Greeting::default());
                *is_connected = Some(true);
            }
            Happening::Gap(peer) => publication.gap(machine, peer),
            Happening::Event(record, _) => {
                publication.event(machine, Content::Event(&record.message), record.time);
            }
            Happening::Malformed(malformed) => publication.tell(machine, malformed.into()),
            Happening::Lagged(missed) => publication.tell(machine, Content::Lagged { missed }),
            // Attempts to connect again are not told each.
            Happening::Disconnected(cause) if *is_connected != Some(false) => {
                publication.disconnected(machine, cause.clone());
                *is_connected = Some(false);
            }
            Happening::Left => {
                if *is_connected == Some(true) {
                    publication.disconnected(machine, Disconnected::Released);
                }
                self.machines.remove(&observed.id);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Finish {
        let Publish { publication, machines } = *self;
        for Published { machine, .. } in machines.values().filter(|known| known.is_connected == Some(true)) {
            publication.disconnected(machine, Disconnected::Released);
        }
        Box::pin(publication.finish())
    }
}
