//! The forms in which logs hold events.

use std::fmt;
use std::str::FromStr;

/// How an event is written in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A message as QEMU sends it, alone on its line or lines: recordings, transcripts of a terminal.
    Qmp,
    /// A message after an arrow, as traces of the protocol and QEMU's documents have it: `<- {…}`.
    Trace,
    /// A message after any other text, such as a logger's time and level.
    Logger,
    /// A message in a string of another format: logfmt, journal records, containers' logs.
    String,
    /// libvirt's debug log.
    Libvirt,
    /// What `virsh qemu-monitor-event` prints.
    Virsh,
    /// Python's spelling of a dict.
    Python,
    /// A message with placeholders instead of its time, as in the outputs of QEMU's tests.
    TestOutput,
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 8] = [
        Form::Qmp,
        Form::Trace,
        Form::Logger,
        Form::String,
        Form::Libvirt,
        Form::Virsh,
        Form::Python,
        Form::TestOutput,
    ];

    /// A name to select it by, such as `libvirt`.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Qmp => "qmp",
            Form::Trace => "trace",
            Form::Logger => "logger",
            Form::String => "string",
            Form::Libvirt => "libvirt",
            Form::Virsh => "virsh",
            Form::Python => "python",
            Form::TestOutput => "test-output",
        }
    }

    /// What such a log is, for people: `libvirt's debug log`.
    pub const fn description(self) -> &'static str {
        match self {
            Form::Qmp => "QMP messages",
            Form::Trace => "a trace of the protocol",
            Form::Logger => "a log with messages after other text",
            Form::String => "a log with messages in strings",
            Form::Libvirt => "libvirt's debug log",
            Form::Virsh => "output of virsh qemu-monitor-event",
            Form::Python => "Python's spelling of messages",
            Form::TestOutput => "test output with placeholders for times",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, UnknownForm> {
        Form::ALL.into_iter().find(|form| form.name() == name).ok_or(UnknownForm(()))
    }
}

/// A name that is not one of a [`Form`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownForm(());

impl fmt::Display for UnknownForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Form::ALL.map(Form::name).join(", ");
        write!(formatter, "not the name of a form: expected one of {names}")
    }
}

impl std::error::Error for UnknownForm {}
