//! The reference and the metadata of the Rust types are made from one schema: they say the same.

use qmp_events::info::{Availability, EventInfo};
use qmp_events::{Event, QapiEvents};
use qmp_events_reference::Reference;
use qmp_events_reference::model::{Event as Described, Lifetime};

fn dates(availability: &Availability) -> [Option<String>; 2] {
    [
        availability.since.map(|version| version.to_string()),
        availability.removed.map(|version| version.to_string()),
    ]
}

fn described_dates(lifetime: &Lifetime) -> [Option<String>; 2] {
    [lifetime.since.map(|release| release.to_string()), lifetime.removed.map(|release| release.to_string())]
}

fn same(info: &EventInfo, event: &Described) {
    assert_eq!(info.name, event.name);
    assert_eq!(info.aliases, event.aliases, "{}", info.name);
    assert_eq!(dates(&info.availability), described_dates(&event.lifetime), "{}", info.name);
    assert_eq!(info.availability.condition, event.condition.as_deref(), "{}", info.name);
    let names: Vec<_> = info.members.iter().map(|member| member.name).collect();
    let described: Vec<_> = event.data.object.members.iter().map(|member| &member.name).collect();
    assert_eq!(names, described, "{}", info.name);
    for (member, described) in info.members.iter().zip(&event.data.object.members) {
        assert_eq!(
            dates(&member.availability),
            described_dates(&described.lifetime),
            "{}.{}",
            info.name,
            member.name
        );
        assert_eq!(
            member.ty.name(),
            described.ty.element().replace("size", "uint64"),
            "{}.{}",
            info.name,
            member.name
        );
    }
    assert_eq!(info.rate_limit.is_some(), event.rate_limit.is_some(), "{}", info.name);
    assert_eq!(info.examples.len(), event.examples.len(), "{}", info.name);
}

#[test]
fn the_reference_has_the_events_of_the_library() {
    let reference = Reference::built_in();
    let infos = <Event as QapiEvents>::INFOS;
    assert_eq!(infos.len(), reference.events.len());
    for (info, event) in infos.iter().zip(&reference.events) {
        same(info, event);
    }
}
