//! Where everything is written: events to standard output, notes about them to standard error.
//!
//! Nothing else in the program writes. People get [`Line`]s, whose styles are dropped here if the
//! output is not a terminal or they are not wanted. Programs get JSON, whose controls are JSON's escapes.
//!
//! Both outputs are buffered. What is written to one waits until the other has been written, so that
//! a terminal shows both in order.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use qmp_events_frontend::printable::printable_json;
use serde::Serialize;

use super::json::JsonWriter;
use super::line::Line;

/// How much is kept until it is written, in bytes.
const BUFFER: usize = 64 << 10;

/// Both outputs. What is written is kept until [`flush`](Output::flush).
pub(crate) struct Output {
    stdout: BufWriter<Box<dyn Write>>,
    stderr: BufWriter<Box<dyn Write>>,
    stdout_has_styles: bool,
    stderr_has_styles: bool,
    width: Option<usize>,
    /// The lines of the terminal, if standard output is one that understands styles.
    height: Option<usize>,
    /// How many lines [`redraw`](Output::redraw) wrote last.
    drawn: usize,
    /// Empty: the memory of lines of JSON.
    json: Vec<u8>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let (stdout, stderr) = (io::stdout().lock(), io::stderr());
        let size = stdout.is_terminal().then(terminal_size::terminal_size).flatten();
        let stdout_has_styles = AutoStream::choice(&stdout) != ColorChoice::Never;
        Output {
            // Narrower terminals break long lines better themselves.
            width: size.map(|(width, _)| usize::from(width.0)).filter(|&width| width >= 60),
            height: size.map(|(_, height)| usize::from(height.0)).filter(|_| stdout_has_styles),
            drawn: 0,
            json: Vec::new(),
            stdout_has_styles,
            stderr_has_styles: AutoStream::choice(&stderr) != ColorChoice::Never,
            stdout: BufWriter::with_capacity(BUFFER, Box::new(stdout)),
            stderr: BufWriter::with_capacity(BUFFER, Box::new(AutoStream::auto(stderr))),
        }
    }

    /// Both outputs go elsewhere, without styles.
    pub(crate) fn into_writers(stdout: impl Write + 'static, stderr: impl Write + 'static) -> Self {
        Output {
            width: None,
            height: None,
            drawn: 0,
            json: Vec::new(),
            stdout_has_styles: false,
            stderr_has_styles: false,
            stdout: BufWriter::with_capacity(BUFFER, Box::new(stdout)),
            stderr: BufWriter::with_capacity(BUFFER, Box::new(stderr)),
        }
    }

    /// The columns of the terminal; `None` if it is not a terminal, or too narrow to break lines for it.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes a line to standard output.
    pub(crate) fn line(&mut self, line: &Line) -> io::Result<()> {
        self.part(line)?;
        self.write_all(b"\n")
    }

    /// Whether lines can be written in place of others: standard output is a terminal.
    pub(crate) fn can_redraw(&self) -> bool {
        self.height.is_some()
    }

    /// Writes lines in place of those of the last call. What does not fit on the terminal is left out.
    pub(crate) fn redraw(&mut self, lines: &[Line]) -> io::Result<()> {
        let room = self.height.unwrap_or(usize::MAX).saturating_sub(2).max(1);
        let drawn = std::mem::take(&mut self.drawn);
        if drawn > 0 {
            write!(self, "\x1b[{drawn}A")?;
        }
        // Without wrapping, a line is a line; wrapping is on again before anyone else writes.
        self.write_all(b"\r\x1b[J\x1b[?7l")?;
        lines.iter().take(room).try_for_each(|line| self.line(line))?;
        let left_out = lines.len().saturating_sub(room);
        if left_out > 0 {
            self.line(&super::line::line![format_args!("… and {left_out} more lines")])?;
        }
        self.write_all(b"\x1b[?7h")?;
        self.drawn = lines.len().min(room) + usize::from(left_out > 0);
        self.flush()
    }

    /// Writes a part of a line to standard output.
    pub(crate) fn part(&mut self, part: &Line) -> io::Result<()> {
        let styled = self.stdout_has_styles;
        part.write_to(self, styled)
    }

    /// Writes a value as a line of JSON to standard output, without characters that control a terminal.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = std::mem::take(&mut self.json);
        value.serialize(JsonWriter::new(&mut line))?;
        line.push(b'\n');
        let written = self.write_all(&line);
        line.clear();
        line.shrink_to(BUFFER);
        self.json = line;
        written
    }

    /// Writes a line of a JSON text to standard output: the same value, without characters that control a
    /// terminal.
    pub(crate) fn json_text(&mut self, json: &str) -> io::Result<()> {
        self.write_all(printable_json(json).as_bytes())?;
        self.write_all(b"\n")
    }

    /// Writes a line to standard error, after all that was written to standard output.
    pub(crate) fn note(&mut self, line: &Line) -> io::Result<()> {
        if !self.stdout.buffer().is_empty() {
            self.flush_stdout()?;
        }
        self.write_note(line)
    }

    /// Writes why the program fails. Standard output may be what failed, and is left alone.
    pub(crate) fn error(&mut self, line: &Line) -> io::Result<()> {
        self.write_note(line)?;
        self.stderr.flush()
    }

    /// Writes what was kept.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.flush_stdout()?;
        self.stderr.flush()
    }

    fn flush_stdout(&mut self) -> io::Result<()> {
        self.stdout.flush().map_err(stdout_failed)
    }

    fn write_note(&mut self, line: &Line) -> io::Result<()> {
        line.write_to(&mut self.stderr, self.stderr_has_styles)?;
        self.stderr.write_all(b"\n")
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.stderr.buffer().is_empty() {
            self.stderr.flush()?;
        }
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
