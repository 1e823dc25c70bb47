//! The members of an event, as spans of a row.

use serde::Serialize;

use super::row::Row;
use super::spans::{Known, Spans};
use super::values::Value;
use crate::record::Record;

/// Writes all members of an event's data, then those that the message has beside its data.
pub(super) fn write_members(record: &Record, row: &mut Row<'_>) {
    let mut spans = Spans::new(&record.unrecognized, row);
    let mut is_first = true;
    // Everything can be written; the row says in the end how it was taken.
    let _ = record.message.event.serialize(Value::message(&mut spans, &mut is_first));
    spans.forget_unknown();
    for (path, value) in record.unknown_members() {
        spans.begin_member(&path, Known::No, &mut is_first);
        let _ = value.serialize(Value::member(&mut spans, Known::No));
    }
    if !is_first {
        spans.end();
    }
}
