//! Events and sets of events of a user.

use std::fmt::Debug;

use qmp_events::{
    Event, EventMessage, QapiAlternate, QapiEnum, QapiEvent, QapiEvents, QapiStruct, QapiUnion, RawJson,
    UnknownBranch, UnknownEvent, UnknownMembers, UnknownValue, Version, events,
};
use serde_json::json;

/// A fan stopped.
#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(
    name = "__com.example_FAN_FAILED",
    alias = "FAN_FAILED",
    since = "9.0",
    removed = "10.0",
    deprecated,
    unstable,
    feature = "loud",
    condition = "CONFIG_FAN",
    rate_limit(key = "fan", since = "9.1", exempt("blown-fuse" = "yes")),
    example = r#"{"event":"FAN_FAILED"}"#,
    example = r#"{"event":"__com.example_FAN_FAILED"}"#
)]
struct FanFailed {
    /// Which fan.
    fan: String,
    #[qapi(alias = "speed")]
    speed_rpm: Option<u64>,
    #[qapi(since = "9.2", mandatory, feature = "new", unstable)]
    temperature: Option<f64>,
    #[qapi(name = "__com.example_id")]
    id: Option<Box<i8>>,
    blown_fuse: Option<Fuse>,
    spare: Option<Vec<Part>>,
    any: Option<serde_json::Value>,
    nothing: Option<()>,
    #[qapi(branches)]
    cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, QapiEnum)]
#[qapi(name = "Fuse")]
enum Fuse {
    Yes,
    #[qapi(
        alias = "nope",
        since = "9.1",
        removed = "9.3",
        deprecated,
        unstable,
        feature = "f",
        condition = "C"
    )]
    No,
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(Clone, Debug, PartialEq, QapiStruct)]
#[qapi(name = "Part")]
struct Part {
    number: Number,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, QapiAlternate)]
#[qapi(name = "Number")]
enum Number {
    Text(String),
    Digits(u16),
    None(()),
    #[qapi(unknown)]
    Other(RawJson<'static>),
}

#[derive(Clone, Debug, PartialEq, QapiUnion)]
#[qapi(name = "Cause", tag = "cause")]
enum Cause {
    Dust,
    #[qapi(alias = "hair")]
    Cable(Cable),
    #[qapi(unknown)]
    Other(UnknownBranch),
}

#[derive(Clone, Debug, PartialEq, QapiStruct)]
#[qapi(name = "Cable")]
struct Cable {
    length: u8,
}

#[derive(Clone, Debug, PartialEq, QapiEvents)]
#[qapi(kind = MyKind)]
enum MyEvent {
    #[qapi(name = "__com.example_FAN_FAILED")]
    Fan(Box<FanFailed>),
    #[qapi(name = "STOP")]
    Stop(events::Stop),
    #[qapi(unknown)]
    Other(UnknownEvent),
}

fn both(text: &str) -> EventMessage<MyEvent> {
    both_as(text)
}

fn both_as<E: QapiEvents + Debug + PartialEq>(text: &str) -> EventMessage<E> {
    let message: EventMessage<E> = text.parse().unwrap_or_else(|error| panic!("{error}"));
    let through_serde: EventMessage<E> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(message, through_serde);
    let again = serde_json::to_string(&message).expect("JSON");
    assert_eq!(again.parse::<EventMessage<E>>().as_ref(), Ok(&message));
    message
}

/// The same, and nothing of the text may be lost.
fn round_trip<E: QapiEvents + Debug + PartialEq>(text: &str) -> EventMessage<E> {
    let message = both_as(text);
    let read: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(serde_json::to_value(&message).expect("JSON"), read);
    message
}

#[test]
fn a_vendor_event_is_typed_in_a_set_of_the_users_own() {
    let message = both(
        r#"{"event": "FAN_FAILED", "data": {"fan": "a", "speed": 1e3, "length": 7, "cause": "hair", "extra": [1],
            "temperature": 1.5, "__com.example_id": -3, "blown-fuse": "nope", "any": null, "nothing": null,
            "spare": [{"number": "x", "parts": [{"number": 5.0, "parts": []}, {"number": null, "parts": []}, {"number": [1], "parts": []}]}]}}"#,
    );
    let MyEvent::Fan(fan) = &message.event else { panic!("{message:?}") };
    assert_eq!(fan.speed_rpm, Some(1000));
    assert_eq!(fan.cause, Cause::Cable(Cable { length: 7 }));
    assert_eq!(fan.any, Some(serde_json::Value::Null));
    assert_eq!(fan.nothing, Some(()));
    assert_eq!(fan.blown_fuse, Some(Fuse::No));
    assert_eq!(message.event.kind(), Some(MyKind::Fan));
    assert_eq!(
        serde_json::to_value(&message).expect("a value"),
        json!({"event": "__com.example_FAN_FAILED", "data": {
            "fan": "a", "speed-rpm": 1000, "temperature": 1.5, "__com.example_id": -3, "blown-fuse": "no",
            "spare": [{"number": "x", "parts": [{"number": 5, "parts": []}, {"number": null, "parts": []}, {"number": [1], "parts": []}]}],
            "any": null, "nothing": null, "cause": "cable", "length": 7}})
    );
}

