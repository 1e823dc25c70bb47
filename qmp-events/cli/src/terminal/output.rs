//! Where everything is written: events to standard output, notes about them to standard error.
//!
//! Nothing else in the program writes. Lines come with styles, which are dropped here if the output
//! is not a terminal or they are not wanted. What is written as bytes is for programs, and never touched.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};

/// Both outputs. What is written to the first is kept until [`flush`](Output::flush).
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<StdoutLock<'static>>,
    has_styles: bool,
    width: Option<usize>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout().lock();
        let width = stdout.is_terminal().then(terminal_size::terminal_size).flatten();
        let width = width.map(|(width, _)| usize::from(width.0)).filter(|&width| width >= 60);
        let has_styles = AutoStream::choice(&stdout) != ColorChoice::Never;
        Output { stdout: BufWriter::with_capacity(64 << 10, stdout), has_styles, width }
    }

    /// The columns of the terminal; `None` if it is not a terminal, or too narrow to break lines for it.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        if self.has_styles {
            return writeln!(self, "{text}");
        }
        writeln!(self, "{}", strip_str(&text.to_string()))
    }

    /// Writes to standard error, after all that was written to standard output.
    pub(crate) fn note(&mut self, text: impl Display) -> io::Result<()> {
        self.flush()?;
        note(text)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush().map_err(stdout_failed)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stdout.write(bytes).map_err(stdout_failed)
    }

    fn flush(&mut self) -> io::Result<()> {
        Output::flush(self)
    }
}

/// Says what cannot be written; the kind stays.
fn stdout_failed(error: io::Error) -> io::Error {
    match error.kind() {
        // `write_all` tries again only if it gets this as it is.
        io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, format!("cannot write to standard output: {error}")),
    }
}

/// Writes to standard error.
pub(crate) fn note(text: impl Display) -> io::Result<()> {
    writeln!(AutoStream::auto(io::stderr().lock()), "{text}")
}
