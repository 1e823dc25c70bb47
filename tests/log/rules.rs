//! The rules, one by one.

use qmp_events::log::{Entry, Form, LoggedEvent, Reader};
use tests::read_fixture;

use super::{malformed_lines, names, read, read_with, report};

const STOP: &str = r#"{"timestamp": {"seconds": 1700000000, "microseconds": 5}, "event": "STOP"}"#;

fn events(log: &str) -> Vec<LoggedEvent> {
    let event = |entry| match entry {
        Entry::Event(event) => Some(event),
        _ => None,
    };
    read(log.as_bytes()).0.into_iter().filter_map(event).collect()
}

macro_rules! reports {
    ($($test:ident: $file:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(stringify!($test), report(read_fixture($file).as_bytes()));
        })*
    };
}

reports! {
    messages_in_strings_and_records: "log/strings-and-records.txt",
    python_spells_dicts_in_its_own_way: "log/python.txt",
    documents_indent_messages_and_comment_them_out: "log/documents.txt",
    libvirt_writes_an_event_on_lines_of_several_kinds: "log/libvirt.txt",
    virsh_prints_any_name_of_a_domain: "log/virsh.txt",
    other_programs_have_events_too: "log/other-programs.txt",
}

#[test]
fn an_event_that_came_twice_is_given_twice() {
    let line = format!("1: debug : qemuMonitorJSONIOProcessLine:189 : Line [{STOP}]\n");
    let event = format!(
        "1: info : qemuMonitorJSONIOProcessLine:203 : QEMU_MONITOR_RECV_EVENT: mon=0x1 event={STOP}\n"
    );
    assert_eq!(events(&format!("{line}{event}{line}{event}")).len(), 2);
    assert_eq!(events(&format!("{line}{line}{event}{event}")).len(), 2);
    assert_eq!(events(&format!("{event}{event}")).len(), 2);
    assert_eq!(events(&format!("{event}{line}{event}")).len(), 2, "the log begins between two copies");
    assert_eq!(events(&format!("{line}{line}")).len(), 2);
    assert_eq!(events(&format!("{STOP}\n{STOP}\n")).len(), 2, "only libvirt writes copies");
}

#[test]
fn the_same_event_of_two_machines_is_two_events() {
    let head = "1: debug : qemuMonitorJSONIOProcessLine:189 :";
    let copies = |monitor| {
        format!("{head} Line [{STOP}]\n{head} QEMU_MONITOR_RECV_EVENT: mon={monitor} event={STOP}\n")
    };
    let log = copies("0x1") + &copies("0x2");
    let monitors: Vec<_> = events(&log).into_iter().map(|event| event.origin.monitor).collect();
    assert_eq!(monitors, [Some("0x1".to_owned()), Some("0x2".to_owned())]);
}

#[test]
fn copies_of_two_machines_may_come_in_any_order() {
    let other = STOP.replace("STOP", "RESUME");
    let head = "1: debug : qemuMonitorJSONIOProcessLine:189 :";
    let log = format!(
        "{head} Line [{STOP}]\n{head} Line [{other}]\n\
         {head} QEMU_MONITOR_RECV_EVENT: mon=0x2 event={other}\n{head} QEMU_MONITOR_RECV_EVENT: mon=0x1 event={STOP}\n"
    );
    let found: Vec<_> = events(&log).into_iter().map(|event| (event.line, event.origin.monitor)).collect();
    assert_eq!(found, [(1, Some("0x1".to_owned())), (2, Some("0x2".to_owned()))]);
}

#[test]
fn an_event_waits_for_the_line_that_names_its_monitor() {
    let mut reader = Reader::new();
    let line = format!("1: debug : qemuMonitorJSONIOProcessLine:189 : Line [{STOP}]\n");
    reader.push(line.as_bytes());
    assert_eq!(reader.next_entry(), None);
    reader.flush();
    assert!(matches!(reader.next_entry(), Some(Entry::Event(event)) if event.origin.monitor.is_none()));

    reader.push(line.as_bytes());
    assert_eq!(reader.next_entry(), None);
    reader.push("\n".repeat(1100).as_bytes());
    assert!(reader.next_entry().is_some(), "but not for ever");
}

#[test]
fn an_event_comes_out_when_its_line_goes_in() {
    let mut reader = Reader::new();
    for number in 1..4 {
        reader.push(format!("{STOP}\n").as_bytes());
        assert!(matches!(reader.next_entry(), Some(Entry::Event(event)) if event.line == number));
    }
}

#[test]
fn an_address_that_is_used_again_is_another_monitor() {
    let event = format!("QEMU_MONITOR_RECV_EVENT: mon=0x1 event={STOP}\n");
    let new = "QEMU_MONITOR_NEW: mon=0x1 fd=29\n";
    let named = "Entered monitor (mon=0x1 vm=0x2 name=web)\n";
    let label = |log: &str| events(log).pop().and_then(|event| event.origin.label().map(str::to_owned));
    assert_eq!(label(&format!("{new}{event}")).as_deref(), Some("0x1"));
    assert_eq!(label(&format!("{new}{event}{new}{event}")).as_deref(), Some("0x1#2"));
    assert_eq!(label(&format!("{event}{new}{event}")).as_deref(), Some("0x1#2"));
    assert_eq!(label(&format!("{new}{named}{event}")).as_deref(), Some("web"));
    assert_eq!(label(&format!("{new}{named}{new}{event}")).as_deref(), Some("0x1#2"));
}

