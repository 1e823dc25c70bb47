//! What the tool says to programs: `list`, `explain` and `schema` as JSON.

use serde_json::Value;

use crate::run::run;

fn json(arguments: &str) -> Value {
    let run = run(arguments);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{arguments}");
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{arguments}: {error}"))
}

#[test]
fn lists_have_the_same_events_for_programs_and_people() {
    for arguments in ["list", "list --removed", "list --qemu 7.2"] {
        let lines = run(arguments).stdout;
        let names: Vec<&str> = lines.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let list = json(&format!("{arguments} --format json"));
        let listed: Vec<_> = list.as_array().expect("a list").iter().map(|event| &event["name"]).collect();
        assert_eq!(listed, names, "{arguments}");
    }
}

#[test]
fn words_find_the_same_events_for_programs_and_people() {
    let names = |list: &Value| -> Vec<String> {
        let events = list.as_array().expect("a list").iter();
        events.map(|event| event["name"].as_str().expect("a name").to_owned()).collect()
    };
    let found = names(&json("explain BLOCK_JOB_* --format json"));
    let lines = run("explain BLOCK_JOB_*").stdout;
    assert!(found.len() >= 5, "{found:?}");
    assert!(found.iter().zip(lines.lines()).all(|(name, line)| line.starts_with(name)), "{lines}");
    let nothing = run("list kettle --format json");
    assert_eq!((nothing.status, nothing.stdout.trim()), (Some(1), "[]"));
}

#[test]
fn an_event_is_explained_with_its_types() {
    let page = json("explain guest-panicked --format json");
    assert_eq!(page["event"]["name"], "GUEST_PANICKED");
    assert_eq!(page["event"]["data"]["members"][1]["since"], "2.9");
    let types = page["types"].as_array().expect("types");
    assert!(
        types.iter().any(|ty| ty["name"] == "GuestPanicInformation" && ty["kind"] == "union"),
        "{types:?}"
    );
}

#[test]
fn a_member_is_explained_with_its_type_at_any_depth() {
    let page = json("explain GUEST_PANICKED.info.reason --format json");
    assert_eq!(page["member"]["name"], "reason");
    assert_eq!(page["type"]["values"][1]["name"], "disabled-wait");
    let page = json("explain SHUTDOWN.guest --format json");
    assert_eq!((&page["member"]["type"], page.get("type")), (&"bool".into(), None));
}

#[test]
fn every_event_is_explained_and_has_a_schema() {
    for event in json("list --removed --format json").as_array().expect("a list") {
        let name = event["name"].as_str().expect("a name");
        assert_eq!(json(&format!("explain {name} --format json"))["event"]["name"], name);
        assert_eq!(json(&format!("schema {name}"))["title"], name);
    }
}

#[test]
fn schemas_are_strict_for_a_release_and_open_without() {
    let strict = json("schema BLOCK_IO_ERROR --qemu 7.2");
    let open = json("schema block-io-error");
    assert_eq!((&strict["additionalProperties"], open.get("additionalProperties")), (&false.into(), None));
    assert_eq!(strict["properties"]["data"]["properties"].get("qom-path"), None);
    assert!(open["properties"]["data"]["properties"].get("qom-path").is_some());
    let any = json("schema --qemu 7.2");
    assert_eq!(any["$defs"]["BLOCK_IO_ERROR"]["properties"], strict["properties"]);
}

#[test]
fn what_has_no_schema_is_said() {
    for (arguments, expected) in [
        ("schema BLOCK_IO_EROR", "BLOCK_IO_ERROR"),
        ("schema VFIO_MIGRATION --qemu 7.2", "QEMU 7.2 does not have VFIO_MIGRATION"),
        ("schema STOP --qemu 2.11", "from QEMU 2.12"),
        ("schema STOP --qemu 6.7", "there is no 6.7"),
    ] {
        let run = run(arguments);
        assert!(run.status == Some(2) && run.stderr.contains(expected), "{arguments}: {}", run.stderr);
    }
}
