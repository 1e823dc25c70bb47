//! What every type that a program stores or logs can do.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use qmp_events::info::{
    AlternateInfo, Availability, BranchInfo, EnumInfo, EventInfo, MemberInfo, ParseVersionError, RateLimit,
    StructInfo, TypeInfo, UnionInfo, Unrecognized, ValueInfo,
};
use qmp_events::{
    DecodeError, DecodeErrorKind, Envelope, Event, EventKind, EventKindSet, EventMessage, RawJson, Timestamp,
    TimestampError, UnknownBranch, UnknownEvent, UnknownKind, UnknownMembers, UnknownValue, Version, events,
};

fn is_stored<T: Clone + Debug + PartialEq + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

fn is_logged<T: Display>() {}

fn is_error<T: Error + Clone + Send + Sync + 'static>() {}

#[test]
fn what_is_stored_is_cloned_compared_debugged_and_sent_between_threads() {
    is_stored::<Event>();
    is_stored::<EventMessage>();
    is_stored::<UnknownEvent>();
    is_stored::<UnknownBranch>();
    is_stored::<UnknownMembers>();
    is_stored::<RawJson<'static>>();
    is_stored::<UnknownValue>();
    is_stored::<Timestamp>();
    is_stored::<EventKind>();
    is_stored::<EventKindSet>();
    is_stored::<Version>();
    is_stored::<events::BlockIoError>();
    is_stored::<events::SocketAddress>();
    is_stored::<events::ShutdownCause>();
    is_stored::<DecodeErrorKind>();
    is_stored::<(Availability, EventInfo, RateLimit, MemberInfo, TypeInfo, StructInfo)>();
    is_stored::<(EnumInfo, ValueInfo, UnionInfo, BranchInfo, AlternateInfo, Unrecognized)>();
    is_stored::<Envelope<'static>>();
}

#[test]
fn what_is_logged_has_a_text() {
    is_logged::<EventMessage>();
    is_logged::<EventKind>();
    is_logged::<UnknownValue>();
    is_logged::<RawJson<'static>>();
    is_logged::<Timestamp>();
    is_logged::<Version>();
    is_logged::<events::ShutdownCause>();
    is_logged::<Unrecognized>();
    is_logged::<TypeInfo>();
}

#[test]
fn errors_are_errors_that_can_be_passed_on() {
    is_error::<DecodeError>();
    is_error::<TimestampError>();
    is_error::<UnknownKind>();
    is_error::<ParseVersionError>();
}

#[test]
fn what_names_something_can_be_a_key() {
    fn is_key<T: Hash + Eq>() {}
    is_key::<EventKind>();
    is_key::<Version>();
    is_key::<Timestamp>();
    is_key::<UnknownValue>();
    is_key::<events::ShutdownCause>();
}
