//! The catalogue of this version of the crate.

use std::sync::LazyLock;

use crate::model::Reference;

static BUILT_IN: LazyLock<Reference> =
    LazyLock::new(|| serde_json::from_str(EVENTS).expect("a test reads the checked-in catalogue"));

/// The catalogue as a file.
const EVENTS: &str = include_str!("../data/events.json");

impl Reference {
    /// The catalogue of this version of the crate, read at the first call.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }
}
