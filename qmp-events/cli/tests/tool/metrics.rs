//! `agent --metrics`: what Prometheus reads, and what a hostile client of HTTP cannot do.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::peer::{Directory, Identity, Peer};
use crate::qemu::Qemu;
use crate::run::{Process, Running, command_of, run};

/// An agent that shows metrics, and where.
pub(crate) struct Agent {
    pub(crate) running: Running,
    pub(crate) page: Page,
}

/// Where metrics are shown.
pub(crate) struct Page {
    address: String,
}

impl Agent {
    pub(crate) fn start(endpoints: &[&str]) -> Self {
        let arguments = [&["agent", "--metrics", "127.0.0.1:0"], endpoints].concat();
        let mut running = Running::spawn(&mut command_of(&arguments));
        let note = running.await_note("metrics at http://");
        let address = note.trim_start_matches("metrics at http://").trim_end_matches("/metrics").to_owned();
        Agent { running, page: Page { address } }
    }

    pub(crate) fn end(self) {
        self.running.signal("TERM");
        let end = self.running.end();
        assert_eq!(end.status, Some(0), "{end}");
    }
}

impl Page {
    pub(crate) fn at(address: &str) -> Self {
        Page { address: address.to_owned() }
    }

    /// What is answered to a request, unless the server closes the connection before it has read all of it.
    fn try_request(&self, head: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "{head}\r\nHost: {}\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// What is answered to a request.
    fn request(&self, head: &str) -> String {
        self.try_request(head).expect("an answer")
    }

    pub(crate) fn scrape(&self) -> String {
        let answer = self.request("GET /metrics HTTP/1.1");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        body.to_owned()
    }

    /// Scrapes until there is such a line.
    pub(crate) fn await_line(&self, line: &str) -> String {
        loop {
            let text = self.scrape();
            if text.lines().any(|found| found == line) {
                return text;
            }
            std::thread::yield_now();
        }
    }
}

/// A machine that listens, and its endpoint.
pub(crate) fn listen(directory: &Directory, name: &str) -> (UnixListener, String) {
    let path = directory.path(name);
    (UnixListener::bind(&path).expect("a socket"), format!("unix:{}", path.display()))
}

/// A program that is needed here; `None`, and a word about it, where it is missing. In CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn program(name: &str) -> Option<Command> {
    match Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(_) => Some(Command::new(name)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(std::env::var_os("CI").is_none(), "CI needs {name}");
            eprintln!("SKIPPED: there is no {name} on this machine");
            None
        }
        Err(error) => panic!("cannot run {name}: {error}"),
    }
}