#[test]
fn events_outside_of_the_set_are_kept_whole() {
    let message = both(r#"{"event": "RESET", "data": {"guest": true}}"#);
    let unknown = UnknownEvent { name: "RESET".to_owned(), data: Some(json!({"guest": true}).into()) };
    assert_eq!(message.event, MyEvent::Other(unknown));
    assert_eq!(message.event.kind(), None);
    assert_eq!(both(r#"{"event": "STOP"}"#).event.kind(), Some(MyKind::Stop));
}

#[test]
fn an_unknown_branch_keeps_the_members_that_are_no_others() {
    let message = both(r#"{"event": "FAN_FAILED", "data": {"fan": "a", "cause": "age", "years": 9}}"#);
    let MyEvent::Fan(fan) = &message.event else { panic!("{message:?}") };
    let Cause::Other(branch) = &fan.cause else { panic!("{fan:?}") };
    assert_eq!(branch.tag(), "age");
    assert_eq!(serde_json::to_value(branch.members()).expect("JSON"), json!({"years": 9}));
}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "A")]
struct Short {
    x: u8,
}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "UP")]
struct Up {}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "__com.example_SOMETHING_VERY_LONG_AND_RARE_HAPPENED")]
struct Long {
    x: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, QapiEvents)]
#[qapi(kind = LengthKind)]
enum OfAnyLength {
    #[qapi(name = "A")]
    Short(Short),
    #[qapi(name = "UP")]
    Up(Up),
    #[qapi(name = "__com.example_SOMETHING_VERY_LONG_AND_RARE_HAPPENED")]
    Long(Long),
    #[qapi(unknown)]
    Other(UnknownEvent),
}

#[test]
fn names_of_any_length_are_found_in_the_layout_of_qemu() {
    for (kind, data) in [
        (LengthKind::Short, ", \"data\": {\"x\": 1}"),
        (LengthKind::Up, ", \"data\": {}"),
        (LengthKind::Up, ""),
        (LengthKind::Long, ", \"data\": {}"),
        (LengthKind::Long, ", \"data\": {\"x\": 1}"),
        (LengthKind::Long, ""),
    ] {
        let text = format!(
            r#"{{"timestamp": {{"seconds": 1795396665, "microseconds": 5}}, "event": "{kind}"{data}}}"#
        );
        let message: EventMessage<OfAnyLength> = text.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(message.event.kind(), Some(kind), "{text}");
        assert_eq!(serde_json::from_str::<EventMessage<OfAnyLength>>(&text).expect("a message"), message);
    }
}

#[test]
fn a_vendor_event_has_metadata() {
    let info = MyKind::Fan.info();
    assert_eq!(info.name, "__com.example_FAN_FAILED");
    assert_eq!(info.description, "A fan stopped.");
    assert!(info.available_in(Version::new(9, 2)) && !info.available_in(Version::new(10, 0)));
    assert_eq!("FAN_FAILED".parse(), Ok(MyKind::Fan));
    insta::assert_debug_snapshot!(info.rate_limit);
    insta::assert_debug_snapshot!(info.member("blown-fuse"));
}

/// QEMU's events, and one more, and one of QEMU's under a type of its own.
#[derive(Clone, Debug, PartialEq, QapiEvents)]
#[qapi(kind = OwnKind)]
#[expect(clippy::large_enum_variant, reason = "the set of all events is meant to be large")]
enum WithRest {
    #[qapi(name = "UP")]
    Up(Up),
    #[qapi(name = "STOP")]
    Stop(StopWithCause),
    #[qapi(rest)]
    Qemu(Event),
}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "STOP", alias = "HALT", new)]
struct StopWithCause {
    cause: String,
    #[qapi(unknown)]
    unknown: UnknownMembers,
}

