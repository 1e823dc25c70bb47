//! Events of every kind as text in QEMU's layout, with values that the schema allows or nearly does.

use proptest::prelude::*;
use proptest::sample::select;
use qmp_events::EventKind;
use qmp_events::info::{Definition, MemberInfo, TypeInfo, UnionInfo};
use serde_json::json;

use crate::json::any_json;

#[path = "../../../qmp-events-derive/src/order.rs"]
mod order;

/// Members of an object, in the order of the schema: names and the text of values.
type Members = Vec<(String, String)>;

/// How deep values of a type that contains itself may nest.
const MAX_DEPTH: u32 = 3;

/// A message of any kind.
pub(crate) fn any_event() -> impl Strategy<Value = String> {
    (select(EventKind::ALL), any_timestamp()).prop_flat_map(|(kind, timestamp)| {
        let info = kind.info();
        let data = members(info.members, info.branches, 0).prop_map(printed);
        let no_data = if info.members.is_empty() { 9 } else { 1 };
        let null = Just(Some("null".to_owned()));
        prop_oneof![no_data => Just(None), 9 => data.prop_map(Some), 1 => null].prop_map(move |data| {
            let data = data.map_or_else(String::new, |data| format!(", \"data\": {data}"));
            format!("{{\"timestamp\": {timestamp}, \"event\": \"{}\"{data}}}", info.name)
        })
    })
}

fn any_timestamp() -> impl Strategy<Value = String> {
    let seconds = prop_oneof![1_000_000_000_i64..10_000_000_000, any::<i64>()];
    let microseconds = prop_oneof![0..1_000_000_i64, any::<i64>()];
    prop_oneof![
        20 => (seconds, microseconds).prop_map(|(seconds, microseconds)| {
            format!("{{\"seconds\": {seconds}, \"microseconds\": {microseconds}}}")
        }),
        1 => Just("{\"seconds\": -1, \"microseconds\": -1}".to_owned()),
        1 => Just("{\"seconds\": 0123456789, \"microseconds\": 000001}".to_owned()),
        1 => Just("null".to_owned()),
    ]
}

/// Members of an object and, now and then, one that appears twice, or that is unknown.
fn members(members: &'static [MemberInfo], branches: Option<TypeInfo>, depth: u32) -> BoxedStrategy<Members> {
    let known = members.iter().map(|member| {
        let absent = if member.optional { 20 } else { 1 };
        prop_oneof![
            80 => value(member.ty, depth).prop_map(|text| Some((member.name.to_owned(), text))),
            absent => Just(None),
            1 => Just(Some((member.name.to_owned(), "null".to_owned()))),
        ]
    });
    let branches = match branches {
        Some(TypeInfo::Union(info)) => branch(info, depth),
        _ => Just(Members::new()).boxed(),
    };
    (any_double(members, depth), known.collect::<Vec<_>>(), branches, any_unknown())
        .prop_map(|(double, known, branches, unknown)| {
            double.into_iter().chain(known.into_iter().flatten()).chain(branches).chain(unknown).collect()
        })
        .boxed()
}

/// One more value for one of the members.
fn any_double(members: &'static [MemberInfo], depth: u32) -> BoxedStrategy<Option<(String, String)>> {
    if members.is_empty() {
        return Just(None).boxed();
    }
    let double = select(members).prop_flat_map(move |member| {
        let value = prop_oneof![value(member.ty, depth), any_json_text()];
        value.prop_map(move |text| (member.name.to_owned(), text))
    });
    prop_oneof![19 => Just(None), 1 => double.prop_map(Some)].boxed()
}

fn any_unknown() -> impl Strategy<Value = Option<(String, String)>> {
    let unknown = ("[a-z-]{1,12}", any_json()).prop_map(|(name, value)| (name, value.to_string()));
    prop_oneof![9 => Just(None), 1 => unknown.prop_map(Some)]
}