#[test]
fn a_part_of_an_event_in_a_buffer_is_not_malformed() {
    let log = "QEMU_MONITOR_IO_PROCESS: mon=0x1 buf={\"timestamp\": {\"seconds\": 1, \"microseconds\": 5}, \"event\": \"ST len=60\n\
               QEMU_MONITOR_RECV_EVENT: mon=0x1 event=";
    let (entries, _) = read(format!("{log}{STOP}\n").as_bytes());
    assert_eq!((names(&entries), malformed_lines(&entries)), (vec!["STOP".to_owned()], vec![]));
}

#[test]
fn commands_replies_and_greetings_hide_what_is_in_them() {
    for opening in [r#"{"return": "#, r#"{"id": 1, "execute": "x", "arguments": "#, r#"{"QMP": "#] {
        let log = format!("{opening}{STOP}}}\n{opening}[{STOP}]}}\nbuf={opening}{STOP}}}\n");
        assert_eq!(read(log.as_bytes()).1.events, 0, "{log}");
    }
}

#[test]
fn an_event_may_be_inside_the_record_of_another_program() {
    for log in [
        format!(r#"{{"vm": "web", "payload": {STOP}}}"#),
        format!(r#"{{"vm": "web", "event": {STOP}}}"#),
        format!(r#"{{"event": "got an event", "list": [1, {STOP}], "vm": "web"}}"#),
    ] {
        let found = events(&log);
        assert_eq!(found.len(), 1, "{log}");
        assert_eq!(found[0].origin.domain.as_deref(), Some("web"), "{log}");
    }
}

#[test]
fn a_line_may_be_wrapped_anywhere() {
    let text = r#"{"timestamp": {"seconds": 1, "microseconds": 5}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}"#;
    let whole = events(text)[0].decode().expect("an event");
    // Within a word, a number or the key `event`, the text says something else.
    let between = |at: &usize| {
        !text.as_bytes()[at - 1].is_ascii_alphanumeric() || !text.as_bytes()[*at].is_ascii_alphanumeric()
    };
    let key = text.find("\"event\":").expect("the key is there");
    for at in (1..text.len()).filter(between).filter(|at| !(key..key + 8).contains(at)) {
        let log = format!("12:00:01 event={}\n{}\n", &text[..at], &text[at..]);
        let found = events(&log);
        assert_eq!(found.len(), 1, "{log}");
        assert_eq!(found[0].decode().expect("an event"), whole, "{log}");
    }
}

#[test]
fn a_prefix_may_be_repeated_on_every_line_of_a_message() {
    let pretty = [
        "{",
        "    \"timestamp\": {",
        "        \"seconds\": 1,",
        "        \"microseconds\": 5",
        "    },",
        "    \"event\": \"STOP\"",
        "}",
    ];
    for prefix in [
        "",
        "# ",
        "> ",
        " * ",
        "[stdout] ",
        "Nov 28 10:00:0N host qemu[12]: ",
        "web_1  | ",
        "2025-07-01T10:00:00.00NZ [debug] ",
    ] {
        let line =
            |(number, line): (usize, &&str)| format!("{}{line}\n", prefix.replace('N', &number.to_string()));
        let log: String = pretty.iter().enumerate().map(line).collect();
        let found = events(&log);
        assert_eq!(found.len(), 1, "{log}");
        assert_eq!(found[0].line, 1);
    }
}

#[test]
fn only_one_form_may_be_asked_for() {
    let log = format!("{STOP}\nevent RESUME at 1.000001 for domain 'web': <null>\n<- {STOP}\n");
    let only = |form| names(&read_with(Reader::new().only(form), log.as_bytes(), 100).0);
    assert_eq!(only(Form::Virsh), ["RESUME"]);
    assert_eq!(only(Form::Trace), ["STOP"]);
    assert_eq!(only(Form::Libvirt), [""; 0]);
    let (_, summary) = read(log.as_bytes());
    assert_eq!(summary.forms(), [(Form::Qmp, 1), (Form::Trace, 1), (Form::Virsh, 1)]);
}

#[test]
fn every_form_has_a_name_to_ask_for_it() {
    for form in Form::ALL {
        assert_eq!(form.name().parse(), Ok(form));
    }
    let error = "xml".parse::<Form>().expect_err("no such form").to_string();
    insta::assert_snapshot!(error, @"not the name of a form: expected one of qmp, trace, logger, string, libvirt, virsh, python, test-output");
}

#[test]
fn times_of_logs_are_read_with_their_offsets() {
    let time = |line: &str| {
        let event = events(&format!("{line} {STOP}\n")).pop().expect("an event");
        event
            .logged_at
            .map(|time| (time.as_str().to_owned(), time.timestamp().map(|t| (t.seconds, t.microseconds))))
    };
    let read = |text: &str, time: Option<(i64, i64)>| Some((text.to_owned(), time));
    assert_eq!(
        time("2000-03-01 00:00:00.25+0000: x"),
        read("2000-03-01 00:00:00.25+0000", Some((951_868_800, 250_000)))
    );
    assert_eq!(
        time("[2000-02-29T23:59:59,5+01:00]"),
        read("2000-02-29T23:59:59,5+01:00", Some((951_865_199, 500_000)))
    );
    assert_eq!(time("1969/12/31 23:59:59Z"), read("1969/12/31 23:59:59Z", Some((-1, 0))));
    assert_eq!(time("2000-02-29 23:59:59 x"), read("2000-02-29 23:59:59", None));
    assert_eq!(time("Nov  8 10:00:01 host qemu: x"), read("Nov  8 10:00:01", None));
    assert_eq!(time("12:00:01.5 DEBUG|"), read("12:00:01.5", None));
    assert_eq!(time("25:00:01 2000-13-01"), None);
}
