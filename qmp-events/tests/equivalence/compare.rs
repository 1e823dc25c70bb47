//! The properties of one message.

use qmp_events::info::{EventInfo, MemberInfo, TypeInfo, audit};
use qmp_events::{Envelope, Event, EventMessage, Kind};
use serde_json::Value;

/// Reads `message` by both paths, and writes it.
///
/// # Panics
///
/// If they differ, or anything is lost.
pub(crate) fn compare(message: &[u8]) {
    let bytes = EventMessage::decode(message);
    let serde = serde_json::from_slice::<EventMessage>(message);
    let envelope = Envelope::decode(message).and_then(|envelope| envelope.read::<Event>());
    assert_eq!(envelope.as_ref().ok(), bytes.as_ref().ok(), "an envelope differs");
    match (bytes, serde) {
        (Ok(bytes), Ok(serde)) => {
            let json = serde_json::to_value(&bytes).expect("JSON");
            if has_large_integer(message) {
                assert_eq!(serde_json::to_value(&serde).expect("JSON"), json);
            } else {
                assert_eq!(bytes, serde);
            }
            let written = serde_json::to_vec(&bytes).expect("JSON");
            assert_eq!(EventMessage::decode(&written).as_ref(), Ok(&bytes), "read again");
            compare_json(message, &json);
            #[cfg(feature = "cloud-event")]
            compare_cloud_event(bytes.clone());
            if !bytes.has_unknown() {
                assert_known(&bytes, &json);
            }
        }
        (Err(_), Err(_)) => {}
        // The points in which bytes are stricter; see the head of `message.rs`.
        (Err(error), Ok(_)) => assert!(stricter(message), "only bytes refuse: {error}"),
        (Ok(bytes), Err(error)) => panic!("only serde refuses {bytes:?}: {error}"),
    }
}

/// A message is the same after it was a CloudEvent.
#[cfg(feature = "cloud-event")]
fn compare_cloud_event(message: EventMessage) {
    use qmp_events::cloud_event::{CloudEvent, Content};
    let written = CloudEvent::new("1", "test", Content::Event(message.clone())).to_string();
    let read = CloudEvent::decode(written.as_bytes()).unwrap_or_else(|error| panic!("{error}: {written}"));
    let Content::Event(read) = read.content else { panic!("a notice: {written}") };
    assert_eq!(read, message, "{written}");
}

/// What says that it has nothing unknown has nothing of which an audit says otherwise.
fn assert_known(message: &EventMessage, written: &Value) {
    let info = message.event.info().expect("a known event");
    assert_eq!(audit(info, &written["data"].to_string()), [], "{written}");
    let names = ["event", "timestamp", "data"];
    assert!(written.as_object().is_some_and(|members| members.keys().all(|name| names.contains(&&**name))));
}

/// Whether serde_json reads it only because it skips something without a look.
fn stricter(message: &[u8]) -> bool {
    serde_json::from_slice::<Value>(message).is_err()
        || String::from_utf8_lossy(message).contains(".000000000000000000000")
}

/// Whether there is an integer that serde_json may round.
fn has_large_integer(message: &[u8]) -> bool {
    message.chunk_by(|left, right| left.is_ascii_digit() && right.is_ascii_digit()).any(|run| run.len() > 18)
}

fn compare_json(message: &[u8], written: &Value) {
    let Ok(read) = serde_json::from_slice::<Value>(message) else { return };
    assert!(has_old_spelling(&read) || is_same(&read, written), "written as {written}: {read}");
}

/// The same JSON, however a number is spelled.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let is_in_right =
                |(name, value): (&String, &Value)| right.get(name).is_some_and(|other| is_same(value, other));
            left.len() == right.len() && left.iter().all(is_in_right)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        _ => left == right,
    }
}

/// What is written in another way than it was read: aliases, and a value in place of `data`.
fn has_old_spelling(message: &Value) -> bool {
    let name = message["event"].as_str().unwrap_or_default();
    let Some(kind) = qmp_events::EventKind::from_name(name) else { return false };
    let info: &EventInfo = kind.info();
    let data = &message["data"];
    let is_bare = info.members.iter().any(|member| {
        member.bare
            && data.get(member.name).is_none()
            && data.as_object().is_some_and(|data| !data.is_empty())
    });
    let members = info.members.iter();
    info.name != name || is_bare || members.into_iter().any(|member| has_old_member(member, data))
}

fn has_old_member(member: &MemberInfo, object: &Value) -> bool {
    let is_old = member.aliases.iter().any(|alias| object.get(alias).is_some());
    is_old || object.get(member.name).is_some_and(|value| has_old_value(member.ty, value))
}

fn has_old_value(ty: TypeInfo, value: &Value) -> bool {
    match ty {
        TypeInfo::List(item) => {
            value.as_array().is_some_and(|items| items.iter().any(|value| has_old_value(*item, value)))
        }
        TypeInfo::Enum(info) => {
            value.as_str().is_some_and(|name| info.value(name).is_some_and(|value| value.name != name))
        }
        TypeInfo::Struct(info) => info.members.iter().any(|member| has_old_member(member, value)),
        TypeInfo::Union(info) => {
            let tag = value[info.tag].as_str().unwrap_or_default();
            info.branch(tag).is_some_and(|branch| {
                branch.name != tag || branch.ty.is_some_and(|ty| has_old_value(ty, value))
            })
        }
        TypeInfo::Alternate(info) => info.types.iter().any(|ty| has_old_value(*ty, value)),
        _ => false,
    }
}
