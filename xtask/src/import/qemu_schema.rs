//! The QEMU that is imported.

use qmp_events_compare::surface::Surface;
use qmp_events_frontend::schema::Schema;
use qmp_events_frontend::source::SourceMap;

/// A tree of QEMU.
#[derive(Clone, Copy, Debug)]
pub struct QemuSchema<'a> {
    /// Everything in it.
    pub schema: &'a Schema,
    /// What events reach.
    pub surface: &'a Surface,
    /// Its texts.
    pub sources: &'a SourceMap,
}
