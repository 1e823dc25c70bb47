//! The runtime that commands read their sources with.

use tokio::runtime::Runtime;

/// A runtime that reads machines in another thread than this one, so that a slow reader of the
/// output never makes a QEMU wait.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}
