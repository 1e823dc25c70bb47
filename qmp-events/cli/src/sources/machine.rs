//! A machine to connect to, and what it is called.

use std::str::FromStr;

use qmp_events::{Endpoint, EndpointError};

/// An endpoint with the name that its lines begin with.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) label: String,
    pub(crate) endpoint: Endpoint,
}

/// Reads `ENDPOINT` and `LABEL=ENDPOINT`.
impl FromStr for Machine {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        match text.split_once('=') {
            Some((label, endpoint)) if !label.contains(':') => {
                Ok(Machine { label: label.to_owned(), endpoint: endpoint.parse()? })
            }
            _ => {
                let endpoint = text.parse()?;
                Ok(Machine { label: label_of(&endpoint), endpoint })
            }
        }
    }
}

/// The name of a socket's file, without directories and extension; or the host and the port.
fn label_of(endpoint: &Endpoint) -> String {
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
        ] {
            let machine: Machine = text.parse().expect("an endpoint");
            assert_eq!(machine.label, label, "{text}");
        }
        assert!("/run/vm.sock".parse::<Machine>().is_err());
    }
}
