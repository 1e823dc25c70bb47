//! What is known of many things of one kind, by id: jobs, drives, clients.
//!
//! A table must never grow without bounds, whatever a server invents; what it leaves out, it counts.

use std::collections::BTreeMap;

/// The most entries of a table.
const ENTRIES: usize = 1024;

/// The longest id, and the longest text of an entry, in bytes.
const TEXT: usize = 1024;

/// What is known of the things of one kind, by id and in its order.
///
/// It holds at most 1024 entries, with ids of at most 1024 bytes each. What does not fit is not kept but
/// [counted](Self::left_out).
#[derive(Clone, Debug)]
pub struct Table<T> {
    entries: BTreeMap<String, Entry<T>>,
    is_complete: bool,
    left_out: u64,
    /// The number of the event before the query that is not answered yet.
    asked: Option<u64>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    /// `None` if it went while a query was on its way, whose reply may still have it.
    value: Option<T>,
    /// The number of the last event that told of it.
    told: u64,
    /// Whether it was told of since events were last missed.
    is_current: bool,
}

impl<T> Table<T> {
    /// What is known of the thing with this id.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.entries.get(id).and_then(Entry::current)
    }

    /// All that is known, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().filter_map(|(id, entry)| Some((id.as_str(), entry.current()?)))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether these are all that there were when the server was last asked. If not, the entries are those
    /// that events have told of since.
    pub fn is_complete(&self) -> bool {
        self.is_complete && self.left_out == 0
    }

    /// How often something was not taken in, since the table was full or the id too long.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

impl<T: Clone + PartialEq> Table<T> {
    /// Takes in what an event tells; `make` gets what was known before. Says what is new.
    pub(super) fn update(&mut self, event: u64, id: &str, make: impl FnOnce(Option<&T>) -> T) -> Option<T> {
        let before = self.entries.get(id);
        let was_current = before.is_some_and(|entry| entry.current().is_some());
        let value = make(before.and_then(|entry| entry.value.as_ref()));
        let is_same = was_current && before.and_then(Entry::current) == Some(&value);
        if before.is_none() && !self.has_room(id) {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        let entry = Entry { value: Some(value.clone()), told: event, is_current: true };
        self.entries.insert(id.to_owned(), entry);
        (!is_same).then_some(value)
    }

    /// Takes in that an event says it is gone. Gives what was known.
    pub(super) fn remove(&mut self, event: u64, id: &str) -> Option<T> {
        let removed = self.entries.remove(id);
        if self.asked.is_some() && self.has_room(id) {
            self.entries.insert(id.to_owned(), Entry { value: None, told: event, is_current: true });
        }
        removed.and_then(Entry::into_current)
    }

    /// Remembers that a query for the whole is sent, after this event.
    pub(super) fn set_asked(&mut self, event: u64) {
        self.asked = Some(event);
    }

    /// Takes in a reply that has everything; `combine` gets what was known of an entry and what the reply
    /// says. What events told since the query was sent counts more than the reply. Says what is new.
    pub(super) fn replace(
        &mut self,
        reply: Vec<(String, T)>,
        combine: impl Fn(Option<&T>, T, Told) -> T,
    ) -> Vec<News<T>> {
        let asked = self.asked.take().unwrap_or(u64::MAX);
        let mut before = std::mem::take(&mut self.entries);
        let mut news = Vec::new();
        self.left_out = 0;
        for (id, said) in reply {
            let known = before.remove(&id);
            let told = known.as_ref().map_or(0, |entry| entry.told);
            let since = if told > asked { Told::SinceAsked } else { Told::Before };
            match &known {
                Some(Entry { value: None, .. }) if told > asked => continue,
                _ if !self.has_room(&id) => {
                    self.left_out = self.left_out.saturating_add(1);
                    continue;
                }
                _ => {}
            }
            let value = combine(known.as_ref().and_then(|entry| entry.value.as_ref()), said, since);
            if known.as_ref().and_then(Entry::current) != Some(&value) {
                news.push(News::Now(id.clone(), value.clone()));
            }
            self.entries.insert(id, Entry { value: Some(value), told, is_current: true });
        }
        for (id, entry) in before {
            if entry.told > asked && entry.value.is_some() {
                self.entries.insert(id, entry);
            } else if let Some(value) = entry.value {
                news.push(News::Gone(id, value));
            }
        }
        self.is_complete = true;
        news
    }

    /// Changes entries that are there, if `change` does, and says which.
    pub(super) fn amend(&mut self, id: &str, change: impl FnOnce(&mut T)) -> Option<T> {
        let value = self.entries.get_mut(id).filter(|entry| entry.is_current)?.value.as_mut()?;
        let before = value.clone();
        change(value);
        (*value != before).then(|| value.clone())
    }

    /// Takes nothing for granted any more. What was known is kept out of sight, for the reply to a query may
    /// say that it is still there.
    pub(super) fn doubt(&mut self) {
        self.asked = None;
        self.is_complete = false;
        self.entries.retain(|_, entry| entry.value.is_some());
        self.entries.values_mut().for_each(|entry| entry.is_current = false);
    }

    fn has_room(&mut self, id: &str) -> bool {
        if id.len() > TEXT {
            return false;
        }
        if self.entries.len() >= ENTRIES {
            self.entries.retain(|_, entry| entry.current().is_some());
        }
        self.entries.len() < ENTRIES
    }
}

/// What a reply changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News<T> {
    Now(String, T),
    /// With what was known of it.
    Gone(String, T),
}

