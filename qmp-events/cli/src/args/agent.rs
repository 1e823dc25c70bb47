//! The arguments of `agent`.

use clap::Args;

use crate::selection::Selection;
use crate::sinks::Display;
use crate::sources::machines::Machines;

#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("readers").required(true).multiple(true),
    mut_group("Selection", |group| group.requires("print")),
    mut_group("Display", |group| group.requires("print")),
)]
pub(crate) struct Agent {
    /// Machines, as `watch` takes them: unix:PATH, tcp:HOST:PORT, unix:DIRECTORY/PATTERN, listen:unix:PATH,
    /// listen:tcp:HOST:PORT, attach:ENDPOINT, libvirt:URI. With a name in front, if wanted
    #[arg(value_name = "[LABEL=]ENDPOINT", required = true, value_parser = Machines::parser())]
    pub(crate) machines: Vec<Machines>,

    /// Print events to standard output, as `watch` does
    #[arg(long, group = "readers")]
    pub(crate) print: bool,

    /// After events, print what changes in the state of the machine: `=>` for people, and JSON objects
    /// with `state` in place of `event`
    #[arg(long, requires = "print")]
    pub(crate) state: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) display: Display,
}
