//! Machines to watch, as an argument of the command line names them: one, or any number that come and go.
//! Each kind is a file of its own.

use std::ffi::OsStr;

use clap::builder::{OsStringValueParser, TypedValueParser};
use qmp_events::EndpointError;
use qmp_events::tokio::Options;

use super::arrivals::Arrivals;
use super::machine::Machine;

/// A source of machines.
#[derive(Clone, Debug)]
pub(crate) enum Machines {
    One(Machine),
}

impl Machines {
    fn parse(text: &OsStr) -> Result<Self, EndpointError> {
        Machine::parse(text).map(Machines::One)
    }

    /// For the command line.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| Self::parse(&text))
    }

    /// The machine that is named, if it is one.
    pub(super) fn named(&self) -> Option<&Machine> {
        match self {
            Machines::One(machine) => Some(machine),
        }
    }

    /// Begins to look for the others, in a task that announces them.
    ///
    /// # Errors
    ///
    /// If that cannot begin.
    pub(super) async fn start(&self, _arrivals: &Arrivals, _options: Options) -> anyhow::Result<()> {
        match self {
            Machines::One(_) => Ok(()),
        }
    }
}
