//! Whether the server after a reconnect is the one from before.

use crate::client::Peer;
use serde_json::Value;

/// The command that tells a thread of the server's process.
pub(super) const QUERY: &str = "query-cpus-fast";

/// Evidence of which QEMU serves a connection, from [`Client::identity`](super::Client::identity): the process
/// at the other end of a unix socket (on Linux, process id and start time), and the host thread of the first
/// vCPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    process: Option<Process>,
    /// The host thread of the first vCPU. It differs after a restart, unless the process numbers begin
    /// anew with it, as in a container.
    vcpu_thread: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: i32,
    /// In clock ticks after the boot of the host: process numbers are used again, this is not.
    start_time: u64,
}

impl Identity {
    /// From the process at the other end of the socket, if that is known.
    pub(super) fn of_process(id: Option<i32>) -> Self {
        let process = id.and_then(|id| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            Some(Process { id, start_time: parse_start_time(&stat)? })
        });
        Identity { process, vcpu_thread: None }
    }

    /// With what the reply to [`QUERY`] tells.
    pub(super) fn with_vcpus(self, vcpus: &Value) -> Self {
        Identity { vcpu_thread: vcpus[0]["thread-id"].as_u64(), ..self }
    }

    /// What this evidence and that of an earlier connection prove.
    // A wrong `Same` would do harm, so it takes all evidence there is: the peer process may be a proxy or a
    // manager that opened the socket.
    pub fn compare(self, earlier: Self) -> Peer {
        let same_process = self.process.zip(earlier.process).map(|(now, before)| now == before);
        let same_vcpu = self.vcpu_thread.zip(earlier.vcpu_thread).map(|(now, before)| now == before);
        match (same_process, same_vcpu) {
            (_, Some(false)) | (Some(false), None) => Peer::Different,
            (Some(true), Some(true) | None) => Peer::Same,
            (None, _) | (Some(false), Some(true)) => Peer::Unknown,
        }
    }
}

/// The 22nd field of `/proc/PID/stat`; the second one is in brackets and may hold anything.
fn parse_start_time(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(process: Option<(i32, u64)>, vcpu_thread: Option<u64>) -> Identity {
        Identity { process: process.map(|(id, start_time)| Process { id, start_time }), vcpu_thread }
    }

    #[test]
    fn only_consistent_evidence_proves_the_same_peer() {
        let before = identity(Some((7, 100)), Some(9));
        for (now, peer) in [
            (before, Peer::Same),
            (identity(Some((7, 101)), Some(10)), Peer::Different),
            (identity(Some((7, 101)), None), Peer::Different),
            (identity(Some((7, 100)), None), Peer::Same),
            // A manager that opened the socket, and a QEMU that was restarted.
            (identity(Some((7, 100)), Some(10)), Peer::Different),
            // A proxy with a process per connection, or a container that was restarted.
            (identity(Some((8, 200)), Some(9)), Peer::Unknown),
            (identity(None, Some(9)), Peer::Unknown),
            (identity(None, Some(10)), Peer::Different),
            (identity(None, None), Peer::Unknown),
        ] {
            assert_eq!(now.compare(before), peer, "{now:?}");
        }
    }

    #[test]
    fn the_start_time_is_found_after_any_process_name() {
        let stat = "12 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        assert_eq!(parse_start_time(stat), Some(4711));
        assert_eq!(parse_start_time("12 (a) S 1"), None);
        assert_eq!(parse_start_time(""), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_the_same_as_itself() {
        let id = i32::try_from(std::process::id()).ok();
        assert_eq!(Identity::of_process(id).compare(Identity::of_process(id)), Peer::Same);
    }
}
