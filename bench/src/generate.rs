//! Event lines made from what qmp-events knows about the events, in QEMU's wire form: `": "` and
//! `", "`, members in the order in which QEMU prints them.
//!
//! The same seed gives the same lines. Values are plausible in kind and length, not in meaning.

use fastrand::Rng;
use qmp_events::info::{EventInfo, MemberInfo, TypeInfo};
use qmp_events::{EventKind, Version};

use crate::order::printing_order;

/// The release whose events are made.
const QEMU: Version = Version::new(10, 0);

/// How deep values of a type that contains itself may nest.
const MAX_DEPTH: u32 = 4;

/// What strings are made of, with a number after it: ids, names, paths and messages as QEMU's.
const WORDS: &[&str] = &[
    "disk", "net", "virtio-disk", "libvirt-1-format", "#block", "job-mirror-", "fe80::5054:ff:fe12:",
    "/machine/peripheral/net", "/machine/unattached/device[", "Input/output error ",
];

/// Makes lines.
pub struct Generator {
    random: Rng,
    /// When the last event happened.
    time: u64,
}

/// When the first event happens, in microseconds of Unix time, and how long after it the next one does at most.
const START: u64 = 1_795_000_000_000_000;
const PAUSE: u64 = 20_000;

impl Generator {
    /// A generator that makes the lines of this seed.
    pub fn new(seed: u64) -> Self {
        Generator { random: Rng::with_seed(seed), time: START }
    }

    /// A message of this kind, later than the one before.
    pub fn line(&mut self, kind: EventKind) -> String {
        let info = kind.info();
        self.time += self.random.u64(0..PAUSE);
        let timestamp = object(vec![
            ("seconds".to_owned(), (self.time / 1_000_000).to_string()),
            ("microseconds".to_owned(), (self.time % 1_000_000).to_string()),
        ]);
        let mut members = vec![("event".to_owned(), quoted(info.name))];
        if !info.members.is_empty() || info.branches.is_some() {
            members.push(("data".to_owned(), self.data(info)));
        }
        members.push(("timestamp".to_owned(), timestamp));
        object(members)
    }

    /// Shuffles kinds.
    pub fn shuffle(&mut self, kinds: &mut [EventKind]) {
        self.random.shuffle(kinds);
    }

    fn data(&mut self, info: &EventInfo) -> String {
        object(self.members(info.members, info.branches, 0))
    }

    /// Optional members are there three times of four.
    fn members(
        &mut self,
        members: &[MemberInfo],
        branches: Option<TypeInfo>,
        depth: u32,
    ) -> Vec<(String, String)> {
        let mut written = Vec::new();
        for member in members.iter().filter(|member| member.available_in(QEMU)) {
            if !member.optional || depth < MAX_DEPTH && self.random.u8(0..4) > 0 {
                written.push((member.name.to_owned(), self.value(member.ty, depth)));
            }
        }
        if let Some(TypeInfo::Union(union)) = branches {
            written.extend(self.branch(&union, depth));
        }
        written
    }

    fn branch(&mut self, union: &qmp_events::info::UnionInfo, depth: u32) -> Vec<(String, String)> {
        let branches: Vec<_> = union.branches.iter().filter(|branch| branch.available_in(QEMU)).collect();
        let Some(branch) = self.random.choice(branches) else { return Vec::new() };
        let mut written = vec![(union.tag.to_owned(), quoted(branch.name))];
        if let Some(TypeInfo::Struct(members)) = branch.ty {
            written.extend(self.members(members.members, members.branches, depth));
        }
        written
    }

    fn value(&mut self, ty: TypeInfo, depth: u32) -> String {
        match ty {
            TypeInfo::Integer { bits, .. } => {
                let largest = bits.min(37) - 1;
                (self.random.u64(0..1 << largest) >> self.random.u32(0..largest)).to_string()
            }
            TypeInfo::Number => format!("{:.3}", self.random.f64() * 100.0),
            TypeInfo::Boolean => self.random.bool().to_string(),
            TypeInfo::String => self.string(),
            TypeInfo::Null => "null".to_owned(),
            TypeInfo::Any => object(vec![("value".to_owned(), self.string())]),
            TypeInfo::List(item) => {
                let length = if depth < MAX_DEPTH { self.random.usize(0..4) } else { 0 };
                let items: Vec<String> = (0..length).map(|_| self.value(*item, depth + 1)).collect();
                format!("[{}]", items.join(", "))
            }
            TypeInfo::Enum(info) => {
                let values = info.values.iter().filter(|value| value.available_in(QEMU));
                let value = self.random.choice(values.collect::<Vec<_>>());
                quoted(value.map_or("", |value| value.name))
            }
            TypeInfo::Struct(info) => object(self.members(info.members, info.branches, depth + 1)),
            TypeInfo::Union(info) => object(self.branch(&info, depth + 1)),
            TypeInfo::Alternate(info) => {
                let ty = self.random.choice(info.types);
                ty.map_or_else(|| "null".to_owned(), |&ty| self.value(ty, depth + 1))
            }
            _ => unreachable!("a type that the generator does not know: {ty:?}"),
        }
    }

    fn string(&mut self) -> String {
        let word = self.random.choice(WORDS).copied().unwrap_or_default();
        quoted(&format!("{word}{}", self.random.u8(0..100)))
    }
}

/// Members (in the order of the schema) as QEMU prints them.
fn object(members: Vec<(String, String)>) -> String {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let printed: Vec<String> = printing_order(&names)
        .into_iter()
        .map(|position| format!("\"{}\": {}", members[position].0, members[position].1))
        .collect();
    format!("{{{}}}", printed.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use qmp_events::EventMessage;

    use super::*;

    #[test]
    fn lines_of_every_kind_are_read_as_that_kind_and_nothing_in_them_is_unknown() {
        let mut generator = Generator::new(1);
        for &kind in EventKind::ALL {
            for _ in 0..50 {
                let line = generator.line(kind);
                let message = <EventMessage>::decode(line.as_bytes()).expect(&line);
                assert_eq!(message.event.kind(), Some(kind));
                assert!(!format!("{message:?}").contains("Unknown"), "{line}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_lines() {
        let lines = |seed| Generator::new(seed).line(EventKind::BlockIoError);
        assert_eq!(lines(7), lines(7));
        assert_ne!(lines(7), lines(8));
    }
}
