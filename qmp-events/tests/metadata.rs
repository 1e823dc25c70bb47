//! What the library knows about events, as data.

use qmp_events::info::{RateLimit, TypeInfo, Unrecognized, audit};
use qmp_events::{Event, EventKind, EventKindSet, Kind, QapiEvents, Version};
use serde_json::Value;
use std::time::Duration;

#[test]
fn kinds_are_named_like_their_events_and_stand_in_order() {
    assert!(EventKind::ALL.is_sorted_by_key(|kind| *kind as usize));
    assert_eq!(EventKind::ALL.len(), Event::INFOS.len());
    for (kind, info) in EventKind::ALL.iter().zip(Event::INFOS) {
        assert_eq!(kind.name(), info.name);
        assert_eq!(kind.info().name, info.name);
        assert_eq!(kind.to_string().parse(), Ok(*kind));
        assert_eq!(EventKind::ALL[kind.index()], *kind);
        for alias in info.aliases {
            assert_eq!(alias.parse(), Ok(*kind));
        }
    }
    assert_eq!(
        "NO_SUCH".parse::<EventKind>().map_err(|error| error.to_string()),
        Err("no event is named \"NO_SUCH\"".to_owned())
    );
}

#[test]
fn metadata_needs_no_allocation_and_no_running_program() {
    const LIMIT: Option<RateLimit> = EventKind::QuorumReportBad.info().rate_limit;
    assert_eq!(LIMIT.map(|limit| limit.keys), Some(&["node-name"][..]));
    assert_eq!(RateLimit::WINDOW, Duration::from_secs(1));
}

#[test]
fn availability_follows_versions() {
    let at = |text: &str| text.parse::<Version>().expect("a release");
    let dropped = EventKind::CommandDropped.info();
    assert!(!dropped.available_in(at("2.11")));
    assert!(dropped.available_in(at("2.12")) && dropped.available_in(at("3.1.1")));
    assert!(!dropped.available_in(at("4.0")));
    let qom_path = EventKind::RtcChange.info().member("qom-path").expect("a member");
    assert!(!qom_path.optional, "every QEMU that knows it sends it");
    assert!(!qom_path.available_in(at("2.12")) && qom_path.available_in(at("10.0")));
}

#[test]
fn types_lead_from_an_event_to_the_values_of_its_enums() {
    let reason = EventKind::Shutdown.info().member("reason").expect("a member");
    let TypeInfo::Enum(cause) = reason.ty else { panic!("{:?}", reason.ty) };
    assert_eq!(cause.name, "ShutdownCause");
    assert!(cause.value("guest-reset").is_some());
    let info = EventKind::GuestPanicked.info().member("info").expect("a member");
    let TypeInfo::Union(info) = info.ty else { panic!("{:?}", info.ty) };
    assert_eq!(info.tag, "type");
    assert_eq!(
        info.branch("s390").and_then(|branch| branch.ty).map(|ty| ty.name()),
        Some("GuestPanicInformationS390")
    );
}

#[test]
fn every_example_decodes_to_its_event_holds_nothing_unknown_and_comes_back_the_same() {
    for info in Event::INFOS {
        assert!(!info.examples.is_empty(), "{} has no example", info.name);
        for example in info.examples {
            let message: qmp_events::EventMessage = example.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(message.event.name(), info.name);
            let raw: Value = serde_json::from_str(example).expect("JSON");
            assert_eq!(audit(info, &raw["data"].to_string()), [], "{example}");
            assert_eq!(serde_json::to_value(&message).expect("JSON"), raw);
        }
    }
}

fn unknown(kind: EventKind, data: &str) -> Vec<String> {
    audit(kind.info(), data).iter().map(Unrecognized::to_string).collect()
}

#[test]
fn an_audit_finds_what_this_build_does_not_know() {
    let data = r#"{"action": "dance", "info": {"type": "alien", "limbs": 3}, "x": {"y": 1}}"#;
    assert_eq!(
        unknown(EventKind::GuestPanicked, data),
        [
            r#"unknown value "dance" of `action`"#,
            r#"unknown branch "alien" of `info.type`"#,
            "unknown member `x`"
        ]
    );
    let data =
        r#"{"action": "run", "info": {"extra": 1, "core": 0, "reason": "boredom", "type": "s390"}, "x":"#;
    assert_eq!(
        unknown(EventKind::GuestPanicked, data),
        ["unknown member `info.extra`", r#"unknown value "boredom" of `info.reason`"#, "unknown member `x`"]
    );
    let bare = r#"{"slot": "1", "slot-type": "SOUND", "source": 1, "status": 0}"#;
    assert_eq!(unknown(EventKind::AcpiDeviceOst, bare), [r#"unknown value "SOUND" of `slot-type`"#]);
    assert_eq!(unknown(EventKind::QuorumFailure, r#"{"sector-count": 1}"#), [""; 0]);
    for text in ["", "null", "[", "1"] {
        assert_eq!(unknown(EventKind::Shutdown, text), [""; 0]);
    }
}

#[test]
fn a_set_of_kinds_holds_what_was_put_in() {
    let mut set: EventKindSet = [EventKind::Stop, EventKind::AcpiDeviceOst].into_iter().collect();
    assert!(set.contains(EventKind::Stop) && set.contains_name("ACPI_DEVICE_OST"));
    assert!(!set.contains(EventKind::Resume) && !set.contains_name("NO_SUCH"));
    assert!(set.insert(EventKind::Wakeup) && !set.insert(EventKind::Wakeup));
    assert!(set.remove(EventKind::Stop) && !set.remove(EventKind::Stop));
    assert_eq!(set.iter().collect::<Vec<_>>(), [EventKind::AcpiDeviceOst, EventKind::Wakeup]);
    assert_eq!((set.len(), set.is_empty()), (2, false));
    assert_eq!(EventKindSet::all().len(), EventKind::ALL.len());
}
