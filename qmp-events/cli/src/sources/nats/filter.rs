//! What is wanted, as subjects for a server. A server may send more than is wanted, never less.

use super::reading::Reading;
use crate::broker::subject::{ROOT, token};
use crate::selection::NamePattern;

/// What happens to connections; wanted whatever events are.
const NOTICES: [&str; 6] = ["connected", "gap", "lagged", "malformed", "disconnected", "dropped"];

/// How many subjects a server is told at most; if it were more, it is told none.
const SUBJECTS: usize = 64;

/// The subjects of what is wanted. `several` is whether the server takes more than one, as from 2.10 on. None of
/// them matches anything that another one does.
pub(super) fn subjects(reading: &Reading, several: bool) -> Vec<String> {
    let everything = vec![format!("{ROOT}.>")];
    let (machines, events) = (machines(reading), events(reading.events.as_deref()));
    let combine = |events: &[String]| -> Vec<String> {
        let all = machines
            .iter()
            .flat_map(|machine| events.iter().map(move |event| format!("{ROOT}.{machine}.{event}")));
        all.collect()
    };
    let fits = |subjects: &[String]| {
        let is_disjoint = subjects
            .iter()
            .enumerate()
            .all(|(index, one)| subjects.iter().skip(index + 1).all(|other| !overlap(one, other)));
        is_disjoint && subjects.len() <= if several { SUBJECTS } else { 1 }
    };
    let choices = [combine(&events), combine(&["*".to_owned()])];
    let says_nothing = [format!("{ROOT}.*.*.*")];
    choices.into_iter().find(|subjects| fits(subjects) && *subjects != says_nothing).unwrap_or(everything)
}

/// Host and machine, as tokens. A slash may be between them or in the name of a machine.
fn machines(reading: &Reading) -> Vec<String> {
    let mut tokens = Vec::new();
    for pattern in &reading.machines {
        let Some(literal) = pattern.literal() else { return vec!["*.*".to_owned()] };
        tokens.push(format!("*.{}", token(literal)));
        let slashes = literal.match_indices('/');
        tokens.extend(
            slashes.map(|(at, _)| format!("{}.{}", token(&literal[..at]), token(&literal[at + 1..]))),
        );
    }
    if tokens.is_empty() {
        tokens.push("*.*".to_owned());
    }
    tokens.sort();
    tokens.dedup();
    tokens
}

/// Names of events and notices, as tokens.
fn events(patterns: Option<&[NamePattern]>) -> Vec<String> {
    let names: Option<Vec<String>> =
        patterns.and_then(|patterns| patterns.iter().map(|pattern| Some(token(pattern.wanted()?))).collect());
    match names {
        Some(mut names) if !names.is_empty() => {
            names.extend(NOTICES.map(str::to_owned));
            names.sort();
            names.dedup();
            names
        }
        _ => vec!["*".to_owned()],
    }
}

/// Whether two patterns of equal length match the same subject.
fn overlap(one: &str, other: &str) -> bool {
    one.split('.').zip(other.split('.')).all(|(one, other)| one == "*" || other == "*" || one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(machines: &[&str], events: &[&str]) -> Reading {
        let machines = machines.iter().map(|text| text.parse().expect("a pattern")).collect();
        let events = events.iter().map(|text| text.parse().expect("a pattern")).collect();
        Reading { machines, events: Some(events), ..Reading::default() }
    }

    #[test]
    fn a_server_is_told_machines_and_events_where_it_takes_several() {
        assert_eq!(subjects(&reading(&["web"], &[]), true), ["qmp.events.*.web.*"]);
        assert_eq!(
            subjects(&reading(&["a/web"], &[]), true),
            ["qmp.events.*.a/web.*", "qmp.events.a.web.*"],
            "a slash may be in the name"
        );
        let both = subjects(&reading(&["web", "db"], &["STOP", "__com.example_X"]), true);
        assert_eq!(both.len(), 2 * (2 + NOTICES.len()));
        assert!(both.contains(&"qmp.events.*.db.__com%2Eexample_X".to_owned()), "{both:?}");
        assert!(both.contains(&"qmp.events.*.web.disconnected".to_owned()), "{both:?}");
    }

    #[test]
    fn an_older_server_is_told_one_subject_or_sends_everything() {
        assert_eq!(subjects(&reading(&["web"], &["STOP"]), false), ["qmp.events.*.web.*"]);
        assert_eq!(subjects(&reading(&["web", "db"], &[]), false), ["qmp.events.>"]);
        assert_eq!(subjects(&reading(&["a/web"], &[]), false), ["qmp.events.>"]);
        assert_eq!(subjects(&reading(&[], &[]), false), ["qmp.events.>"]);
    }

    #[test]
    fn what_subjects_cannot_say_is_not_told() {
        assert_eq!(subjects(&reading(&["w*"], &["BLOCK_*"]), true), ["qmp.events.>"]);
        assert_eq!(subjects(&reading(&["w*"], &["!STOP"]), true), ["qmp.events.>"]);
        let many: Vec<String> = (0..100).map(|number| format!("m{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(subjects(&reading(&many, &[]), true), ["qmp.events.>"]);
    }

    #[test]
    fn no_two_subjects_overlap() {
        let subjects = subjects(&reading(&["web", "a/web"], &[]), true);
        assert_eq!(subjects, ["qmp.events.>"]);
    }
}
