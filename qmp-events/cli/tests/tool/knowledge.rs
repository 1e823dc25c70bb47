//! What the tool knows by itself: `list`, `explain`, `diff`; and what it tells about itself.

use qmp_events::EventKind;

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

#[test]
fn releases_are_compared_in_both_directions() {
    let forth = run("diff --from 7.2 --to 10.0").stdout;
    for part in [
        "+ VFIO_MIGRATION",
        "- MEM_UNPLUG_ERROR",
        "+ BLOCK_IO_ERROR.qom-path  string",
        "+ MIGRATION.status=postcopy-recover-setup",
        "New rate limits\n  + BLOCK_IO_ERROR  per qom-path",
    ] {
        assert!(forth.contains(part), "{part} is not in:\n{forth}");
    }
    assert!(!forth.contains("VFIO_MIGRATION."), "members of a new event are no news:\n{forth}");
    let back = run("diff --from 10.0 --to 7.2").stdout;
    assert!(back.contains("- VFIO_MIGRATION") && back.contains("+ MEM_UNPLUG_ERROR"), "{back}");
    assert!(run("diff --from 8.0 --to 8.1").stdout.contains("No difference"));
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
