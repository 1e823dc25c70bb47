//! Decoding from bytes and through serde accept the same messages and give the same values, and
//! encoding what was decoded is a fixpoint.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::{DecodeError, DecodeErrorKind, Envelope, Event, EventMessage};

/// Where serde_json does not look at what nobody reads, bytes are the stricter ones: UTF-8, halves of
/// surrogate pairs, numbers beyond every float, depth. The list is that of `EventMessage`'s module.
fn is_listed(error: &DecodeError) -> bool {
    match error.kind() {
        DecodeErrorKind::Utf8 | DecodeErrorKind::Depth | DecodeErrorKind::Range => true,
        DecodeErrorKind::Syntax => error.to_string().contains("surrogate"),
        _ => false,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let direct = EventMessage::<Event>::decode(bytes);
    let envelope = Envelope::decode(bytes);
    if let Ok(message) = &direct {
        let envelope = envelope.expect("what decodes has an envelope");
        assert_eq!(&envelope.read::<Event>().expect("the same message"), message);
        let text = serde_json::to_string(message).expect("events are JSON");
        let again: EventMessage = text.parse().expect("what was encoded decodes");
        assert_eq!(&again, message);
        assert_eq!(serde_json::to_string(&again).expect("events are JSON"), text);
    }
    match (direct, serde_json::from_slice::<EventMessage>(bytes)) {
        (Ok(direct), Ok(serde)) => assert_eq!(direct, serde),
        (Ok(direct), Err(error)) => panic!("only bytes decode: {direct:?}, not serde: {error}"),
        (Err(error), Ok(serde)) => assert!(is_listed(&error), "only serde decodes: {serde:?}, not bytes: {error}"),
        (Err(_), Err(_)) => {}
    }
});
