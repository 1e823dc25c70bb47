//! Names that generated code has already, or that Rust keeps for itself.

/// The variant of the set of events for those that a build does not know.
pub(super) const UNKNOWN_EVENT: &str = "Unknown";

/// Types that generated files define or use beside those of the schema.
pub(super) const RESERVED_TYPES: [&str; 11] = [
    "Box",
    "Event",
    "EventKind",
    "Option",
    "RawJson",
    "String",
    "UnknownBranch",
    "UnknownEvent",
    "UnknownMembers",
    "UnknownValue",
    "Vec",
];

/// Modules that would be files of another meaning: the parent of all generated ones.
pub(super) const RESERVED_MODULES: [&str; 1] = ["mod"];
