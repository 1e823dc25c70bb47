//! Counts by keys that others invent.

use std::collections::BTreeMap;

/// How many characters of a label's value are kept.
const TEXT: usize = 128;

/// The value of a label for everything that has no series of its own.
pub(super) const OTHER: &str = "other";

/// Counts by pairs of texts: the first so many pairs have a count each, all others share one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs<const LIMIT: usize> {
    counts: BTreeMap<[String; 2], u64>,
    others: u64,
}

impl<const LIMIT: usize> Pairs<LIMIT> {
    pub(super) fn add(&mut self, pair: [&str; 2]) {
        let pair = pair.map(|text| text.chars().take(TEXT).collect::<String>());
        let count = match self.counts.len() < LIMIT {
            true => self.counts.entry(pair).or_default(),
            false => self.counts.get_mut(&pair).unwrap_or(&mut self.others),
        };
        *count += 1;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ([&str; 2], u64)> {
        let counts = self.counts.iter().map(|(pair, count)| (pair.each_ref().map(String::as_str), *count));
        counts.chain((self.others > 0).then_some(([OTHER; 2], self.others)))
    }
}

/// A label's value, cut where it is too long.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_bound_everything_new_is_other() {
        let mut pairs = Pairs::<2>::default();
        for device in ["a", "b", "c", "a", "d"] {
            pairs.add([device, "x"]);
        }
        pairs.add(["b", &"é".repeat(1000)]);
        let counts: Vec<_> = pairs.iter().collect();
        assert_eq!(counts, [(["a", "x"], 2), (["b", "x"], 1), ([OTHER, OTHER], 3)]);
    }
}
