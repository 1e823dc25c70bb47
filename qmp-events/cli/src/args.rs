//! The command line: what there is to type, and what it means. Completions and manual pages come
//! from here too. It must never read or write anything.

mod agent;

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use qmp_events::Version;
use qmp_events::log::Form;
use serde_json::Value;

pub(crate) use self::agent::{Address, Agent};
use crate::exit::EXIT_CODES;
use crate::period::{LogClock, Period};
use crate::selection::{Selection, Wanted};
use crate::sinks::Display;
use crate::sources::machine::Machine;
use crate::sources::machines::Machines;
#[cfg(feature = "nats")]
use crate::sources::nats::reading::Reading;

/// Reads, watches and explains the events of QEMU machines.
///
/// Events are what QEMU says by itself on its QMP socket: a guest shut down, a disk failed, a job
/// is done. Every QEMU is understood; what this build does not know is shown and marked with `?`.
#[derive(Debug, Parser)]
#[command(name = "qmp-events", version, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// When to use colours; `auto` looks for a terminal, and for NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the events in recordings and logs
    ///
    /// What an input is, its beginning tells. In a stream of QMP messages, greetings and replies are
    /// skipped, and all else is malformed. In a log (libvirt's debug log, what virsh prints, a
    /// journal, a trace, a transcript), events are found in the text around them, each once, and
    /// marked with the machine if the log names it. With `--event`, nothing but the name is read of other
    /// events, unless `--strict` or `--state` needs them. A summary goes to standard error. The exit status
    /// is 1 if the inputs hold something, but no message of QMP.
    Decode(Decode),
    /// Prints the events of running machines as they come
    ///
    /// Events go to standard output, and what happens to the connections goes to standard error.
    /// It ends when all machines have ended, unless others may come, or at SIGINT or SIGTERM. The exit status is 0 if
    /// every QEMU ended after SHUTDOWN or a signal ended the watch, 3 if a connection failed or
    /// ended otherwise, 4 if a server does not keep to the protocol.
    Watch(Watch),
    /// Keeps the monitors of machines for as many readers as there are: the service of a host
    ///
    /// A QMP monitor serves one client. This one holds it, connects again whenever a connection ends or cannot be made,
    /// knows the state of each machine, and hands on what happens to every reader that is asked for. What happens to
    /// the connections goes to standard error. It ends at SIGINT or SIGTERM, with status 0 unless a reader failed.
    Agent(Agent),
    /// Waits for an event of a running machine, and prints it
    ///
    /// Only events after the connection is made count. The exit status says how it went: 0 if the
    /// event came, 1 if the time ran out or the command of `--execute` was refused, 3 if there was no connection or it ended before, 4 if the
    /// server does not keep to the protocol (it never greeted, for instance, since it serves another
    /// client), 5 if an event of `--fail-on` came first.
    Wait(Wait),
    /// Executes a command on a running machine, and prints what it returns as JSON
    ///
    /// The exit status is 1 if QEMU refuses the command, with its reason on standard error.
    Execute(Execute),
    /// Tells what happened to machines, from recordings and logs
    ///
    /// In words: how long each machine ran, when and why it stood still, how its jobs and migrations went,
    /// how it ended. With `-o`, also as a page for a browser, with a timeline and a table of the events; it
    /// needs no network. A machine is called as its log says, or as its file. The exit status is 1 if there is
    /// no event in the input.
    Report(Report),
    /// Says whether machines run, why not, and what they are doing
    ///
    /// One look at each machine: its run state with the cause, its jobs and how far they are, the last
    /// migration, devices that are to leave, errors of drives, open ports, displays. The exit status is
    /// 0 if all machines run; 1 if one does not, or its run state is unknown; 3 if one cannot be reached;
    /// 4 if a server does not keep to the protocol or answers too late. The worst of several machines
    /// counts. With `--follow` it ends when all machines have ended, or at SIGINT or SIGTERM, with the exit
    /// status of `watch`.
    Status(Status),
    /// Lists events, with the words that people use for them in brackets
    List(List),
    /// Explains an event, or a member of one: what it means, when it comes, which QEMU has it
    ///
    /// A pattern or an everyday word (`BLOCK_JOB_*`, `reboot`) that fits several events lists them.
    Explain(Explain),
    /// Prints a JSON Schema (2020-12) of the messages of an event, or of any event
    Schema(Schema),
    /// Shows what changed from one QEMU to another, for programs that read events
    ///
    /// Each side is a release (`7.2`), a file with a reply to `query-qmp-schema` among its QMP messages,
    /// or a QAPI schema of a QEMU tree. Changes marked with `!` break a client that rejects what it does
    /// not know.
    Diff(Diff),
    /// Compares what a running QEMU can send with what this build knows
    ///
    /// Asks the machine itself (`query-qmp-schema`). The exit status is 1 if it can send something
    /// that this build does not know.
    Check(Check),
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Writes manual pages into a directory
    Man {
        /// The directory; it is made if it is not there
        #[arg(value_hint = ValueHint::DirPath)]
        directory: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// Files, or `-` for standard input; packed by gzip, zstd or xz as well
    #[arg(value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Only events in this form. `qmp` is strict: all that is not a message is malformed
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::ALL.map(Form::name)).try_map(|name| name.parse::<Form>()))]
    pub(crate) input: Option<Form>,

    #[command(flatten)]
    pub(crate) period: Period,

    /// Which time of an event in a log counts: it is printed, and `--since` and `--until` mean it
    #[arg(long, value_name = "CLOCK", value_enum, default_value_t = LogClock::Event)]
    pub(crate) clock: LogClock,

    /// Read the last file on as it grows, also when it is replaced or emptied; until SIGINT or SIGTERM
    #[arg(long)]
    pub(crate) follow: bool,

    /// Exit with 1 if anything is malformed or unknown: an event, a member, a value
    #[arg(long)]
    pub(crate) strict: bool,

    /// Also print replies with errors, among the notes: they often explain what follows
    #[arg(long)]
    pub(crate) replies: bool,

    /// After events, print what changes in the state of the machine: `=>` for people, and JSON objects
    /// with `state` in place of `event`
    #[arg(long)]
    pub(crate) state: bool,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) display: Display,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// A machine, unix:PATH or tcp:HOST:PORT; those with sockets in a directory, unix:DIRECTORY/PATTERN;
    /// those that connect, listen:unix:PATH or listen:tcp:HOST:PORT; libvirt's, libvirt:URI or
    /// libvirt:URI#DOMAIN. With a name for it in front, if wanted
    ///
    /// `*`, `?` and `[...]` in the last part of a path make a pattern, such as `unix:/run/vms/*.qmp`: machines come and
    /// go with their sockets, and are called as those. A machine that connects (`-chardev
    /// socket,id=m,path=PATH,reconnect=1 -mon m,mode=control`) is called by its name, its UUID or a number.
    ///
    /// Through libvirt (by `virsh qemu-monitor-event`, also without a URI), there are only events, with the times at
    /// which virsh got them: no commands are sent, and the end of a machine is its SHUTDOWN.
    ///
    /// `attach:unix:PATH`, `attach:tcp:HOST:PORT` and `attach:libvirt:URI#DOMAIN` have QEMU (11.1 or newer) add a
    /// monitor for this program, beside the one that others use.
    ///
    /// `nats://[USER:PASSWORD@]HOST:PORT` and `tls://…` are what the agents of any number of hosts publish; machines are called
    /// HOST/MACHINE, whatever name is in front. A connection that is lost is made again, and nothing is missed.
    #[arg(value_name = "[LABEL=]ENDPOINT", required_unless_present = "demo", value_parser = Machines::parser())]
    pub(crate) machines: Vec<Machines>,

    /// Play recordings of real machines instead; needs no QEMU
    #[arg(long, conflicts_with_all = ["machines", "reconnect"])]
    pub(crate) demo: bool,

    /// Connect again whenever a connection ends or cannot be made
    #[arg(long)]
    pub(crate) reconnect: bool,

    /// After events, print what changes in the state of the machine: `=>` for people, and JSON objects
    /// with `state` in place of `event`
    #[arg(long)]
    pub(crate) state: bool,

    #[cfg(feature = "nats")]
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Have the NATS server remember under this name what was read, and go on there the next time
    ///
    /// What was printed is acknowledged. After a crash, what was printed last may be printed again. If
    /// the server filters other machines or events under this name, that is an error.
    #[cfg(feature = "nats")]
    #[arg(long, value_name = "NAME", value_parser = parse_consumer)]
    pub(crate) durable: Option<String>,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) display: Display,
}

