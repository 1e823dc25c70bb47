//! Sets of kinds of events, to choose events before their `data` is read.

use std::fmt;
use std::marker::PhantomData;

/// The kinds of a set of events, made by `#[qapi(kind = …)]` of
/// [`QapiEvents`](derive@crate::QapiEvents).
pub trait Kind: Copy + 'static {
    /// All kinds, in order.
    const ALL: &'static [Self];

    /// The position in [`ALL`](Self::ALL).
    fn index(self) -> usize;

    /// The kind of the events of this name or alias.
    fn from_name(name: &str) -> Option<Self>;
}

/// No event of the set has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    name: String,
}

impl UnknownKind {
    #[doc(hidden)]
    pub fn new(name: &str) -> Self {
        UnknownKind { name: name.to_owned() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no event is named {:?}", self.name)
    }
}

impl std::error::Error for UnknownKind {}

/// How many kinds a set can tell apart.
const CAPACITY: usize = 256;

/// A set of kinds, in a few words without allocation. [`EventKindSet`](crate::EventKindSet) is that of
/// QEMU's events.
pub struct KindSet<K> {
    words: [u64; CAPACITY / 64],
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> KindSet<K> {
    const FITS: () = assert!(K::ALL.len() <= CAPACITY, "a KindSet holds 256 kinds at most");

    /// No kind.
    pub const fn new() -> Self {
        let () = Self::FITS;
        KindSet { words: [0; CAPACITY / 64], kind: PhantomData }
    }

    /// Every kind.
    pub fn all() -> Self {
        K::ALL.iter().copied().collect()
    }

    /// Adds a kind, and says whether it is new to the set.
    pub fn insert(&mut self, kind: K) -> bool {
        let (word, bit) = position(kind);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Removes a kind, and says whether it was in the set.
    pub fn remove(&mut self, kind: K) -> bool {
        let (word, bit) = position(kind);
        let old = self.words[word] & bit != 0;
        self.words[word] &= !bit;
        old
    }

    /// Whether the kind is in the set.
    pub fn contains(&self, kind: K) -> bool {
        let (word, bit) = position(kind);
        self.words[word] & bit != 0
    }

    /// Whether the kind of the events of this name is in the set. Unknown events are in no set.
    pub fn contains_name(&self, name: &str) -> bool {
        K::from_name(name).is_some_and(|kind| self.contains(kind))
    }

    /// The kinds of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = K> + '_ {
        K::ALL.iter().copied().filter(|&kind| self.contains(kind))
    }

    /// How many kinds are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no kind is in the set.
    pub fn is_empty(&self) -> bool {
        self.words == [0; CAPACITY / 64]
    }
}

fn position<K: Kind>(kind: K) -> (usize, u64) {
    (kind.index() / 64 % (CAPACITY / 64), 1 << (kind.index() % 64))
}

impl<K: Kind> Default for KindSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for KindSet<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for KindSet<K> {}

impl<K> PartialEq for KindSet<K> {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl<K> Eq for KindSet<K> {}

impl<K: Kind + fmt::Debug> fmt::Debug for KindSet<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Kind> Extend<K> for KindSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, kinds: I) {
        for kind in kinds {
            self.insert(kind);
        }
    }
}

impl<K: Kind> FromIterator<K> for KindSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(kinds: I) -> Self {
        let mut set = Self::new();
        set.extend(kinds);
        set
    }
}
