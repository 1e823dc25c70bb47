//! `report`: the words, and the page in a real browser.

use std::path::{Path, PathBuf};

use qmp_events::EventMessage;
use qmp_events::machine::Machine;
use qmp_events::protocol::{Frame, ServerMessage, Splitter};
use serde_json::json;

use crate::browser::Page;
#[cfg(target_os = "linux")]
use crate::full_disk::run_on_full_disk;
use crate::run::{Run, fixture, recording, run};

/// A directory for a test's files.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("qmp-events-report-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Directory(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.file(name), text).expect("it can be written");
        self.file(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/sources/demo/{name}.qmp"))
}

/// The demo's machines, as arguments.
fn demos() -> String {
    ["panic", "disk", "mirror", "move", "guest"].map(|name| demo(name).display().to_string()).join(" ")
}

fn event(at: f64, name: &str, data: &serde_json::Value) -> String {
    let (seconds, microseconds) = (at.trunc() as i64, (at.fract() * 1e6).round() as i64);
    let timestamp = json!({"seconds": seconds, "microseconds": microseconds});
    format!("{}\n", json!({"event": name, "data": data, "timestamp": timestamp}))
}

/// A night with a full disk and a backup that fails.
fn night() -> String {
    let job = |at, status: &str| event(at, "JOB_STATUS_CHANGE", &json!({"id": "backup0", "status": status}));
    let io_error = json!({"device": "vda", "operation": "write", "action": "stop", "nospace": true,
        "reason": "No space left on device"});
    [
        event(1000.0, "RESUME", &json!({})),
        job(1060.0, "created"),
        job(1060.0, "running"),
        event(1120.0, "BLOCK_IO_ERROR", &io_error),
        event(1120.0, "STOP", &json!({})),
        event(1312.0, "RESUME", &json!({})),
        job(1400.0, "aborting"),
        event(
            1400.5,
            "BLOCK_JOB_COMPLETED",
            &json!({"device": "backup0", "type": "backup", "len": 100,
            "offset": 50, "speed": 0, "error": "No space left on device"}),
        ),
        job(1401.0, "concluded"),
        job(1401.0, "null"),
        event(5000.0, "SHUTDOWN", &json!({"guest": true, "reason": "guest-shutdown"})),
    ]
    .concat()
}

fn report(input: &Path, page: &Path) -> Run {
    let run = run(&format!("report {} -o {}", input.display(), page.display()));
    assert_eq!(run.status, Some(0), "{run}");
    run
}

#[test]
fn a_night_is_told_in_words() {
    let directory = Directory::new("night");
    let input = directory.write("web.qmp", &night());
    let run = run(&format!("report {}", input.display()));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        run.stdout,
        "web\n  \
           ran 2 times, 1 h 3 min in all\n  \
           paused for 3 min 12 s because vda had no space left\n  \
           backup backup0 failed: No space left on device, after 5 min 40 s\n  \
           1 error of vda; the last: No space left on device\n  \
           ended: the guest shut down (guest-shutdown)\n"
    );
}

#[test]
fn the_demo_and_a_log_of_libvirt_are_told_in_words() {
    insta::assert_snapshot!("report_demo", run(&format!("report {}", demos())));
    let log = fixture("libvirt-9.0").join("qemu-monitor-event-ts.txt");
    insta::assert_snapshot!("report_libvirt", run(&format!("report {}", log.display())));
}

#[test]
fn no_events_are_no_report() {
    let directory = Directory::new("nothing");
    let input = directory.write("nothing.qmp", "");
    let page = directory.file("page.html");
    let run = run(&format!("report {} -o {}", input.display(), page.display()));
    assert_eq!(run.status, Some(1), "{run}");
    assert!(run.stderr.contains("no events in the input") && !page.exists(), "{run}");
}

/// The state of a machine after the events before a time.
fn state_before(recording: &[u8], time: i64) -> Machine {
    let (mut machine, mut splitter) = (Machine::new(), Splitter::new());
    splitter.push(recording);
    splitter.finish();
    while let Some(frame) = splitter.next_frame() {
        let Frame::Message(message) = frame else { continue };
        let ServerMessage::Event(event) = ServerMessage::classify(message.json) else { continue };
        let message = EventMessage::decode(event.json).expect("an event");
        let at = message.timestamp.expect("a time");
        if at.seconds * 1_000_000 + at.microseconds < time {
            machine.apply(&message);
        }
    }
    machine
}

