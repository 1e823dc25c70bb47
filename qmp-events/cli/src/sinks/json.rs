//! Events as QMP has them, one JSON object a line.

use std::io;

use super::sink::Sink;
use crate::record::Record;
use crate::sources::{Origin, Place};
use crate::state::news::StateNews;
use crate::terminal::output::Output;

pub(super) struct Json;

impl Sink for Json {
    fn event(&mut self, output: &mut Output, _: &Origin, _: Place, record: &Record) -> io::Result<()> {
        output.json(&record.message)
    }

    fn state(&mut self, output: &mut Output, origin: &Origin, news: &StateNews) -> io::Result<()> {
        output.json(&news.json(&origin.label))
    }
}