#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// The machine: unix:PATH or tcp:HOST:PORT, libvirt:URI#DOMAIN or libvirt:URI
    ///
    /// Through libvirt, no command can be sent, and the end of the machine is its SHUTDOWN. A QEMU that is killed sends
    /// none.
    ///
    /// `attach:unix:PATH`, `attach:tcp:HOST:PORT` and `attach:libvirt:URI#DOMAIN` have QEMU (11.1 or newer) add a
    /// monitor for this program, beside the one that others use.
    ///
    /// `nats://[USER:PASSWORD@]HOST:PORT` and `tls://…` are what the agents of any number of hosts publish.
    #[arg(value_name = "[LABEL=]ENDPOINT", value_parser = Machines::waited_parser())]
    pub(crate) machine: Machines,

    #[command(flatten)]
    pub(crate) wanted: Wanted,

    /// End after so many events
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "until_end")]
    pub(crate) count: NonZeroU64,

    /// Wait for the end of the machine, and print how it came: `guest-shutdown`, `host-signal`, `watchdog`
    /// or `killed`, for instance. With `--event`, such events are printed until then
    #[arg(long)]
    pub(crate) until_end: bool,

    #[command(flatten)]
    pub(crate) command: FirstCommand,

    /// Give up this long after the start, with status 1; such as `30s` or `5m`
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,

    #[cfg(feature = "nats")]
    #[command(flatten)]
    pub(crate) reading: Reading,

    #[command(flatten)]
    pub(crate) display: Display,
}

