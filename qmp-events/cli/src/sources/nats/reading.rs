//! Which events of a broker are wanted. It must never connect to one.

use std::str::FromStr;

use clap::Args;

use crate::broker::server::Login;
use crate::period::Period;
use crate::selection::NamePattern;

/// Which events of a broker to read, and from when to when.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(crate) struct Reading {
    /// At a NATS server, only this machine: its name, or HOST/NAME; `*` and `?` match any text and any
    /// character. Several may be given
    #[arg(id = "published", long = "machine", value_name = "NAME")]
    pub(crate) machines: Vec<MachinePattern>,

    #[command(flatten)]
    pub(crate) period: Period,

    #[command(flatten)]
    pub(crate) login: Login,

    /// Names of events, if no others are needed; set by the command.
    #[arg(skip)]
    pub(crate) events: Option<Vec<NamePattern>>,

    /// The name under which the server remembers what was read; set by the command.
    #[arg(skip)]
    pub(crate) durable: Option<String>,

    /// Whether reading ends with the last message of now; set by the command.
    #[arg(skip)]
    pub(crate) is_past: bool,
}

/// A pattern for machines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MachinePattern(glob::Pattern);

impl MachinePattern {
    /// Whether it matches a machine by its name, or by its host and its name.
    fn matches(&self, host: &str, machine: &str) -> bool {
        self.0.matches(machine) || self.0.matches(&label(host, machine))
    }

    /// The text, if it matches no other.
    pub(crate) fn literal(&self) -> Option<&str> {
        (!self.0.as_str().contains(['*', '?', '['])).then(|| self.0.as_str())
    }
}

impl FromStr for MachinePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the name of the machine is missing".to_owned());
        }
        glob::Pattern::new(text).map(MachinePattern).map_err(|error| error.to_string())
    }
}

/// What lines about a machine begin with.
pub(super) fn label(host: &str, machine: &str) -> String {
    format!("{host}/{machine}")
}

impl Reading {
    /// Whether anything is set that only a broker understands.
    pub(crate) fn is_set(&self) -> bool {
        !self.machines.is_empty()
            || self.period.since().or(self.period.until()).is_some()
            || self.durable.is_some()
    }

    pub(super) fn wants(&self, host: &str, machine: &str) -> bool {
        self.machines.is_empty() || self.machines.iter().any(|pattern| pattern.matches(host, machine))
    }
}
