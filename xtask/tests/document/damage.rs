//! A lost heading costs no event, as long as something else tells where it was.

use crate::outline::read;
use crate::strip::strip;

const DOCUMENTS: [&str; 3] = [
    include_str!("shapes/early.txt"),
    include_str!("shapes/late.txt"),
    include_str!("../../../schema/qmp-events.txt"),
];

/// The names of all events of a text.
fn events(text: &str) -> Vec<String> {
    read("damaged.txt", text).document.events().map(|(name, _)| name.text.clone()).collect()
}

/// Calls `check` with each document, whole and stripped, and with each of its underlines.
fn for_each_underline(check: impl Fn(&[&str], usize)) {
    for document in DOCUMENTS {
        for text in [document.to_owned(), strip(document)] {
            let lines: Vec<_> = text.lines().collect();
            for at in (0..lines.len()).filter(|&at| lines[at].starts_with("---")) {
                check(&lines, at);
            }
        }
    }
}

fn without(lines: &[&str], at: usize) -> String {
    [&lines[..at], &lines[at + 1..]].concat().join("\n")
}

#[test]
fn a_lost_underline_costs_no_event() {
    for_each_underline(|lines, at| {
        // Two names without an underline are a sentence.
        if !lines[at - 1].contains(',') {
            assert_eq!(events(&without(lines, at)), events(&lines.join("\n")), "{}", lines[at - 1]);
        }
    });
}

#[test]
fn a_lost_name_costs_no_event() {
    for_each_underline(|lines, at| {
        // An example that shows another event tells the wrong name.
        let name = lines[at - 1];
        if !name.contains(',') && lines.join("\n").contains(&format!("\"event\": \"{name}\"")) {
            assert_eq!(events(&without(lines, at - 1)), events(&lines.join("\n")), "{name}");
        }
    });
}

#[test]
fn a_misspelt_name_costs_no_event() {
    for_each_underline(|lines, at| {
        let name = lines[at - 1];
        if !name.contains(',') && lines.join("\n").contains(&format!("\"event\": \"{name}\"")) {
            let misspelt = name.to_lowercase().replace('_', "-");
            let text = [&lines[..at - 1], &[misspelt.as_str()], &lines[at..]].concat().join("\n");
            assert_eq!(events(&text), events(&lines.join("\n")), "{name}");
        }
    });
}

#[test]
fn a_document_may_begin_in_the_middle_of_a_section() {
    for document in DOCUMENTS {
        for text in [document.to_owned(), strip(document)] {
            let lines: Vec<_> = text.lines().collect();
            let first = lines.iter().position(|line| line.starts_with("---")).expect("a heading");
            assert_eq!(events(&lines[first + 1..].join("\n")), events(&text));
        }
    }
}
