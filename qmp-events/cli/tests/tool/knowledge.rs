//! What the tool knows by itself: `list`, `explain`, `diff`; and what it tells about itself.

use std::path::Path;

use qmp_events::EventKind;
use qmp_events_compare::catalogue::Catalogue;
use qmp_events_compare::diff::diff as compare;
use qmp_events_compare::input::Input;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;

use crate::run::run;

fn names(arguments: &str) -> Vec<String> {
    let run = run(arguments);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    run.stdout.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn lists_follow_the_releases() {
    let all = names("list --removed");
    let today = names("list");
    let old = names("list --qemu 7.2");
    let gone = |name: &str| all.iter().any(|other| other == name) && !today.iter().any(|other| other == name);
    assert!(gone("MEM_UNPLUG_ERROR") && gone("COMMAND_DROPPED") && gone("RDMA_GID_STATUS_CHANGED"));
    assert!(old.iter().any(|name| name == "MEM_UNPLUG_ERROR"));
    assert!(!old.iter().any(|name| name == "COMMAND_DROPPED" || name == "VFIO_MIGRATION"));
    assert_eq!(all.len(), EventKind::ALL.len());
    assert_eq!(
        today.len(),
        EventKind::ALL.iter().filter(|kind| kind.info().availability.removed.is_none()).count()
    );
    assert!(all.is_sorted());
}

#[test]
fn a_release_that_is_none_is_refused() {
    let run = run("list --qemu seven");
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("seven"), "{}", run.stderr);
}

