//! A difference between two surfaces: what changed, in what, and where.

use qmp_events_frontend::source::Span;

/// One difference.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The event or the type that differs.
    pub owner: Owner,
    /// What is different.
    pub change: Change,
    /// The place in the old source: what is gone or changed, or the owner of what is new.
    pub old_place: Option<Span>,
    /// The place in the new source, likewise.
    pub new_place: Option<Span>,
    /// One side is a build, and builds leave such things out: QEMU may have it all the same.
    pub left_out: bool,
}

/// What a difference belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// An event.
    Event(String),
    /// A type.
    Type {
        /// `enum`, `struct`, `union` or `alternate`.
        word: &'static str,
        /// Its name in a source that does not mask it, or the way to it: `EVENT.member`.
        name: String,
        /// Its name in the old source, masked or not.
        key: String,
    },
}

impl Owner {
    /// The name of the event or the type.
    pub fn name(&self) -> &str {
        match self {
            Self::Event(name) | Self::Type { name, .. } => name,
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(name) => write!(f, "event '{name}'"),
            Self::Type { word, name, .. } => write!(f, "{word} '{name}'"),
        }
    }
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant's own text says what its fields are")]
pub enum Change {
    /// The owner, an event, is new.
    EventAdded,
    /// The owner, an event, is gone.
    EventRemoved,
    /// There is a new member.
    MemberAdded { member: String, optional: bool },
    /// A member is gone.
    MemberRemoved { member: String, optional: bool },
    /// A member may be left out now.
    MadeOptional { member: String },
    /// A member is always there now.
    MadeMandatory { member: String },
    /// A member, or a type as a whole if `member` is empty, has another type.
    TypeChanged { member: String, old: String, new: String },
    /// An enum has a new value.
    ValueAdded { value: String },
    /// A value is gone.
    ValueRemoved { value: String },
    /// A tag value, or an alternate, has a new set of members.
    BranchAdded { branch: String },
    /// A tag value, or an alternate, has no members of its own any more.
    BranchRemoved { branch: String },
    /// A part, or the owner as a whole if `part` is empty, has a new feature.
    FeatureAdded { part: String, feature: String },
    /// A feature is gone.
    FeatureRemoved { part: String, feature: String },
    /// The owner, a type, has another name.
    Renamed { new: String },
    /// The owner inherits from another type. Nothing that a client can see.
    BaseChanged { old: Option<String>, new: Option<String> },
    /// QEMU limits the rate of the owner, an event, now.
    RateLimitAdded { limit: String },
    /// The rate of the owner is limited otherwise now.
    RateLimitChanged { old: String, new: String },
    /// The rate of the owner is not limited any more.
    RateLimitRemoved { limit: String },
    /// Other builds have it. Nothing that a client can see.
    ConditionChanged { part: String, old: Option<String>, new: Option<String> },
}

impl Change {
    /// Whether a message can show it.
    pub fn is_on_the_wire(&self) -> bool {
        !matches!(
            self,
            Self::FeatureAdded { .. }
                | Self::FeatureRemoved { .. }
                | Self::RateLimitAdded { .. }
                | Self::RateLimitChanged { .. }
                | Self::RateLimitRemoved { .. }
                | Self::Renamed { .. }
                | Self::BaseChanged { .. }
                | Self::ConditionChanged { .. }
        )
    }

    /// A stable name of the kind of change, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EventAdded => "event-added",
            Self::EventRemoved => "event-removed",
            Self::MemberAdded { .. } => "member-added",
            Self::MemberRemoved { .. } => "member-removed",
            Self::MadeOptional { .. } => "made-optional",
            Self::MadeMandatory { .. } => "made-mandatory",
            Self::TypeChanged { .. } => "type-changed",
            Self::ValueAdded { .. } => "value-added",
            Self::ValueRemoved { .. } => "value-removed",
            Self::BranchAdded { .. } => "branch-added",
            Self::BranchRemoved { .. } => "branch-removed",
            Self::FeatureAdded { .. } => "feature-added",
            Self::FeatureRemoved { .. } => "feature-removed",
            Self::RateLimitAdded { .. } => "rate-limit-added",
            Self::RateLimitChanged { .. } => "rate-limit-changed",
            Self::RateLimitRemoved { .. } => "rate-limit-removed",
            Self::Renamed { .. } => "type-renamed",
            Self::BaseChanged { .. } => "base-changed",
            Self::ConditionChanged { .. } => "condition-changed",
        }
    }

    /// The member, value or branch that changed; nothing if it is the owner as a whole.
    pub fn part(&self) -> Option<&str> {
        let part = match self {
            Self::MemberAdded { member, .. }
            | Self::MemberRemoved { member, .. }
            | Self::MadeOptional { member }
            | Self::MadeMandatory { member }
            | Self::TypeChanged { member, .. } => member,
            Self::ValueAdded { value } | Self::ValueRemoved { value } => value,
            Self::BranchAdded { branch } | Self::BranchRemoved { branch } => branch,
            Self::FeatureAdded { part, .. }
            | Self::FeatureRemoved { part, .. }
            | Self::ConditionChanged { part, .. } => part,
            Self::EventAdded
            | Self::EventRemoved
            | Self::RateLimitAdded { .. }
            | Self::RateLimitChanged { .. }
            | Self::RateLimitRemoved { .. }
            | Self::Renamed { .. }
            | Self::BaseChanged { .. } => return None,
        };
        Some(part).filter(|part| !part.is_empty()).map(String::as_str)
    }

    /// Whether a client that was written for the old side, and rejects what it does not know or
    /// misses, may reject a message of the new side.
    pub fn breaks_strict_client(&self) -> bool {
        match self {
            Self::EventAdded
            | Self::MemberAdded { .. }
            | Self::MadeOptional { .. }
            | Self::TypeChanged { .. }
            | Self::ValueAdded { .. }
            | Self::BranchAdded { .. }
            | Self::BranchRemoved { .. } => true,
            Self::MemberRemoved { optional, .. } => !optional,
            _ => false,
        }
    }
}