/// A command that is sent first.
#[derive(Debug, Args)]
pub(crate) struct FirstCommand {
    /// Send this command once events are listened to; if QEMU refuses it, exit with 1
    #[arg(id = "command", long = "execute", value_name = "COMMAND")]
    pub(crate) name: Option<String>,

    /// The command's arguments, as a JSON object
    #[arg(long, value_name = "JSON", requires = "command", value_parser = parse_object)]
    pub(crate) arguments: Option<Value>,
}

#[derive(Debug, Args)]
pub(crate) struct Execute {
    /// The machine: unix:PATH or tcp:HOST:PORT
    ///
    /// `attach:unix:PATH`, `attach:tcp:HOST:PORT` and `attach:libvirt:URI#DOMAIN` have QEMU (11.1 or newer) add a
    /// monitor for this program, beside the one that others use.
    #[arg(value_name = "ENDPOINT", value_parser = Machines::one_parser())]
    pub(crate) machine: Machine,

    /// The command, such as `query-status`
    #[arg(value_name = "COMMAND")]
    pub(crate) name: String,

    /// Its arguments, as a JSON object
    #[arg(value_name = "JSON", value_parser = parse_object)]
    pub(crate) arguments: Option<Value>,

    /// How long to wait for the reply
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Files, or `-` for standard input; packed by gzip, zstd or xz as well. Or a NATS server to which agents
    /// publish: nats://HOST:PORT
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Only events in this form
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::ALL.map(Form::name)).try_map(|name| name.parse::<Form>()))]
    pub(crate) input: Option<Form>,

    #[cfg(feature = "nats")]
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Write a page for a browser to this file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// A machine, unix:PATH or tcp:HOST:PORT, or all whose sockets are in a directory at the start,
    /// unix:DIRECTORY/PATTERN. With a name for it in front, if wanted
    ///
    /// `attach:unix:PATH`, `attach:tcp:HOST:PORT` and `attach:libvirt:URI#DOMAIN` have QEMU (11.1 or newer) add a
    /// monitor for this program, beside the one that others use.
    #[arg(value_name = "[LABEL=]ENDPOINT", required_unless_present = "schema", value_parser = Machines::present_parser())]
    pub(crate) machines: Vec<Machines>,

    /// How to print the state
    #[arg(long, value_enum, default_value_t = StatusFormat::Human)]
    pub(crate) format: StatusFormat,

    /// Print the state again after every change; on a terminal, in place
    #[arg(long)]
    pub(crate) follow: bool,

    /// Connect again whenever a connection ends or cannot be made
    #[arg(long, requires = "follow")]
    pub(crate) reconnect: bool,

    /// How long a machine may take to greet, and then to answer; such as `500ms` or `1m`
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "5s")]
    pub(crate) timeout: Duration,

    /// Print the JSON Schema of `--format json` instead
    #[arg(long, conflicts_with_all = ["machines", "follow"])]
    pub(crate) schema: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people
    Human,
    /// One JSON object a line, for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only events whose name, summary or everyday words have this text; `*` and `?` make it a
    /// pattern for names
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,

    /// Only what this release of QEMU has
    #[arg(long, value_name = "X.Y")]
    pub(crate) qemu: Option<Version>,

    /// Also what QEMU has no longer
    #[arg(long, conflicts_with = "qemu")]
    pub(crate) removed: bool,

    /// How to print them
    #[arg(long, value_enum, default_value_t = Page::Human)]
    pub(crate) format: Page,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The event, such as `SHUTDOWN`, a member, such as `SHUTDOWN.reason`, a pattern or a word
    #[arg(value_name = "EVENT[.MEMBER]")]
    pub(crate) subject: String,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Page::Human)]
    pub(crate) format: Page,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The event, such as `SHUTDOWN`; any, if it is left out
    #[arg(value_name = "EVENT")]
    pub(crate) event: Option<String>,

    /// Strictly what this release of QEMU sends; otherwise what is not known is allowed, as the decoder
    /// does
    #[arg(long, value_name = "X.Y")]
    pub(crate) qemu: Option<Version>,
}

