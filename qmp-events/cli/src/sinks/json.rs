//! Events as QMP has them, one JSON object a line.

use std::io;

use super::sink::Sink;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::output::Output;

#[derive(Default)]
pub(super) struct Json {
    /// The last line, kept for its memory.
    line: Vec<u8>,
}

impl Sink for Json {
    fn event(&mut self, output: &mut Output, _: &Origin, _: Place, record: &Record) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, &record.message)?;
        output.json(str::from_utf8(&self.line).map_err(io::Error::other)?)
    }

    fn state(&mut self, output: &mut Output, origin: &Origin, news: &StateNews) -> io::Result<()> {
        output.json(&news.json(&origin.label).to_string())
    }
}
