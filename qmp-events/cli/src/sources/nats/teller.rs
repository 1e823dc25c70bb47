//! Tells what messages say, as if the machines were connected here.

use std::collections::HashMap;
use std::sync::Arc;

use qmp_events::Malformed;
use qmp_events::cloud_event::{CloudEvent, Content};
use qmp_events::tokio::{Item, Peer};

use super::consumer::Numbered;
use super::reading::{Reading, label};
use crate::broker::subject::Subject;
use crate::sources::arrivals::{Announced, Arrivals};

/// How many machines are known at a time; the one that was silent longest is forgotten.
const MACHINES: usize = 16 << 10;

/// Tells of the machines of a stream.
pub(super) struct Teller {
    arrivals: Arrivals,
    reading: Reading,
    machines: HashMap<String, Known>,
}

struct Known {
    announced: Announced,
    /// The number of its last message.
    last: u64,
}

impl Teller {
    pub(super) fn new(arrivals: Arrivals, reading: Reading) -> Self {
        Teller { arrivals, reading, machines: HashMap::new() }
    }

    pub(super) fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    /// Tells what a message says; false if the program ends.
    pub(super) async fn message(&mut self, broker: &Announced, numbered: Numbered) -> bool {
        let Numbered { number, message, is_durable } = numbered;
        let goes_on = match Subject::parse(&message.subject) {
            None => {
                broker
                    .trouble(format!("message {number} is not ours: its subject is {}", message.subject))
                    .await
            }
            Some(subject) if self.reading.wants(&subject.host, &subject.machine) => {
                self.tell(&subject, number, &message.payload).await
            }
            Some(_) => true,
        };
        if goes_on && is_durable {
            let runtime = tokio::runtime::Handle::current();
            let receipt = move || {
                runtime.spawn(async move {
                    // It comes again if it is lost.
                    let _ = message.ack().await;
                });
            };
            return broker.printed(Box::new(receipt)).await;
        }
        goes_on
    }

    async fn tell(&mut self, subject: &Subject, number: u64, payload: &[u8]) -> bool {
        let decoded = CloudEvent::decode(payload);
        let source = decoded.as_ref().map_or_else(|_| String::new(), |event| event.source.clone());
        let Some(machine) = self.machine(subject, number, source).await else { return false };
        let event = match decoded {
            Ok(event) => event,
            Err(error) => return machine.trouble(format!("message {number} cannot be read: {error}")).await,
        };
        match event.content {
            Content::Event(message) => machine.tell_message(Box::new(message), event.time).await,
            Content::Connected(greeting) => machine.tell(Item::Connected(Arc::new(greeting))).await,
            Content::Gap(gap) => machine.gap(gap.peer).await,
            Content::Lagged { missed } => machine.tell(Item::Lagged { missed }).await,
            Content::Malformed { problem, raw } => {
                let malformed = Malformed::Unrecognized { json: raw, problem };
                machine.tell(Item::Malformed(Arc::new(malformed))).await
            }
            Content::Disconnected(cause) => machine.tell(Item::Disconnected(cause)).await,
            Content::Dropped { count } => machine.dropped(count).await,
            _ => machine.trouble(format!("message {number} says what this build does not know")).await,
        }
    }

    /// The machine of a subject; `None` if the program ends.
    async fn machine(&mut self, subject: &Subject, number: u64, source: String) -> Option<&Announced> {
        let label = label(&subject.host, &subject.machine);
        if !self.machines.contains_key(&label) {
            if self.machines.len() == MACHINES {
                let oldest = self.machines.iter().min_by_key(|(_, known)| known.last);
                let oldest = oldest.map(|(label, _)| label.clone()).unwrap_or_default();
                if let Some(known) = self.machines.remove(&oldest) {
                    known.announced.leave().await;
                }
            }
            let announced = self.arrivals.announce(&label, label.clone(), source).await?;
            self.machines.insert(label.clone(), Known { announced, last: number });
        }
        let known = self.machines.get_mut(&label)?;
        known.last = number;
        Some(&known.announced)
    }

    /// Of every machine, something may be missing here; false if the program ends.
    pub(super) async fn gap(&self) -> bool {
        for known in self.machines.values() {
            if !known.announced.gap(Peer::Unknown).await {
                return false;
            }
        }
        true
    }

    /// Nothing more will come.
    pub(super) async fn leave(&mut self) {
        for (_, known) in self.machines.drain() {
            known.announced.leave().await;
        }
    }
}