#[test]
fn an_event_is_explained_with_members_limit_and_example() {
    let page = run("explain BLOCK_IO_ERROR").stdout;
    for part in [
        "BLOCK_IO_ERROR  (since 0.13)",
        "1 per second and qom-path, since QEMU 10.0, but not with action=stop",
        "qom-path  string (since 9.2)",
        "node-name  string; optional (since 2.8)",
        "\"event\": \"BLOCK_IO_ERROR\"",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(!page.contains("```") && !page.contains("# "), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn members_are_explained_at_any_depth() {
    let reason = run("explain SHUTDOWN.reason").stdout;
    assert!(reason.contains("guest-panic") && reason.contains("(since 7.2)"), "{reason}");
    let inner = run("explain GUEST_PANICKED.info").stdout;
    assert!(inner.contains("psw-addr  unsigned integer; if type is s390"), "{inner}");
    let tag = run("explain guest-panicked.info.type").stdout;
    assert!(tag.contains("hyper-v"), "{tag}");
    let deep = run("explain ACPI_DEVICE_OST.info.slot-type").stdout;
    assert!(deep.contains("DIMM"), "{deep}");
}

#[test]
fn every_event_and_member_has_an_explanation() {
    for name in names("list --removed") {
        let page = run(&format!("explain {name}")).stdout;
        assert!(page.starts_with(&name) && page.lines().count() > 4, "{page}");
    }
}

#[test]
fn typing_errors_meet_suggestions() {
    for (subject, suggestion) in [
        ("BLOK_IO_ERROR", "BLOCK_IO_ERROR"),
        ("panick", "GUEST_PANICKED"),
        ("SHUTDOWN.raison", "reason"),
        ("GUEST_PANICKED.info.psw", "psw-addr"),
    ] {
        let run = run(&format!("explain {subject}"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
        let (_, hint) = run.stderr.split_once("; did you mean ").expect("a suggestion");
        assert!(hint.contains(suggestion), "{hint}");
    }
    assert!(run("explain STOP.reason").stderr.contains("it has none"));
}

/// What `cargo xtask diff` prints: the same comparison, of the schema in this checkout.
fn compared_by_xtask(from: &str, to: &str) -> String {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let catalogue = Catalogue::read(&Disk, &schema).expect("our schema");
    let mut sources = SourceMap::default();
    let mut open = |named| Input::open(named, &catalogue, &mut sources).expect("an input");
    let (old, new) = (open(from), open(to));
    compare((&old.name, &old.surface), (&new.name, &new.surface)).render()
}

#[test]
fn both_programs_tell_the_same_changes() {
    let reply = crate::run::recording("query-qmp-schema-qemu-system-x86_64.json");
    for (from, to) in [
        ("2.12", "7.2"),
        ("7.2", "10.0"),
        ("8.0", "8.0"),
        ("9.1", "10.0"),
        ("7.2", &reply),
        ("8.0", &reply),
        (&reply, "10.0"),
    ] {
        let run = run(&format!("diff --from {from} --to {to}"));
        assert_eq!(run.status, Some(0), "{run}");
        assert_eq!(run.stdout, compared_by_xtask(from, to), "{from} -> {to}");
    }
}

#[test]
fn the_changes_since_10_0_are_those_of_four_releases() {
    insta::assert_snapshot!(run("diff --from 10.0 --to 11.1").stdout);
}

#[test]
fn rate_limits_and_renamed_types_are_changes() {
    let changes = run("diff --from 7.2 --to 10.0").stdout;
    for part in ["\nrate limits\n", "BLOCK_IO_ERROR: ", "\nother names of types", "VFIO_MIGRATION"] {
        assert!(changes.contains(part), "{part:?} is not in:\n{changes}");
    }
    let run = run("diff --from 7.2 --to 10.0 --format json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let is_limit = |change: &serde_json::Value| change["change"] == "rate-limit-added";
    assert!(json["changes"].as_array().is_some_and(|changes| changes.iter().any(is_limit)), "{run}");
}

#[test]
fn a_side_that_cannot_be_compared_is_an_error_that_says_why() {
    for (arguments, why) in [
        ("diff --from 10.0 --to 7.2", "changes are told forwards"),
        ("diff --from 7.2 --to 99.0", "99.0"),
        ("diff --from 7.2 --to /no/such/file", "/no/such/file: there is no such file"),
        ("diff --from 7 --to 10.0", "7: there is no such file, and a release is written like 7.2"),
        ("diff --from 7.2 --to /dev/zero", "not a regular file"),
    ] {
        let run = run(arguments);
        assert_ne!(run.status, Some(0), "{run}");
        assert!(run.stderr.contains(why), "{run}");
    }
}

#[test]
fn completions_and_manual_pages_come_from_the_same_definition() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&format!("completions {shell}")).stdout;
        assert!(script.contains("reconnect"), "{shell}");
    }
    let directory = std::env::temp_dir().join(format!("qmp-events-man-{}", std::process::id()));
    assert_eq!(run(&format!("man {}", directory.display())).status, Some(0));
    let page = |name: &str| std::fs::read_to_string(directory.join(name)).expect("a page");
    let pages = [page("qmp-events.1"), page("qmp-events-watch.1"), page("qmp-events-wait.1")];
    std::fs::remove_dir_all(&directory).expect("it is there");
    assert!(pages[0].contains("Exit status"), "{}", pages[0]);
    assert!(pages[1].contains("reconnect") && pages[2].contains("timeout"));
}

#[test]
fn help_tells_the_exit_statuses() {
    let help = run("--help").stdout;
    assert!(help.contains("Exit status:") && help.contains("decode --strict"), "{help}");
}

#[test]
fn names_of_vendors_are_whole_names() {
    let error = run("explain __com.redhat_BLOCK_NEWS");
    assert_eq!(error.status, Some(2));
    assert!(error.stderr.contains("no event \"__com.redhat_BLOCK_NEWS\""), "{error}");
    assert!(error.stderr.contains("vendor"), "{error}");
}

#[test]
fn patterns_show_all_events_that_fit() {
    let found = names("explain BLOCK_JOB_*");
    assert_eq!(found, names("list BLOCK_JOB_*"));
    assert!(found.len() >= 5 && found.iter().all(|name| name.starts_with("BLOCK_JOB_")), "{found:?}");
    assert!(run("explain block-job-r*").stdout.starts_with("BLOCK_JOB_READY  (since"));
    assert_eq!(run("explain ALIEN_*").status, Some(2));
    assert_eq!(run("list ALIEN_*").status, Some(1));
}

#[test]
fn events_are_found_by_everyday_words() {
    for (word, event) in [
        ("reboot", "RESET"),
        ("Reboot", "RESET"),
        ("crash", "GUEST_PANICKED"),
        ("pause", "STOP"),
        ("hotplug", "DEVICE_DELETED"),
        ("ENOSPC", "BLOCK_IO_ERROR"),
    ] {
        let found = names(&format!("list {word}"));
        assert!(found.iter().any(|name| name == event), "{word}: {found:?}");
        let explained = run(&format!("explain {word}"));
        assert!(explained.status == Some(0) && explained.stdout.contains(event), "{word}: {explained}");
    }
    // People pipe the list as well.
    let all = run("list").stdout;
    let with_reboot: Vec<&str> = all.lines().filter(|line| line.contains("reboot")).collect();
    assert!(with_reboot.iter().any(|line| line.starts_with("RESET ")), "{with_reboot:?}");
}

#[test]
fn a_guest_that_was_asked_to_power_down_is_told_from_one_that_did_so_alone() {
    let page = run("explain SHUTDOWN.guest").stdout;
    let words: Vec<&str> = page.split_whitespace().collect();
    let page = words.join(" ");
    assert!(page.contains("system_powerdown") && page.contains("POWERDOWN came before"), "{page}");
}
