//! The generator and checker of qmp-events.