/// How to print what the tool knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// For people
    Human,
    /// JSON, in the format of `events.json`
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The older side: a release, a recorded reply, or a schema
    #[arg(long, value_name = "X.Y|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) from: String,

    /// The newer side
    #[arg(long, value_name = "X.Y|FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) to: String,

    /// How to print the changes
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// One JSON object, for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The machine: unix:PATH or tcp:HOST:PORT
    ///
    /// `attach:unix:PATH`, `attach:tcp:HOST:PORT` and `attach:libvirt:URI#DOMAIN` have QEMU (11.1 or newer) add a
    /// monitor for this program, beside the one that others use.
    #[arg(value_name = "ENDPOINT", value_parser = Machines::one_parser())]
    pub(crate) machine: Machine,

    /// Give up if the answer takes longer, with status 4
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10s")]
    pub(crate) timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

fn parse_object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err("not a JSON object, such as {\"id\": \"disk1\"}".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// The name of a consumer is a part of subjects.
#[cfg(feature = "nats")]
fn parse_consumer(text: &str) -> Result<String, String> {
    let is_good = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    is_good.then(|| text.to_owned()).ok_or_else(|| "use letters, digits, `-` and `_`".to_owned())
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let signed: jiff::SignedDuration =
        text.parse().map_err(|_| format!("{text:?} is not a time such as 30s, 5m or 1h30m"))?;
    Duration::try_from(signed).map_err(|_| "a time to wait cannot be negative".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(parse_duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "30", "-5s", "soon"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