#[test]
fn what_happens_to_a_machine_is_counted() {
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let agent = Agent::start(&[&format!("web={endpoint}")]);
    agent.page.await_line(r#"qmp_events_connection_up{machine="web"} 0"#);
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("STOP");
    machine.send("STOP");
    machine.send("__com.example_NEW");
    machine.send("NEWER");
    let text = agent.page.await_line(r#"qmp_events_events_total{machine="web",event="other"} 2"#);
    for line in [
        r#"qmp_events_connection_up{machine="web"} 1"#,
        r#"qmp_events_events_total{machine="web",event="STOP"} 2"#,
        r#"qmp_events_run_state{machine="web",state="unknown"} 1"#,
        r#"qmp_events_run_state{machine="web",state="running"} 0"#,
        r#"qmp_events_dropped_total{machine="web"} 0"#,
        r#"# TYPE qmp_events_paused_seconds_total counter"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in:\n{text}");
    }
    assert!(text.contains(r#"qmp_events_paused_seconds_total{machine="web",cause="unknown"}"#), "{text}");
    machine.send("RESUME");
    agent.page.await_line(r#"qmp_events_run_state{machine="web",state="running"} 1"#);
    machine.kill();
    agent.page.await_line(r#"qmp_events_connection_up{machine="web"} 0"#);
    let machine = Peer::accept(&listener, Identity::default());
    agent.page.await_line(r#"qmp_events_gaps_total{machine="web"} 1"#);
    drop(machine);
    agent.end();
}

#[test]
fn the_series_of_a_machine_that_has_left_are_gone() {
    let directory = Directory::new();
    let pattern = format!("unix:{}", directory.path("*.qmp").display());
    let agent = Agent::start(&[&pattern]);
    for name in ["a", "b"] {
        let (listener, _) = listen(&directory, &format!("{name}.qmp"));
        let machine = Peer::accept(&listener, Identity::default());
        agent.page.await_line(&format!(r#"qmp_events_connection_up{{machine="{name}"}} 1"#));
        std::fs::remove_file(directory.path(&format!("{name}.qmp"))).expect("it is there");
        machine.quit();
        while agent.page.scrape().contains(&format!(r#"machine="{name}""#)) {
            std::thread::yield_now();
        }
    }
    agent.end();
}

#[test]
fn names_are_escaped_and_told_apart() {
    let directory = Directory::new();
    let (_one, one) = listen(&directory, "one.sock");
    let (_two, two) = listen(&directory, "two.sock");
    let agent = Agent::start(&[&format!("a\"\\\n={one}"), &format!("vm={one}x"), &format!("vm={two}")]);
    let text = agent.page.await_line(r#"qmp_events_connection_up{machine="vm#2"} 0"#);
    assert!(text.contains(r#"qmp_events_connection_up{machine="vm"} 0"#), "{text}");
    assert!(text.contains(r#"qmp_events_connection_up{machine="a\"\\\n"} 0"#), "{text}");
    agent.end();
}

#[test]
fn scrapers_get_the_format_that_they_accept() {
    let agent = Agent::start(&["vm=unix:/no/such/socket"]);
    let answer = agent
        .page
        .request("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain");
    assert!(answer.contains("content-type: application/openmetrics-text; version=1.0.0"), "{answer}");
    assert!(answer.contains("# TYPE qmp_events_events counter\n") && answer.ends_with("# EOF\n"), "{answer}");
    let answer = agent.page.request("GET /metrics HTTP/1.1");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    assert!(answer.contains("# TYPE qmp_events_events_total counter\n"), "{answer}");
    agent.end();
}

#[test]
fn a_client_that_has_no_more_to_say_is_answered() {
    let agent = Agent::start(&["vm=unix:/no/such/socket"]);
    let mut stream = TcpStream::connect(&agent.page.address).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").expect("it reads");
    stream.shutdown(Shutdown::Write).expect("a connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains(" 200 ") && answer.contains("qmp_events_build_info"), "{answer}");
    agent.end();
}

#[test]
fn other_requests_are_refused_with_a_hint() {
    let agent = Agent::start(&["vm=unix:/no/such/socket"]);
    let answer = agent.page.request("GET / HTTP/1.1");
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("the metrics are at /metrics"), "{answer}");
    let answer = agent.page.request("POST /metrics HTTP/1.1");
    assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET, HEAD"), "{answer}");
    let answer = agent.page.request("HEAD /metrics HTTP/1.1");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
    agent.end();
}

#[test]
fn a_request_with_a_long_head_is_refused_and_others_are_answered() {
    let agent = Agent::start(&["vm=unix:/no/such/socket"]);
    let answer = agent.page.try_request(&format!("GET /metrics HTTP/1.1\r\nX: {}", "x".repeat(1 << 20)));
    match answer {
        Ok(answer) => assert!(answer.starts_with("HTTP/1.1 431"), "{answer}"),
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}")
        }
    }
    assert!(agent.page.scrape().contains("qmp_events_build_info"));
    agent.end();
}

#[test]
fn clients_that_say_nothing_keep_nobody_waiting() {
    let agent = Agent::start(&["vm=unix:/no/such/socket"]);
    let idle: Vec<_> =
        (0..60).map(|_| TcpStream::connect(&agent.page.address).expect("it listens")).collect();
    assert!(agent.page.scrape().contains("qmp_events_build_info"));
    drop(idle);
    agent.end();
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let run = run(&format!("agent --metrics {address} unix:/no/such/socket"));
    assert_eq!(run.status, Some(2), "{run}");
    assert!(run.stderr.contains(&format!("cannot show metrics at {address}")), "{run}");
}

#[test]
fn promtool_finds_no_fault_in_the_metrics() {
    let Some(mut promtool) = program("promtool") else { return };
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "vm.sock");
    let agent = Agent::start(&[&endpoint]);
    let mut machine = Peer::accept(&listener, Identity::default());
    machine.send("STOP");
    let text = agent.page.await_line(r#"qmp_events_events_total{machine="vm",event="STOP"} 1"#);
    let mut check = promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    check.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = check.wait_with_output().expect("it ends");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    agent.end();
}

#[test]
fn the_example_of_alert_rules_holds() {
    let rules = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("prometheus").join(name);
    for (command, file) in [("check", "rules.yml"), ("test", "rules_test.yml")] {
        let Some(mut promtool) = program("promtool") else { return };
        let output = promtool.args([command, "rules"]).arg(rules(file)).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

/// A Prometheus that scrapes one address all the time.
struct Prometheus {
    process: Process,
    address: String,
}

impl Prometheus {
    fn start(mut program: Command, directory: &Directory, target: &str) -> Self {
        let configuration = format!(
            "global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\n\
             scrape_configs: [{{job_name: qmp-events, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        let (file, storage) = (directory.path("prometheus.yml"), directory.path("storage"));
        std::fs::write(&file, configuration).expect("a file");
        // A port that is free now.
        let address = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = address.expect("a port").to_string();
        let child = program
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", storage.display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prometheus runs");
        Prometheus { process: Process(child), address }
    }

    /// Asks until the answer is this one.
    fn await_value(&mut self, query: &str, value: &str) {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        loop {
            assert!(self.process.0.try_wait().expect("a child").is_none(), "Prometheus has ended");
            let Ok(mut stream) = TcpStream::connect(&self.address) else { continue };
            let head = format!("GET /api/v1/query?query={encoded} HTTP/1.0\r\n\r\n");
            let mut answer = String::new();
            if stream.write_all(head.as_bytes()).is_err() || stream.read_to_string(&mut answer).is_err() {
                continue;
            }
            let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let Ok(answer) = serde_json::from_str::<Value>(body) else { continue };
            if answer["data"]["result"][0]["value"][1] == value {
                return;
            }
        }
    }
}

#[test]
fn a_real_prometheus_reads_a_scripted_machine_and_a_real_one() {
    let Some(program) = program("prometheus") else { return };
    let Some(mut qemu) = Qemu::start() else { return };
    let directory = Directory::new();
    let (listener, endpoint) = listen(&directory, "scripted.sock");
    let agent = Agent::start(&[&endpoint, &format!("real={}", qemu.endpoint())]);
    let mut machine = Peer::accept(&listener, Identity::default());
    let mut prometheus = Prometheus::start(program, &directory, &agent.page.address);
    prometheus.await_value(r#"qmp_events_run_state{machine="real",state="prelaunch"}"#, "1");
    qemu.execute("cont");
    machine.send("POWERDOWN");
    prometheus.await_value(r#"qmp_events_run_state{machine="real",state="running"}"#, "1");
    prometheus.await_value(r#"qmp_events_events_total{machine="scripted",event="POWERDOWN"}"#, "1");
    qemu.execute("stop");
    prometheus.await_value(r#"qmp_events_run_state{machine="real",state="paused"}"#, "1");
    prometheus
        .await_value(r#"qmp_events_paused_seconds_total{machine="real",cause="command"} > bool 0"#, "1");
    qemu.execute("quit");
    prometheus.await_value(r#"qmp_events_connection_up{machine="real"}"#, "0");
    prometheus.await_value(r#"count(up{job="qmp-events"} == 1)"#, "1");
    drop(machine);
    agent.end();
}
