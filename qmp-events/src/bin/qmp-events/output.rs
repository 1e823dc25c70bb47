//! Where everything is written: events to standard output, notes about them to standard error.
//!
//! Nothing else in the program writes. Text comes with styles, and they are dropped here if the
//! output is no terminal or nobody wants them.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::AutoStream;

/// Both outputs. What is written to the first is kept until [`flush`](Output::flush).
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<AutoStream<StdoutLock<'static>>>,
    width: Option<usize>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout().lock();
        let width = stdout.is_terminal().then(terminal_size::terminal_size).flatten();
        let width = width.map(|(width, _)| usize::from(width.0)).filter(|&width| width >= 60);
        Output { stdout: BufWriter::with_capacity(64 << 10, AutoStream::auto(stdout)), width }
    }

    /// The columns of the terminal; `None` if it is none, or too narrow to break lines for it.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.stdout, "{text}")
    }

    /// Writes to standard error, behind all that was written to standard output.
    pub(crate) fn note(&mut self, text: impl Display) -> io::Result<()> {
        self.flush()?;
        note(text)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stdout.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Writes to standard error.
pub(crate) fn note(text: impl Display) -> io::Result<()> {
    writeln!(AutoStream::auto(io::stderr().lock()), "{text}")
}