fn branch(info: Definition<UnionInfo>, depth: u32) -> BoxedStrategy<Members> {
    let unknown = ("[a-z]{1,9}", any_unknown())
        .prop_map(|(tag, unknown)| (tag, unknown.into_iter().collect::<Members>()));
    let known = select(info.branches).prop_flat_map(move |branch| {
        let branch_members = match branch.ty {
            Some(TypeInfo::Struct(info)) => members(info.members, info.branches, depth),
            _ => Just(Members::new()).boxed(),
        };
        (Just(branch.name.to_owned()), branch_members)
    });
    prop_oneof![9 => known, 1 => unknown]
        .prop_map(move |(tag, members)| {
            std::iter::once((info.tag.to_owned(), json!(tag).to_string())).chain(members).collect()
        })
        .boxed()
}

/// A value of the type; one time of a hundred, of any type.
fn value(ty: TypeInfo, depth: u32) -> BoxedStrategy<String> {
    let right = match ty {
        TypeInfo::Integer { signed, bits } => any_integer(signed, bits).boxed(),
        TypeInfo::Number => any::<f64>().prop_map(|number| json!(number).to_string()).boxed(),
        TypeInfo::Boolean => any::<bool>().prop_map(|value| value.to_string()).boxed(),
        TypeInfo::String => any_string().boxed(),
        TypeInfo::Null => Just("null".to_owned()).boxed(),
        TypeInfo::List(_) if depth == MAX_DEPTH => Just("[]".to_owned()).boxed(),
        TypeInfo::List(item) => prop::collection::vec(value(*item, depth + 1), 0..6)
            .prop_map(|items| format!("[{}]", items.join(", ")))
            .boxed(),
        TypeInfo::Enum(info) => {
            prop_oneof![9 => select(info.values).prop_map(|value| json!(value.name).to_string()), 1 => any_string()]
                .boxed()
        }
        TypeInfo::Struct(info) if depth < MAX_DEPTH => {
            members(info.members, info.branches, depth + 1).prop_map(printed).boxed()
        }
        TypeInfo::Union(info) if depth < MAX_DEPTH => branch(info, depth + 1).prop_map(printed).boxed(),
        TypeInfo::Alternate(info) if depth < MAX_DEPTH => {
            select(info.types).prop_flat_map(move |ty| value(ty, depth + 1)).boxed()
        }
        _ => any_json_text().boxed(),
    };
    prop_oneof![99 => right, 1 => any_json_text()].boxed()
}

fn any_json_text() -> impl Strategy<Value = String> {
    any_json().prop_map(|value| value.to_string())
}

/// Of every length that the type has, and sometimes beyond.
fn any_integer(signed: bool, bits: u32) -> impl Strategy<Value = String> {
    let magnitude =
        (any::<u64>(), 64 - bits + u32::from(signed)..64).prop_map(|(value, shift)| value >> shift);
    let inside = (magnitude, any::<bool>()).prop_map(move |(magnitude, negative)| {
        let sign = if signed && negative { "-" } else { "" };
        format!("{sign}{magnitude}")
    });
    prop_oneof![15 => inside, 1 => "-?[0-9]{1,24}"]
}

/// Short and long ones, with other characters as they are and, as QEMU writes them, escaped.
fn any_string() -> impl Strategy<Value = String> {
    let text = prop_oneof![4 => "[ -~]{0,80}", 2 => ".{0,12}", 1 => "[a-zé😀]{20,40}"];
    (text, any::<bool>()).prop_map(|(text, escaped): (String, bool)| {
        let quoted = json!(text).to_string();
        if !escaped {
            return quoted;
        }
        let escape = |character: char| match character.is_ascii() {
            true => character.to_string(),
            false => {
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()
            }
        };
        quoted.chars().map(escape).collect()
    })
}

/// An object, as QEMU prints it.
fn printed(members: Members) -> String {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let member = |position: usize| format!("\"{}\": {}", members[position].0, members[position].1);
    let printed: Vec<String> = order::printing_order(&names).into_iter().map(member).collect();
    format!("{{{}}}", printed.join(", "))
}