#[test]
fn a_set_may_hold_another_set_for_the_rest() {
    for time in ["", r#""timestamp": {"seconds": 1795396665, "microseconds": 5}, "#] {
        let message = |rest: &str| round_trip::<WithRest>(&format!("{{{time}{rest}}}")).event;
        assert_eq!(message(r#""event": "UP""#), WithRest::Up(Up {}));
        let stop = message(r#""event": "STOP", "data": {"cause": "lunch", "x": 1}"#);
        assert_eq!((stop.kind(), stop.info().map(|info| info.name)), (Some(OwnKind::Stop), Some("STOP")));
        let resume = message(r#""event": "RESUME""#);
        assert_eq!(resume, Event::from(events::Resume::new()).into());
        assert_eq!((resume.name(), resume.kind()), ("RESUME", None));
        assert_eq!(resume.info().map(|info| info.name), Some("RESUME"));
        let reset = message(r#""event": "RESET", "data": {"guest": true, "reason": "guest-reset", "x": {}}"#);
        assert!(matches!(&reset, WithRest::Qemu(Event::Reset(reset)) if !reset.unknown.is_empty()));
        let new = message(r#""event": "NEW", "data": {"a": [1]}"#);
        assert!(matches!(&new, WithRest::Qemu(Event::Unknown(event)) if event.name == "NEW"));
    }
    assert_eq!(WithRest::INFOS.len(), 2 + Event::INFOS.len());
    assert_eq!(both_as::<WithRest>(r#"{"event": "HALT", "data": {"cause": "x"}}"#).event.name(), "STOP");
    assert_eq!("HALT".parse(), Ok(OwnKind::Stop));
}

#[test]
fn a_message_may_be_decoded_without_naming_a_type() {
    assert!(EventMessage::decode(b"{\"event\": \"STOP\"}").is_ok());
    assert!(WithRest::decode(b"{\"event\": \"UP\"}").is_ok());
}

/// A union whose branches are a plain one, one that keeps unknown members, and another union.
#[derive(Clone, Debug, PartialEq, QapiUnion)]
#[qapi(name = "Outer", tag = "outer")]
enum Outer {
    Plain(UnknownMembers),
    Keeping(Keeping),
    Inner(Inner),
    #[qapi(unknown)]
    Other(UnknownBranch),
}

#[derive(Clone, Debug, PartialEq, QapiUnion)]
#[qapi(name = "Inner", tag = "inner")]
enum Inner {
    Keeping(Keeping),
    #[qapi(unknown)]
    Other(UnknownBranch),
}

#[derive(Clone, Debug, Default, PartialEq, QapiStruct)]
#[qapi(name = "Keeping")]
struct Keeping {
    x: Option<u8>,
    number: Option<Number>,
    #[qapi(unknown)]
    others: UnknownMembers,
}

#[derive(Clone, Debug, PartialEq, QapiEvent)]
#[qapi(name = "NESTED")]
struct Nested {
    own: Option<u8>,
    #[qapi(branches)]
    outer: Outer,
    value: Option<Box<Outer>>,
    #[qapi(unknown)]
    unknown: UnknownMembers,
}

#[derive(Clone, Debug, PartialEq, QapiEvents)]
enum NestedEvents {
    #[qapi(name = "NESTED")]
    Nested(Nested),
    #[qapi(unknown)]
    Other(UnknownEvent),
}

#[test]
fn unknown_members_are_kept_in_the_innermost_object_that_can() {
    for members in [
        r#""outer": "plain""#,
        r#""outer": "plain", "new": 1, "own": null"#,
        r#""outer": "keeping", "x": 1, "new": {"a": []}"#,
        r#""new": "é", "x": null, "own": 3, "outer": "keeping""#,
        r#""inner": "keeping", "x": 1, "outer": "inner", "new": 2"#,
        r#""inner": "alien", "x": 1, "outer": "inner", "new": 2"#,
        r#""outer": "alien", "inner": 5, "new": null"#,
        r#""outer": "keeping", "number": {"odd": 123}"#,
        r#""outer": "keeping", "number": null"#,
    ] {
        for data in [
            format!("{{{members}}}"),
            format!(r#"{{"outer": "plain", "value": {{{members}}}}}"#),
            format!(r#"{{"value": {{{members}}}, {members}}}"#),
        ] {
            for text in [
                format!(r#"{{"event": "NESTED", "data": {data}}}"#),
                format!(r#"{{"data": {data}, "event": "NESTED", "x": 1}}"#),
                format!(
                    r#"{{"timestamp": {{"seconds": 1795396665, "microseconds": 5}}, "event": "NESTED", "data": {data}}}"#
                ),
            ] {
                round_trip::<NestedEvents>(&text);
            }
        }
    }
    let text = r#"{"event": "NESTED", "data": {"inner": "keeping", "outer": "inner", "new": 2}}"#;
    let NestedEvents::Nested(nested) = both_as(text).event else { panic!("another event") };
    let Outer::Inner(Inner::Keeping(keeping)) = nested.outer else { panic!("another branch") };
    assert_eq!(serde_json::to_value(keeping.others).expect("JSON"), json!({"new": 2}));
    assert!(nested.unknown.is_empty());
}
