//! A machine to connect to, and what it is called.

use std::ffi::OsStr;

use qmp_events::Endpoint;

use super::address::Address;

/// An endpoint with the name that its lines begin with.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) label: String,
    pub(crate) endpoint: Address,
}

impl Machine {
    /// Reads `ENDPOINT` and `LABEL=ENDPOINT`. A path need not be UTF-8.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, String> {
        let (label, text) = split_label(text);
        Ok(Self::new(label, Address::parse(text)?))
    }

    /// A machine that is called as its endpoint if it has no label.
    pub(super) fn new(label: Option<&str>, endpoint: Address) -> Self {
        Machine { label: label.map_or_else(|| label_of(&endpoint), str::to_owned), endpoint }
    }
}

/// The label in front of an endpoint, and the rest.
pub(super) fn split_label(text: &OsStr) -> (Option<&str>, &OsStr) {
    match labelled(text) {
        Some((label, rest)) => (Some(label), rest),
        None => (None, text),
    }
}

#[cfg(unix)]
fn labelled(text: &OsStr) -> Option<(&str, &OsStr)> {
    use std::os::unix::ffi::OsStrExt;
    let text = text.as_bytes();
    let (label, endpoint) = text.split_at_checked(text.iter().position(|byte| *byte == b'=')?)?;
    let label = std::str::from_utf8(label).ok().filter(|label| !label.contains(':'))?;
    Some((label, OsStr::from_bytes(endpoint.get(1..)?)))
}

#[cfg(not(unix))]
fn labelled(text: &OsStr) -> Option<(&str, &OsStr)> {
    let (label, endpoint) = text.to_str()?.split_once('=')?;
    (!label.contains(':')).then(|| (label, endpoint.as_ref()))
}

/// The name of a domain, or of a socket's file, without directories and extension; or the host and the port.
fn label_of(address: &Address) -> String {
    let endpoint = match address {
        Address::AttachDomain(domain) => return domain.name.clone(),
        Address::Socket(endpoint) | Address::Attach(endpoint) => endpoint,
    };
    match endpoint {
        Endpoint::Unix(path) => match path.file_stem() {
            Some(stem) => stem.to_string_lossy().into_owned(),
            None => path.to_string_lossy().into_owned(),
        },
        other => {
            let text = other.to_string();
            text.split_once(':').map_or(text.clone(), |(_, address)| address.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_called_by_its_label_its_socket_or_its_address() {
        for (text, label) in [
            ("web=unix:/run/1.sock", "web"),
            ("unix:/run/vm/db.sock", "db"),
            ("unix:/run/a=b.sock", "a=b"),
            ("tcp:[::1]:4444", "[::1]:4444"),
            ("left=tcp:host:4444", "left"),
            ("attach:unix:/run/vm/db.sock", "db"),
            ("attach:libvirt:qemu:///system?socket=/run/s#my vm", "my vm"),
        ] {
            let machine = Machine::parse(text.as_ref()).expect("an endpoint");
            assert_eq!(machine.label, label, "{text}");
        }
        assert!(Machine::parse("/run/vm.sock".as_ref()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_path_need_not_be_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        for text in [b"vm=unix:/run/\xff=.sock".as_slice(), b"unix:/run/\xff=.sock"] {
            let machine = Machine::parse(OsStr::from_bytes(text)).expect("an endpoint");
            let path = std::path::Path::new(OsStr::from_bytes(b"/run/\xff=.sock"));
            assert_eq!(machine.endpoint, Address::Socket(Endpoint::from(path)));
        }
    }
}
