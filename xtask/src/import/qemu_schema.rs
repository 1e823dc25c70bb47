//! The QEMU that is imported.

use std::collections::BTreeSet;

use qmp_events_compare::surface::Surface;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;

/// What a QEMU has, with the names of its types.
#[derive(Clone, Copy, Debug)]
pub struct QemuSchema<'a> {
    /// Everything in it.
    pub schema: &'a Schema,
    /// What events reach.
    pub surface: &'a Surface,
    /// Its texts.
    pub sources: &'a SourceMap,
    /// The types whose names are not QEMU's, but made up.
    pub unnamed: &'a BTreeSet<String>,
}
