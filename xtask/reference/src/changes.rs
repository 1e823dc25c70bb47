//! What came and went, release by release: the dates of the catalogue, turned around.

use std::fmt;

use serde::Serialize;

use crate::model::{Event, Feature, Lifetime, Member, Object, Reference, Shape, Type};
use crate::release::Release;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The first release that has it so.
    pub release: Release,
    /// Whether an event changed, and not a type.
    pub of_event: bool,
    /// The event or the type.
    pub subject: String,
    /// What changed.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "what", content = "detail", rename_all = "kebab-case")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It had another name before.
    Renamed(String),
    /// It has this member.
    MemberAdded(String),
    /// It has this member no more.
    MemberRemoved(String),
    /// This member may be missing.
    MemberOptional(String),
    /// This member is always there.
    MemberMandatory(String),
    /// It has this value.
    ValueAdded(String),
    /// It has this value no more.
    ValueRemoved(String),
    /// It has this feature.
    FeatureAdded(String),
    /// It has this feature no more.
    FeatureRemoved(String),
    /// QEMU limits its rate.
    RateLimited,
}

impl What {
    /// Whether a client that was written for the release before can break: something it read is gone.
    pub fn takes_away(&self) -> bool {
        matches!(
            self,
            Self::Removed | Self::MemberRemoved(_) | Self::MemberOptional(_) | Self::ValueRemoved(_)
        )
    }
}

/// What happened, to be read after the name of the event or type.
impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => formatter.write_str("is new"),
            Self::Removed => formatter.write_str("is gone"),
            Self::Renamed(from) => write!(formatter, "was called `{from}` before"),
            Self::MemberAdded(name) => write!(formatter, "has the new member `{name}`"),
            Self::MemberRemoved(name) => write!(formatter, "lost the member `{name}`"),
            Self::MemberOptional(name) => write!(formatter, "may lack `{name}`"),
            Self::MemberMandatory(name) => write!(formatter, "always has `{name}`"),
            Self::ValueAdded(name) => write!(formatter, "has the new value `{name}`"),
            Self::ValueRemoved(name) => write!(formatter, "lost the value `{name}`"),
            Self::FeatureAdded(name) => write!(formatter, "is `{name}`"),
            Self::FeatureRemoved(name) => write!(formatter, "is `{name}` no more"),
            Self::RateLimited => formatter.write_str("is rate-limited"),
        }
    }
}

/// All changes: oldest first, events before types, by name.
pub fn changes(reference: &Reference) -> Vec<Change> {
    let events = reference.events.iter().flat_map(changes_of_event);
    let mut all: Vec<Change> = events.chain(reference.types.iter().flat_map(changes_of_type)).collect();
    all.sort_by(|left, right| {
        let key = |change: &Change| (change.release, !change.of_event);
        key(left).cmp(&key(right)).then_with(|| left.cmp(right))
    });
    all
}

/// The changes of an event itself, without those of the types that it reaches.
pub fn changes_of_event(event: &Event) -> Vec<Change> {
    let mut log = Log { of_event: true, subject: &event.name, changes: Vec::new() };
    log.lifetime(event.lifetime, What::Added, What::Removed);
    log.features(&event.features);
    log.members(&event.data.object);
    let limited = event.rate_limit.as_ref().and_then(|limit| limit.since);
    log.push(limited, What::RateLimited);
    log.sorted()
}

/// The changes of a type.
pub fn changes_of_type(ty: &Type) -> Vec<Change> {
    let mut log = Log { of_event: false, subject: &ty.name, changes: Vec::new() };
    log.lifetime(ty.lifetime, What::Added, What::Removed);
    for renaming in &ty.renamed {
        log.push(Some(renaming.release), What::Renamed(renaming.from.clone()));
    }
    log.features(&ty.features);
    match &ty.shape {
        Shape::Struct(object) | Shape::Union(object) => log.members(object),
        Shape::Enum { values } => {
            for value in values {
                let name = value.name.clone();
                log.lifetime(value.lifetime, What::ValueAdded(name.clone()), What::ValueRemoved(name));
            }
        }
        Shape::Alternate { .. } => {}
    }
    log.sorted()
}

struct Log<'a> {
    of_event: bool,
    subject: &'a str,
    changes: Vec<Change>,
}

impl Log<'_> {
    fn push(&mut self, release: Option<Release>, what: What) {
        let subject = self.subject.to_owned();
        let of_event = self.of_event;
        self.changes.extend(release.map(|release| Change { release, of_event, subject, what }));
    }

    fn lifetime(&mut self, lifetime: Lifetime, came: What, went: What) {
        self.push(lifetime.since, came);
        self.push(lifetime.removed, went);
    }

    fn features(&mut self, features: &[Feature]) {
        for feature in features {
            let name = feature.name.clone();
            self.lifetime(feature.lifetime, What::FeatureAdded(name.clone()), What::FeatureRemoved(name));
        }
    }

    fn members(&mut self, object: &Object) {
        for Member { name, lifetime, optional_since, mandatory_since, .. } in &object.members {
            self.lifetime(*lifetime, What::MemberAdded(name.clone()), What::MemberRemoved(name.clone()));
            self.push(*optional_since, What::MemberOptional(name.clone()));
            self.push(*mandatory_since, What::MemberMandatory(name.clone()));
        }
    }

    fn sorted(mut self) -> Vec<Change> {
        self.changes.sort();
        self.changes
    }
}
