//! Which QEMUs have something, and how often they send it.

use std::time::Duration;

use super::version::Version;

/// Since and until when, and whether, QEMU has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Availability {
    /// The first release with it, if that is known; for a member or value, if it is later than that
    /// of its owner.
    pub since: Option<Version>,
    /// The first release without it, if it is gone.
    pub removed: Option<Version>,
    /// Whether QEMU calls it deprecated.
    pub deprecated: bool,
    /// Whether QEMU calls it unstable: it may change in any release.
    pub unstable: bool,
    /// Other features of the schema.
    pub features: &'static [&'static str],
    /// The condition under which a build of QEMU has it.
    pub condition: Option<&'static str>,
}

impl Availability {
    /// In every QEMU; for a member or value, in every QEMU that has its owner.
    pub const ALWAYS: Self = Availability::new(None, None, false, false, &[], None);

    /// Whether this release has it, if it has the owner and was built with everything.
    pub fn available_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.removed.is_none_or(|removed| version < removed)
    }
}

/// A limit: QEMU sends one event per window and key, the first at once, then the last of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Members whose values are limited apart. None: all events of the kind share the limit.
    pub keys: &'static [&'static str],
    /// The release with which the limit began, if it is later than the event.
    pub since: Option<Version>,
    /// A member and the value with which an event is not limited.
    pub exempt: Option<(&'static str, &'static str)>,
}

impl RateLimit {
    /// The time in which QEMU sends one event per key.
    pub const WINDOW: Duration = Duration::from_secs(1);
}