/// Whether events told of an entry since its query was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Before,
    SinceAsked,
}

impl<T> Entry<T> {
    fn current(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.is_current)
    }

    fn into_current(self) -> Option<T> {
        self.value.filter(|_| self.is_current)
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { entries: BTreeMap::new(), is_complete: false, left_out: 0, asked: None }
    }
}

/// A text that is kept, cut if it is longer than 1024 bytes.
pub(super) fn kept_text(text: &str) -> String {
    if text.len() <= TEXT {
        return text.to_owned();
    }
    let end = (0..=TEXT - '…'.len_utf8()).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// A value of an open enum that is kept: a server may send any text for it.
pub(super) fn kept_value<E: Clone + std::fmt::Display + for<'a> From<&'a str>>(value: &E) -> E {
    let text = value.to_string();
    if text.len() <= TEXT { value.clone() } else { E::from(&*kept_text(&text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(table: &Table<u8>) -> Vec<&str> {
        table.iter().map(|(id, _)| id).collect()
    }

    fn said(_: Option<&u8>, said: u8, _: Told) -> u8 {
        said
    }

    #[test]
    fn a_table_is_bounded_and_counts_what_it_leaves_out() {
        let mut table = Table::default();
        for event in 0..5000 {
            table.update(event, &format!("{event}"), |_| 1);
        }
        table.update(5001, &"x".repeat(5000), |_| 1);
        assert_eq!((table.len(), table.left_out()), (ENTRIES, 5000 - ENTRIES as u64 + 1));
        assert!(table.update(5002, "7", |_| 2).is_some(), "what is in it still changes");
        for event in 0..5000 {
            table.remove(event, &format!("{event}"));
        }
        assert!(table.is_empty());
        assert_eq!(table.entries.len(), 0);
    }

    #[test]
    fn what_events_tell_after_the_query_counts_more_than_the_reply() {
        let mut table = Table::default();
        for id in ["gone before", "stays", "gone since"] {
            table.update(1, id, |_| 1);
        }
        table.set_asked(1);
        table.update(2, "new since", |_| 1);
        table.remove(3, "gone since");
        let reply = [("stays", 2), ("gone since", 2), ("only in the reply", 2)];
        let news = table.replace(reply.map(|(id, value)| (id.to_owned(), value)).into(), said);
        assert_eq!(ids(&table), ["new since", "only in the reply", "stays"]);
        assert!(table.is_complete());
        let now = |id: &str| News::Now(id.to_owned(), 2);
        assert_eq!(news, [now("stays"), now("only in the reply"), News::Gone("gone before".to_owned(), 1)]);
    }

    #[test]
    fn what_is_in_doubt_is_out_of_sight_until_it_is_told_again() {
        let mut table = Table::default();
        table.update(1, "a", |_| 1);
        table.update(1, "b", |_| 1);
        table.doubt();
        assert!(table.is_empty() && !table.is_complete());
        assert_eq!(table.update(2, "a", |before| before.copied().unwrap_or(9)), Some(1));
        assert_eq!(ids(&table), ["a"]);
        let news = table.replace(Vec::new(), said);
        assert_eq!(news.len(), 2);
        assert!(table.is_empty());
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(kept_text("short"), "short");
        let cut = kept_text(&"ä".repeat(5000));
        assert!(cut.len() <= TEXT && cut.ends_with("ä…"), "{cut}");
    }
}
