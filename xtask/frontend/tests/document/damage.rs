//! A lost heading costs no event, as long as something else tells where it was.

use crate::outline::read;
use crate::strip::strip;

const DOCUMENTS: [&str; 3] = [
    include_str!("shapes/early.txt"),
    include_str!("shapes/late.txt"),
    include_str!("../../../../schema/qmp-events.txt"),
];

/// The names of all events of a text.
fn events(text: &str) -> Vec<String> {
    read("damaged.txt", text).document.events().map(|(name, _)| name.text.clone()).collect()
}

/// What happens to a line of a heading.
enum Damage {
    Lose(usize),
    Replace(usize, String),
}

/// Damages every second heading of each document, whole and stripped: no event may be lost by it.
///
/// `damage` gets the lines and the place of the underline, and leaves some headings alone.
fn assert_no_event_is_lost(damage: impl Fn(&[&str], usize) -> Option<Damage>) {
    for document in DOCUMENTS {
        for text in [document.to_owned(), strip(document)] {
            let lines: Vec<_> = text.lines().collect();
            let underlines: Vec<_> = (0..lines.len()).filter(|&at| lines[at].starts_with("---")).collect();
            for first in 0..2 {
                let mut damaged: Vec<_> = lines.iter().map(|line| Some((*line).to_owned())).collect();
                for &at in underlines.iter().skip(first).step_by(2) {
                    match damage(&lines, at) {
                        Some(Damage::Lose(at)) => damaged[at] = None,
                        Some(Damage::Replace(at, line)) => damaged[at] = Some(line),
                        None => {}
                    }
                }
                let damaged: Vec<_> = damaged.into_iter().flatten().collect();
                assert_eq!(events(&damaged.join("\n")), events(&text));
            }
        }
    }
}

/// Whether an example of its own tells the name of an event.
fn is_shown(lines: &[&str], name: &str) -> bool {
    let event = format!("\"event\": \"{name}\"");
    lines.iter().any(|line| line.contains(&event))
}

#[test]
fn a_lost_underline_costs_no_event() {
    // Two names without an underline are a sentence.
    assert_no_event_is_lost(|lines, at| (!lines[at - 1].contains(',')).then_some(Damage::Lose(at)));
}

#[test]
fn a_lost_name_costs_no_event_that_is_shown() {
    assert_no_event_is_lost(|lines, at| is_shown(lines, lines[at - 1]).then_some(Damage::Lose(at - 1)));
}

#[test]
fn a_misspelt_name_costs_no_event_that_is_shown() {
    assert_no_event_is_lost(|lines, at| {
        let misspelt = lines[at - 1].to_lowercase().replace('_', "-");
        is_shown(lines, lines[at - 1]).then_some(Damage::Replace(at - 1, misspelt))
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
