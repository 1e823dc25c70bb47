//! NATS JetStream: the way of events to a broker, and what both directions share. A message goes
//! [to the disk](store) first, [then to the broker](publisher), and leaves the disk when that has it.

mod backlog;
mod lanes;
pub(crate) mod note;
pub(crate) mod publication;
mod publisher;
pub(crate) mod server;
pub(crate) mod store;
pub(crate) mod stream;
pub(crate) mod subject;
