//! A page as a real browser has it: Chromium without a window.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

/// What a page is after its scripts have run.
#[derive(Debug)]
pub(crate) struct Page {
    dom: String,
}

impl Page {
    /// Loads a file; `None`, and a word about it, where there is no Chromium. In CI that is a failure. What
    /// the page writes to the console is one, too.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn load(file: &Path) -> Option<Self> {
        let Some(output) =
            ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| run(name, file))
        else {
            assert!(std::env::var_os("CI").is_none(), "CI needs chromium");
            eprintln!("SKIPPED: there is no chromium on this machine");
            return None;
        };
        let log = String::from_utf8_lossy(&output.stderr);
        let messages: Vec<_> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(messages.is_empty(), "the console says {messages:?}");
        let dom = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(dom.contains("</html>"), "no page: {log}");
        Some(Page { dom })
    }

    /// The tags of elements with this name.
    pub(crate) fn tags(&self, name: &str) -> Vec<Tag<'_>> {
        let starts = self.dom.match_indices('<').map(|(start, _)| &self.dom[start + 1..]);
        let named =
            starts.filter(|text| text.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])));
        named.map(|text| Tag(&text[..text.find('>').unwrap_or(text.len())])).collect()
    }

    /// How many elements there are.
    pub(crate) fn size(&self) -> usize {
        self.dom.matches("</").count()
    }

    pub(crate) fn dom(&self) -> &str {
        &self.dom
    }
}

fn run(program: &str, file: &Path) -> Option<Output> {
    let profile = file.with_extension("profile");
    let output = Command::new(program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
        ])
        .args(["--window-size=1280,900", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output();
    let _ = std::fs::remove_dir_all(profile);
    match output {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("cannot run {program}: {error}"),
    }
}

/// A tag with its attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a>(&'a str);

impl Tag<'_> {
    /// The value of an attribute; empty if there is none.
    pub(crate) fn attribute(&self, name: &str) -> String {
        let start = format!(" {name}=\"");
        let value = self.0.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
        let text = value.map_or("", |(value, _)| value);
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    pub(crate) fn number(&self, name: &str) -> i64 {
        self.attribute(name).parse().unwrap_or_else(|_| panic!("no number {name} in {}", self.0))
    }
}
