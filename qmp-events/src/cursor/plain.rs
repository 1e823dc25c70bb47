//! Where plain ASCII ends: at a quote, a backslash, a control character, or a part of another
//! character.
//!
//! Three ways to find the same byte: word by word where text is short or alike from message to
//! message (names of members), a block without a branch where its length is unpredictable
//! (values), and vectors where it is known to be long.

use std::hint::select_unpredictable;

use super::first_word;

/// How many bytes come before the first that is not plain.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    let special = special_bytes(first_word(rest));
    bytes.len() - rest.len() + special.trailing_zeros() as usize / 8
}

/// The same where it will be long. The compiler turns the comparison of a block into vectors.
pub(super) fn long_plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>()
        && !block.iter().fold(false, |found, &byte| found | is_special(byte))
    {
        rest = after;
    }
    bytes.len() - rest.len() + plain_length(rest)
}

/// As long as most strings, or longer.
pub(super) const BLOCK: usize = 32;

/// The start of a text, with zeros after it if it is shorter than a block.
#[derive(Clone, Copy)]
pub(super) struct Block([u8; BLOCK]);

impl Block {
    /// The first bytes, if there are enough for a block.
    #[inline]
    pub(super) fn first(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied().map(Block)
    }

    /// The first bytes.
    #[inline]
    pub(super) fn before(bytes: &[u8]) -> Self {
        Block::first(bytes).unwrap_or_else(|| {
            let mut block = [0; BLOCK];
            if let Some(start) = block.get_mut(..bytes.len()) {
                start.copy_from_slice(bytes);
            }
            Block(block)
        })
    }

    /// How many bytes come before the first that is not plain, if there is one. A zero is none.
    #[inline]
    pub(super) fn plain_length(&self) -> Option<usize> {
        let (words, _) = self.0.as_chunks();
        let mut found = (0, BLOCK / 8 - 1);
        for (index, word) in words.iter().enumerate().rev() {
            let special = special_bytes(u64::from_le_bytes(*word));
            found = select_unpredictable(special != 0, (special, index), found);
        }
        let (special, index) = found;
        let length = 8 * index + special.trailing_zeros() as usize / 8;
        (length < BLOCK).then_some(length)
    }

    /// A copy, zeros included.
    #[inline]
    pub(super) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// Whether a byte is not plain. A quote is 0x22, and 0x20 with the second bit turned: so it meets
/// the control characters; and as signed numbers, parts of other characters are less, too.
#[inline]
fn is_special(byte: u8) -> bool {
    ((byte ^ 2).cast_signed() <= 0x20) | (byte == b'\\')
}

/// The high bit of each byte for which `is_special` holds. A borrow can set it for bytes after the
/// first such byte too, never before it.
#[inline]
fn special_bytes(word: u64) -> u64 {
    let quote_or_control = (word ^ (EVERY_BYTE * 2)).wrapping_sub(EVERY_BYTE * 0x21);
    let backslash = (word ^ (EVERY_BYTE * b'\\' as u64)).wrapping_sub(EVERY_BYTE);
    (quote_or_control | backslash | word) & (EVERY_BYTE * 0x80)
}

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_finds_the_first_special_byte_wherever_it_stands() {
        for special in (0..=u8::MAX).filter(|&byte| is_special(byte)) {
            for before in 0..100 {
                let mut text = b"~\x7f !#[]a".repeat(13)[..before].to_vec();
                text.push(special);
                text.extend(b"\"\\rest of it");
                assert_eq!(plain_length(&text), before, "{}", text.escape_ascii());
                assert_eq!(long_plain_length(&text), before, "{}", text.escape_ascii());
                let expected = (before < BLOCK).then_some(before);
                assert_eq!(Block::before(&text).plain_length(), expected, "{}", text.escape_ascii());
            }
        }
    }

    #[test]
    fn plain_text_ends_with_the_text() {
        for length in 0..100 {
            let text = &b"no end at all".repeat(9)[..length];
            assert_eq!(plain_length(text), length);
            assert_eq!(long_plain_length(text), length);
            assert_eq!(Block::before(text).plain_length(), (length < BLOCK).then_some(length));
        }
    }

    #[test]
    fn only_what_json_strings_may_not_hold_and_other_characters_are_special() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_special(byte), matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..), "{byte:#x}");
        }
    }
}
