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

/// A pattern for machines, and its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MachinePattern {
    text: String,
    pattern: glob::Pattern,
}

impl MachinePattern {
    /// Whether it matches a machine by its name, or by its host and its name.
    fn matches(&self, host: &str, machine: &str) -> bool {
        self.pattern.matches(machine) || self.pattern.matches(&label(host, machine))
    }

    /// The text, if it matches no other.
    pub(crate) fn literal(&self) -> Option<&str> {
        (!self.text.contains(['*', '?'])).then_some(&*self.text)
    }
}

impl FromStr for MachinePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the name of the machine is missing".to_owned());
        }
        // Brackets are in labels, as in `tcp:[::1]:4444`: they make no classes.
        let pattern = glob::Pattern::new(&text.replace('[', "[[]")).map_err(|error| error.to_string())?;
        Ok(MachinePattern { text: text.to_owned(), pattern })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_the_names_of_machines_are_meant_as_they_are() {
        for name in ["a[1]", "tcp:[::1]:4444", "a[", "]a", "[!a]"] {
            let pattern: MachinePattern = name.parse().expect("a pattern");
            assert!(pattern.matches("host", name), "{name}");
            assert_eq!(pattern.literal(), Some(name));
        }
        let pattern: MachinePattern = "a[12]*".parse().expect("a pattern");
        assert!(pattern.matches("host", "a[12]3") && !pattern.matches("host", "a1"));
        assert_eq!(pattern.literal(), None);
    }
}