#[test]
fn what_is_drawn_is_the_state() {
    let directory = Directory::new("drawn");
    let mut drawn = 0;
    let night = directory.write("night.qmp", &night());
    let inputs = ["lifecycle", "pvpanic", "ioerr-read-stop", "migrate-unix-src"];
    let inputs = inputs.map(|name| PathBuf::from(recording(&format!("{name}.raw"))));
    for input in inputs.iter().chain([&night, &demo("panic"), &demo("move")]) {
        let file = directory.file("page.html");
        report(input, &file);
        let Some(page) = Page::load(&file) else { return };
        let bytes = std::fs::read(input).expect("a recording");
        for tag in page.tags("rect") {
            let (kind, text) = (tag.attribute("data-kind"), tag.attribute("data-text"));
            let (from, to) = (tag.number("data-from"), tag.number("data-to"));
            if from == to || tag.number("data-count") > 1 {
                continue;
            }
            let state = state_before(&bytes, to);
            let expected = match kind.as_str() {
                "run" => match (&state.run().status, state.run().running) {
                    (Some(status), _) => status.to_string(),
                    (None, Some(false)) => "stopped".to_owned(),
                    (None, _) => "unknown".to_owned(),
                },
                "job" => {
                    format!("job {}", state_before(&bytes, i64::MAX).finished_jobs().next().expect("one").id)
                }
                _ => "migration completed".to_owned(),
            };
            let is_so =
                text.starts_with(&expected) || (kind == "job" && text.starts_with("backup backup0 failed"));
            assert!(is_so, "{}: {text:?} is drawn for {expected:?}", input.display());
            drawn += 1;
        }
    }
    assert!(drawn > 20, "only {drawn} spans are drawn");
}

/// How many events the marks stand for.
fn marks(page: &Page) -> i64 {
    let lines = page.tags("line");
    let marks = lines.iter().filter(|tag| tag.attribute("data-kind") == "mark");
    marks.map(|tag| tag.number("data-count")).sum()
}

