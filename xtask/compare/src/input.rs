//! The sides of a comparison as people name them: a release, a schema tree, what a QEMU said.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use qmp_events_frontend::diagnostics::{Diagnostic, Diagnostics, Severity};
use qmp_events_frontend::printable::printable;
use qmp_events_frontend::qapi;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::version::Version;
use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::conversation::{Conversation, NotAConversation, QemuVersion};
use crate::introspection::{self, InvalidReply};
use crate::projection::project;
use crate::releases::UnknownRelease;
use crate::surface::Surface;

/// Recordings of long conversations included; replies of today's QEMU have 200 kB.
const MAX_BYTES: u64 = 64 << 20;

/// More errors say no more: this is not a schema that we can read.
const MAX_ERRORS: usize = 10;

/// One side of a comparison.
#[derive(Debug)]
pub struct Input {
    /// What it is called: as the user named it, releases as `QEMU X.Y`.
    pub name: String,
    /// What a client can see.
    pub surface: Surface,
    /// The version, if the input says it.
    pub version: Option<QemuVersion>,
}

/// Why an input cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// The release is newer than the catalogue.
    Release(UnknownRelease),
    /// The old side of a comparison is a newer release than the new side.
    Backwards(Version, Version),
    /// A file cannot be read.
    Io(PathBuf, io::Error),
    /// The schema breaks rules of shapes: the first errors, a line each, and how many there are.
    Schema(PathBuf, Vec<String>, usize),
    /// A recorded file is damaged.
    Conversation(PathBuf, NotAConversation),
    /// The messages hold no reply to `query-qmp-schema`.
    NoReply(PathBuf),
    /// The reply is not valid.
    Reply(InvalidReply),
    /// There are no events in it.
    NoEvents(PathBuf),
}

fn show(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(error) => error.fmt(f),
            Self::Backwards(old, new) => {
                write!(f, "--from {old} is newer than --to {new}: changes are told forwards")
            }
            Self::Io(path, error) => write!(f, "{}: {error}", show(path)),
            Self::Schema(path, errors, count) => {
                for error in errors {
                    writeln!(f, "{error}")?;
                }
                let path = show(path);
                write!(f, "{path}: {count} errors; a newer QEMU may write what this reader does not know")
            }
            Self::Conversation(path, error) => write!(f, "{}: {error}", show(path)),
            Self::NoReply(path) => {
                write!(f, "{}: there is no reply to query-qmp-schema among these messages", show(path))
            }
            Self::Reply(error) => error.fmt(f),
            Self::NoEvents(path) => {
                let path = show(path);
                write!(f, "{path}: there are no events; is it the root that includes all the others?")
            }
        }
    }
}

impl std::error::Error for InputError {}

impl Input {
    /// Opens what a user named: a release of the catalogue (`7.2`), a schema root, the directory of
    /// one, or a file of QMP messages with a reply to `query-qmp-schema` among them.
    ///
    /// # Errors
    ///
    /// See [`InputError`].
    pub fn open(named: &str, catalogue: &Catalogue, sources: &mut SourceMap) -> Result<Self, InputError> {
        match named.parse() {
            Ok(release) => Self::of_release(release, catalogue),
            Err(_) => Self::of_file(Path::new(named), sources).map_err(|error| match error {
                InputError::Io(path, error) if error.kind() == io::ErrorKind::NotFound => {
                    let neither = "there is no such file, and a release is written like 7.2";
                    InputError::Io(path, io::Error::new(error.kind(), neither))
                }
                error => error,
            }),
        }
    }

    /// A release of the catalogue.
    ///
    /// # Errors
    ///
    /// It is newer than the catalogue.
    pub fn of_release(release: Version, catalogue: &Catalogue) -> Result<Self, InputError> {
        let surface = catalogue.at(release).map_err(InputError::Release)?;
        let version = Some(QemuVersion { release, micro: 0 });
        Ok(Self { name: format!("QEMU {release}"), surface, version })
    }

    /// A schema root, the directory of one, or a file of QMP messages.
    ///
    /// # Errors
    ///
    /// See [`InputError`].
    pub fn of_file(path: &Path, sources: &mut SourceMap) -> Result<Self, InputError> {
        let path = schema_root(path);
        let name = path.display().to_string();
        let (surface, version) = match read_conversation(&path)? {
            Some(Conversation { version, schema: Some(schema) }) => {
                (introspection::parse(schema).map_err(InputError::Reply)?, version)
            }
            Some(_) => return Err(InputError::NoReply(path)),
            None => (project(&read_schema(&path, sources)?, None), None),
        };
        if surface.events.is_empty() {
            return Err(InputError::NoEvents(path));
        }
        Ok(Self { name, surface, version })
    }

    /// What a running QEMU said: its version as it is in the greeting, and its reply to
    /// `query-qmp-schema`.
    ///
    /// # Errors
    ///
    /// The reply is not valid.
    pub fn of_reply(name: impl Into<String>, version: &Value, reply: Value) -> Result<Self, InputError> {
        let surface = introspection::parse(reply).map_err(InputError::Reply)?;
        Ok(Self { name: name.into(), surface, version: QemuVersion::read(version) })
    }
}

/// Refuses two sides that are releases in the wrong order, before any of them is opened.
///
/// # Errors
///
/// [`InputError::Backwards`].
pub fn check_order(from: &str, to: &str) -> Result<(), InputError> {
    match (from.parse(), to.parse()) {
        (Ok(old), Ok(new)) if new < old => Err(InputError::Backwards(old, new)),
        _ => Ok(()),
    }
}

/// A directory means the root in it.
pub fn schema_root(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("qapi-schema.json") } else { path.to_owned() }
}

/// Reads a tree of QEMU. One that breaks the rules of shapes is not to be relied on; how QEMU writes
/// its documentation does not matter here.
///
/// # Errors
///
/// The root cannot be read, or there are errors of shape.
pub fn read_schema(root: &Path, sources: &mut SourceMap) -> Result<Schema, InputError> {
    let mut diagnostics = Diagnostics::default();
    let schema = qapi::read(root, sources, &mut diagnostics, qapi::Options::default());
    let schema = schema.map_err(|error| InputError::Io(root.to_owned(), error))?;
    let matters = |one: &&Diagnostic| one.severity == Severity::Error && !one.code.starts_with("doc-");
    let errors: Vec<_> = diagnostics.sorted().into_iter().filter(matters).collect();
    if errors.is_empty() {
        return Ok(schema);
    }
    let line = |error: &&Diagnostic| {
        format!("{}: error[{}]: {}", sources.place(error.span), error.code, printable(&error.message))
    };
    let lines = errors.iter().take(MAX_ERRORS).map(line).collect();
    Err(InputError::Schema(root.to_owned(), lines, errors.len()))
}

/// The messages in a file, if it begins with JSON. A schema does not: its strings have single quotes.
fn read_conversation(path: &Path) -> Result<Option<Conversation>, InputError> {
    let failed = |error| InputError::Io(path.to_owned(), error);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(failed(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    let first = serde_json::Deserializer::from_slice(&bytes).into_iter::<serde::de::IgnoredAny>().next();
    match first {
        Some(Ok(_)) => {
            let read = Conversation::read(&bytes);
            read.map(Some).map_err(|error| InputError::Conversation(path.to_owned(), error))
        }
        _ => Ok(None),
    }
}
