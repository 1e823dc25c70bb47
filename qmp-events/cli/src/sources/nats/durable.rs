//! Whether what a server remembers under a name was made for what is wanted now: its filters stay as they were.

use std::collections::BTreeSet;
use std::fmt;

use super::filter::subjects;
use super::reading::Reading;
use crate::broker::stream::STREAM;
use crate::broker::subject::ROOT;

/// A durable consumer is there already, for other machines or events. To try again is of no use.
#[derive(Debug, PartialEq)]
pub(super) struct MadeForOthers {
    name: String,
    made_for: BTreeSet<String>,
    wanted: BTreeSet<String>,
}

/// Checks the filters of a durable consumer. `several` is whether the server takes more than one filter.
pub(super) fn ensure_made_for(
    reading: &Reading,
    several: bool,
    name: &str,
    filters: &[String],
) -> Result<(), MadeForOthers> {
    let made_for = filter_set(filters);
    let wanted = filter_set(&subjects(reading, several));
    // The server may have been of another version when it was made; what it sends besides is not shown.
    if made_for == wanted || made_for == filter_set(&subjects(reading, !several)) {
        return Ok(());
    }
    Err(MadeForOthers { name: name.to_owned(), made_for, wanted })
}

/// No filter, and an empty one, mean everything.
fn filter_set(filters: &[String]) -> BTreeSet<String> {
    let mut filters: BTreeSet<String> = filters.iter().filter(|filter| !filter.is_empty()).cloned().collect();
    if filters.is_empty() {
        filters.insert(format!("{ROOT}.>"));
    }
    filters
}

impl fmt::Display for MadeForOthers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |filters: &BTreeSet<String>| filters.iter().cloned().collect::<Vec<_>>().join(", ");
        let (name, made_for, wanted) = (&self.name, list(&self.made_for), list(&self.wanted));
        write!(
            formatter,
            "the consumer {name} was made for {made_for}, and not for {wanted}: give --durable another name, or \
             remove the consumer with `nats consumer rm {STREAM} {name}`"
        )
    }
}

impl std::error::Error for MadeForOthers {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(machines: &[&str], several: bool, filters: &[&str]) -> Result<(), String> {
        let machines = machines.iter().map(|text| text.parse().expect("a pattern")).collect();
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        let reading = Reading { machines, ..Reading::default() };
        ensure_made_for(&reading, several, "log", &filters).map_err(|error| error.to_string())
    }

    #[test]
    fn no_filter_is_everything() {
        for filters in [&[][..], &[""], &["qmp.events.>"]] {
            assert_eq!(check(&[], true, filters), Ok(()));
        }
        check(&["web"], true, &[""]).expect_err("it is for everything");
    }

    #[test]
    fn filters_may_be_in_any_order() {
        let filters = ["qmp.events.*.web.*", "qmp.events.*.db.*"];
        assert_eq!(check(&["db", "web"], true, &filters), Ok(()));
        assert_eq!(check(&["web"], true, &filters[..1]), Ok(()));
        check(&["web"], true, &filters).expect_err("it is for more");
    }

    #[test]
    fn a_server_of_another_version_goes_on() {
        assert_eq!(check(&["db", "web"], true, &["qmp.events.>"]), Ok(()));
        assert_eq!(check(&["db", "web"], false, &["qmp.events.*.db.*", "qmp.events.*.web.*"]), Ok(()));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        assert_eq!(
            check(&["web"], false, &["qmp.events.*.db.*"]).expect_err("it is for another"),
            "the consumer log was made for qmp.events.*.db.*, and not for qmp.events.*.web.*: give --durable another \
             name, or remove the consumer with `nats consumer rm QMP_EVENTS log`"
        );
    }
}