#[test]
fn the_page_of_a_night_shows_the_pause_its_reason_the_job_and_the_end() {
    let directory = Directory::new("page");
    let file = directory.file("page.html");
    report(&directory.write("web.qmp", &night()), &file);
    let Some(page) = Page::load(&file) else { return };
    let spans: Vec<_> = page
        .tags("rect")
        .iter()
        .map(|tag| {
            (
                tag.attribute("data-text"),
                tag.number("data-from") / 1_000_000,
                tag.number("data-to") / 1_000_000,
            )
        })
        .collect();
    for span in [
        ("running", 1000, 1120),
        ("io-error because vda had no space left", 1120, 1312),
        ("running", 1312, 5000),
        ("backup backup0 failed: No space left on device", 1060, 1400),
    ] {
        assert!(spans.contains(&(span.0.to_owned(), span.1, span.2)), "no {span:?} in {spans:?}");
    }
    let marks = marks(&page);
    assert_eq!(marks, 11, "every event is in a mark");
    let ends = page.tags("path");
    assert_eq!(ends.len(), 1);
    assert_eq!(ends[0].attribute("data-text"), "the guest shut down (guest-shutdown)");
    for outside in ["http:", "https:", "src=", "@import", "url("] {
        let text = page.dom().replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains(outside), "the page names {outside}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_page_of_before_stays() {
    let directory = Directory::new("full-disk");
    directory.write("night.qmp", &night());
    directory.write("old.html", "old");
    for page in ["old.html", "new.html"] {
        let arguments = ["report", "--output", page, "night.qmp"];
        let tool = env!("CARGO_BIN_EXE_qmp-events");
        let Some(output) = run_on_full_disk(&directory.0, tool, &arguments) else { return };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("cannot write {page}")), "{output:?}");
        assert!(output.status.code() == Some(2) && said.contains("No space left on device"), "{output:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_page_keeps_permissions_and_links_and_goes_to_pipes_too() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = Directory::new("permissions");
    let (recording, page) = (directory.write("night.qmp", &night()), directory.write("old.html", "old"));
    std::fs::set_permissions(&page, PermissionsExt::from_mode(0o604)).expect("a file of ours");
    symlink(&page, directory.file("link.html")).expect("a link can be made");
    report(&recording, &directory.file("link.html"));
    assert!(directory.file("link.html").is_symlink());
    let written = std::fs::read_to_string(&page).expect("a page");
    assert!(written.starts_with("<!"), "{written}");
    assert_eq!(std::fs::metadata(&page).expect("a file").permissions().mode() & 0o777, 0o604);

    // As any program would make it.
    std::fs::write(directory.file("usual"), "").expect("a file can be written");
    report(&recording, &directory.file("new.html"));
    let mode = |name| std::fs::metadata(directory.file(name)).expect("a file").permissions().mode();
    assert_eq!(mode("new.html"), mode("usual"));
    let run = run(&format!("report {} --output /dev/stdout", recording.display()));
    assert!(run.stdout.ends_with(&written), "{run}");
}

#[test]
fn names_from_outside_stay_text() {
    let hostile = "</script><img src=x onerror=\"document.title='owned'\"><!--<script>/*DATA*//*SCRIPT*/";
    let directory = Directory::new("hostile");
    let data = json!({"device": hostile, "operation": "write", "action": "stop", "nospace": true, "reason": hostile});
    let events = [
        event(1.0, "BLOCK_IO_ERROR", &data),
        event(2.0, "STOP", &json!({})),
        event(3.0, hostile, &json!({hostile: hostile})),
    ];
    let file = directory.file("page.html");
    report(&directory.write("vm.qmp", &events.concat()), &file);
    let Some(page) = Page::load(&file) else { return };
    assert_eq!(page.tags("img").len(), 0);
    assert!(page.dom().contains("<title>What happened to the machines</title>"));
    let names: Vec<_> = page.tags("span").iter().map(|tag| tag.attribute("title")).collect();
    assert!(names.iter().any(|name| name == hostile), "{names:?}");
}

#[test]
fn a_hundred_thousand_events_are_a_page_of_a_few_elements() {
    let directory = Directory::new("many");
    let mut text = String::new();
    for number in 0..50_000 {
        let at = 1000.0 + f64::from(number);
        text += &event(at, "STOP", &json!({}));
        text += &event(at + 0.5, "RESUME", &json!({}));
    }
    let file = directory.file("page.html");
    report(&directory.write("vm.qmp", &text), &file);
    let Some(page) = Page::load(&file) else { return };
    assert!(page.dom().contains(">100000 events<"), "it says how many");
    assert!(page.size() < 6000, "{} elements", page.size());
    let marks = marks(&page);
    assert_eq!(marks, 100_000, "every event is in a mark");
    let states: i64 = page.tags("rect").iter().map(|tag| tag.number("data-count")).sum();
    assert_eq!(states, 100_000, "every state is in a span");
}

#[test]
fn keys_zoom_move_select_and_change_the_theme() {
    let directory = Directory::new("keys");
    let file = directory.file("page.html");
    report(&directory.write("web.qmp", &night()), &file);
    let script = r#"<script>
        const press = (id, key) => $(id).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        const seen = [];
        const see = () => seen.push(Math.round((view.to - view.from) / (whole().to - whole().from) * 100));
        see(); press("timeline", "+"); see(); press("timeline", "+"); see();
        const before = view.from; press("timeline", "ArrowRight"); seen.push(view.from > before);
        press("timeline", "0"); see();
        press("events", "ArrowDown"); press("events", "ArrowDown"); seen.push(picked);
        press("events", "Enter");
        $("filter").value = "block_io"; $("filter").dispatchEvent(new Event("input")); seen.push(shown.length);
        const theme = getComputedStyle(document.body).backgroundColor; press("events", "t");
        seen.push(theme !== getComputedStyle(document.body).backgroundColor);
        document.body.dataset.seen = JSON.stringify(seen);
    </script></body>"#;
    let page = std::fs::read_to_string(&file).expect("a page").replace("</body>", script);
    let file = directory.write("driven.html", &page);
    let Some(page) = Page::load(&file) else { return };
    assert_eq!(page.tags("body")[0].attribute("data-seen"), "[100,50,25,true,100,1,1,true]");
}
