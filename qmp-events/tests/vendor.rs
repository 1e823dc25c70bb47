//! Events and sets of events of a user.

use qmp_events::{
    EventMessage, QapiAlternate, QapiEnum, QapiEvent, QapiEvents, QapiStruct, QapiUnion, UnknownBranch,
    UnknownEvent, UnknownValue, Version, events,
};
use serde_json::json;

/// A fan stands still.
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
    Other(serde_json::Value),
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
    let message: EventMessage<MyEvent> = text.parse().unwrap_or_else(|error| panic!("{error}"));
    let through_serde: EventMessage<MyEvent> =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(message, through_serde);
    let again = serde_json::to_string(&message).expect("JSON");
    assert_eq!(again.parse::<EventMessage<MyEvent>>().as_ref(), Ok(&message));
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
    let unknown = UnknownEvent { name: "RESET".to_owned(), data: Some(json!({"guest": true})) };
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
    assert_eq!(serde_json::Value::Object(branch.members().clone()), json!({"years": 9}));
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
    assert_eq!(info.description, "A fan stands still.");
    assert!(info.available_in(Version::new(9, 2)) && !info.available_in(Version::new(10, 0)));
    assert_eq!("FAN_FAILED".parse(), Ok(MyKind::Fan));
    insta::assert_debug_snapshot!(info.rate_limit);
    insta::assert_debug_snapshot!(info.member("blown-fuse"));
}
