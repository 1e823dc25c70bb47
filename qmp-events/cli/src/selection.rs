//! Which events are wanted: by name, and by their members.

use std::str::FromStr;

use clap::Args;

use crate::json::{Json, Object};
use crate::knowledge::severity::Severity;
use crate::record::Record;

/// Which events to print.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Selection {
    /// Only events of this name; `*` and `?` match any text and any character, and `!NAME` leaves
    /// events out. Several may be given
    #[arg(long = "event", value_name = "NAME")]
    pub(crate) events: Vec<NamePattern>,

    /// Only events of this severity; several may be given, separated by commas
    #[arg(long = "severity", value_name = "SEVERITY", value_enum, value_delimiter = ',')]
    severities: Vec<Severity>,

    /// Only events with this member, such as `action=stop`, `info.slot=0` or `reason!=host-qmp-quit`
    ///
    /// All conditions must hold. Members of members are separated by dots; for a list it is enough
    /// if one of its items fits. `!=` holds for events without the member as well.
    #[arg(long = "where", value_name = "MEMBER=VALUE")]
    pub(crate) conditions: Vec<Condition>,
}

/// Which event to wait for.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// The event to wait for, such as `SHUTDOWN` or `BLOCK_*`; any of them, if given more than once
    #[arg(long = "event", value_name = "NAME", required_unless_present = "until_end")]
    pub(crate) events: Vec<NamePattern>,

    /// An event that ends the wait as a failure, with exit status 5
    ///
    /// `--where` holds for it too, as far as the event has the members: with
    /// `--fail-on DEVICE_UNPLUG_GUEST_ERROR --where device=disk1`, the refusal of another device
    /// is not a failure.
    #[arg(long, value_name = "NAME")]
    pub(crate) fail_on: Vec<NamePattern>,

    /// Only events with this member, see `watch --help`
    #[arg(long = "where", value_name = "MEMBER=VALUE")]
    conditions: Vec<Condition>,
}

/// What an event is to somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was waited for.
    Wanted,
    /// It ends the wait as a failure.
    Failure,
    /// It may say why the wanted event does not come.
    Related,
    Other,
}

impl Wanted {
    pub(crate) fn verdict(&self, record: &Record) -> Verdict {
        let name = record.message.event.name();
        let is_event = !self.events.is_empty() && are_for(&self.events, name);
        let is_failure = !self.fail_on.is_empty() && are_for(&self.fail_on, name);
        if is_event && self.conditions.iter().all(|condition| condition.holds(record.data())) {
            return Verdict::Wanted;
        }
        let fits = |condition: &Condition| condition.holds(record.data()) || !condition.concerns(record);
        if is_failure && self.conditions.iter().all(fits) {
            return Verdict::Failure;
        }
        let is_alike = || self.events.iter().any(|pattern| pattern.is_related_to(name));
        let is_about_it = || self.conditions.iter().any(|condition| condition.names(record.data()));
        if is_event || is_failure || is_alike() || is_about_it() { Verdict::Related } else { Verdict::Other }
    }
}

/// A pattern for names of events that are wanted, or with `!` in front for those that are not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamePattern {
    glob: glob::Pattern,
    is_literal: bool,
    leaves_out: bool,
}

/// Whether patterns are for a name: one of those that are wanted, if there are any, and none of the
/// others matches.
pub(crate) fn are_for(patterns: &[NamePattern], name: &str) -> bool {
    let mut is_wanted = patterns.iter().all(|pattern| pattern.leaves_out);
    for pattern in patterns.iter().filter(|pattern| pattern.matches(name)) {
        if pattern.leaves_out {
            return false;
        }
        is_wanted = true;
    }
    is_wanted
}

impl NamePattern {
    /// The name, if it matches one name only.
    pub(crate) fn literal(&self) -> Option<&str> {
        self.is_literal.then(|| self.glob.as_str())
    }

    /// The name, if it is wanted and no other.
    #[cfg(feature = "nats")]
    pub(crate) fn wanted(&self) -> Option<&str> {
        self.literal().filter(|_| !self.leaves_out)
    }

    fn matches(&self, name: &str) -> bool {
        self.literal().map_or_else(|| self.glob.matches(name), |literal| literal == name)
    }

