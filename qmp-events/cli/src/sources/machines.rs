//! Machines to watch, as an argument of the command line names them: one, or any number that come and go.
//! Each kind is a file of its own.

use std::error::Error;
use std::ffi::{OsStr, OsString};

use clap::builder::{OsStringValueParser, TypedValueParser};
use qmp_events::Endpoint;
use qmp_events::tokio::Options;

use super::arrivals::Arrivals;
use super::listen::listen;
use super::machine::{Machine, split_label};
#[cfg(unix)]
use super::pattern::Pattern;

/// Why an argument is not understood.
type Refusal = Box<dyn Error + Send + Sync>;

/// A source of machines.
#[derive(Clone, Debug)]
pub(crate) struct Machines {
    label: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    One(Endpoint),
    Listen(Endpoint),
    #[cfg(unix)]
    Pattern(Pattern),
}

impl Machines {
    fn parse(text: &OsStr) -> Result<Self, Refusal> {
        let (label, text) = split_label(text);
        let kind = match strip_prefix(text, "listen:") {
            Some(endpoint) => Kind::Listen(endpoint.try_into()?),
            None => Kind::of(text.try_into()?),
        };
        Ok(Machines { label: label.map(str::to_owned), kind })
    }

    /// For commands that take any number of machines.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| Self::parse(&text))
    }

    /// For commands that take machines that are there.
    pub(crate) fn present_parser() -> impl TypedValueParser<Value = Self> {
        OsStringValueParser::new().try_map(|text| {
            refuse_listening(&text)?;
            Self::parse(&text)
        })
    }

    /// For commands that take one machine.
    pub(crate) fn one_parser() -> impl TypedValueParser<Value = Machine> {
        OsStringValueParser::new().try_map(|text| {
            refuse_listening(&text)?;
            Machine::parse(&text).map_err(Refusal::from)
        })
    }

    /// The machines that are there now: those that are named, and those whose sockets match.
    ///
    /// # Errors
    ///
    /// If no socket matches.
    pub(crate) fn present(&self) -> anyhow::Result<Vec<Machine>> {
        if let Some(machine) = self.named() {
            return Ok(vec![machine]);
        }
        match &self.kind {
            Kind::One(_) | Kind::Listen(_) => Ok(Vec::new()),
            #[cfg(unix)]
            Kind::Pattern(pattern) => {
                let found = pattern.present(&self.prefix())?.into_iter();
                Ok(found.map(|(label, path)| Machine { label, endpoint: path.into() }).collect())
            }
        }
    }

    /// The machine that is named, if it is one.
    pub(super) fn named(&self) -> Option<Machine> {
        let endpoint = match &self.kind {
            Kind::One(endpoint) => endpoint.clone(),
            Kind::Listen(_) => return None,
            #[cfg(unix)]
            Kind::Pattern(pattern) => pattern.literal()?.into(),
        };
        Some(Machine::new(self.label.as_deref(), endpoint))
    }

    /// What is put in front of the labels of several.
    fn prefix(&self) -> String {
        self.label.as_ref().map(|label| format!("{label}/")).unwrap_or_default()
    }

    /// Begins to look for those that are not named, in a task that announces them.
    ///
    /// # Errors
    ///
    /// If that cannot begin.
    pub(super) async fn start(&self, arrivals: &Arrivals, options: Options) -> anyhow::Result<()> {
        let prefix = self.prefix();
        match &self.kind {
            Kind::One(_) => Ok(()),
            Kind::Listen(endpoint) => listen(endpoint, &prefix, arrivals, options).await,
            #[cfg(unix)]
            Kind::Pattern(pattern) => {
                pattern.watch(&prefix, arrivals, options);
                Ok(())
            }
        }
    }
}

/// Machines that connect are there only as long as somebody listens.
fn refuse_listening(text: &OsStr) -> Result<(), Refusal> {
    match strip_prefix(split_label(text).1, "listen:") {
        Some(_) => Err("only `watch` takes machines that connect: write unix:PATH or tcp:HOST:PORT".into()),
        None => Ok(()),
    }
}

impl Kind {
    fn of(endpoint: Endpoint) -> Self {
        #[cfg(unix)]
        if let Endpoint::Unix(path) = &endpoint
            && let Some(pattern) = Pattern::parse(path)
        {
            return Kind::Pattern(pattern);
        }
        Kind::One(endpoint)
    }
}

#[cfg(unix)]
fn strip_prefix(text: &OsStr, prefix: &str) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    text.as_bytes().strip_prefix(prefix.as_bytes()).map(|rest| OsStr::from_bytes(rest).to_owned())
}

#[cfg(not(unix))]
fn strip_prefix(text: &OsStr, prefix: &str) -> Option<OsString> {
    text.to_str()?.strip_prefix(prefix).map(OsString::from)
}