    /// Whether the name begins with the same word, as those of events about the same thing do.
    fn is_related_to(&self, name: &str) -> bool {
        let word = |name: &str| name.split_once('_').map(|(word, _)| word.to_owned());
        !self.leaves_out && self.literal().and_then(word).is_some_and(|first| word(name) == Some(first))
    }
}

impl FromStr for NamePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, leaves_out) = text.strip_prefix('!').map_or((text, false), |name| (name, true));
        if name.is_empty() {
            return Err(format!("{text:?} names no event"));
        }
        let glob = glob::Pattern::new(name).map_err(|error| error.to_string())?;
        let is_literal = !name.contains(['*', '?', '[']);
        Ok(NamePattern { glob, is_literal, leaves_out })
    }
}

/// A condition on a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    path: String,
    value: String,
    /// Whether the member must have the value, or must not.
    wanted: bool,
}

impl Condition {
    pub(crate) fn holds(&self, data: Option<Object<'_>>) -> bool {
        self.names(data) == self.wanted
    }

    /// Whether the data has a member with this value, whatever the condition says of it.
    fn names(&self, data: Option<Object<'_>>) -> bool {
        data.is_some_and(|data| has(&Json::Object(data), &self.path, &self.value))
    }

    /// Whether the event can have the member.
    fn concerns(&self, record: &Record) -> bool {
        let first = self.path.split('.').next().unwrap_or_default();
        let has = |name| record.member(name).is_some();
        let may_have = |name| record.message.event.info().is_some_and(|info| info.member(name).is_some());
        [first, self.path.as_str()].into_iter().any(|name| has(name) || may_have(name))
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, value) =
            text.split_once('=').ok_or_else(|| format!("{text:?} has no `=`: write MEMBER=VALUE"))?;
        let (path, wanted) = path.strip_suffix('!').map_or((path, true), |path| (path, false));
        if path.is_empty() {
            return Err(format!("{text:?} names no member: write MEMBER=VALUE"));
        }
        Ok(Condition { path: path.to_owned(), value: value.to_owned(), wanted })
    }
}

/// Whether the member at `path` has this value. Names of members may contain dots themselves.
fn has(data: &Json<'_>, path: &str, wanted: &str) -> bool {
    match data {
        Json::List(items) => items.items().any(|item| has(&item, path, wanted)),
        Json::Object(members) => members.members().any(|(name, value)| match path.strip_prefix(&*name) {
            Some("") => value.reads(wanted),
            Some(rest) => rest.strip_prefix('.').is_some_and(|rest| has(&value, rest, wanted)),
            None => false,
        }),
        Json::Bare(_) | Json::Text(_) => false,
    }
}

impl Selection {
    /// Whether the event is wanted: by its name, its severity, and all conditions hold.
    pub(crate) fn takes(&self, record: &Record) -> bool {
        are_for(&self.events, record.message.event.name())
            && (self.severities.is_empty() || self.severities.contains(&Severity::of(&record.message.event)))
            && self.conditions.iter().all(|condition| condition.holds(record.data()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(condition: &str, data: &str) -> bool {
        let data = Json::parse(data).and_then(|data| data.as_object());
        condition.parse::<Condition>().expect("a condition").holds(data)
    }

    #[test]
    fn conditions_reach_members_of_members_and_items_of_lists() {
        let data = json!({
            "action": "stop", "nospace": false, "size": 18446744073709551615u64,
            "info": {"slot": "0"}, "list": [{"id": 1}, {"id": 2}], "names": ["a", "b"],
            "__com.redhat_reason": "enospc",
        })
        .to_string();
        for condition in [
            "action=stop",
            "nospace=false",
            "size=18446744073709551615",
            "info.slot=0",
            "list.id=2",
            "names=b",
            "__com.redhat_reason=enospc",
            "action!=report",
            "absent!=x",
        ] {
            assert!(holds(condition, &data), "{condition}");
        }
        for condition in
            ["action=sto", "action!=stop", "info=0", "slot=0", "list.id=3", "absent=", "names!=a"]
        {
            assert!(!holds(condition, &data), "{condition}");
        }
    }

    #[test]
    fn a_condition_needs_a_member_and_a_value() {
        assert!("action".parse::<Condition>().is_err());
        assert!("=stop".parse::<Condition>().is_err());
        assert!("!=stop".parse::<Condition>().is_err());
        assert!("reason=a=b".parse::<Condition>().is_ok());
    }
}
