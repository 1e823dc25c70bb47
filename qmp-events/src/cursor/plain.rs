//! Where plain ASCII ends: at a quote, a backslash, a control character, or a part of another
//! character.
//!
//! 16 bytes at a time, with the vectors that every x86-64 processor has, and elsewhere with two words: which of
//! them ends a string is found without a branch, since in a mixed stream nobody can guess it.

use super::first_word;

/// How many bytes are looked at together.
const LANE: usize = 16;

/// How many bytes come before the first that is not plain.
#[inline(always)]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((lane, after)) = rest.split_first_chunk() {
        let special = special_bits(lane);
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize;
        }
        rest = after;
    }
    bytes.len() - rest.len() + short_plain_length(rest)
}

/// The same where it will be long, a block at a time.
#[inline(never)]
pub(super) fn long_plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk() {
        if let Some(length) = Block(*block).plain_length() {
            return bytes.len() - rest.len() + length;
        }
        rest = after;
    }
    bytes.len() - rest.len() + plain_length(rest)
}

/// The same in less than a lane.
#[inline]
fn short_plain_length(bytes: &[u8]) -> usize {
    let words = [first_word(bytes), bytes.get(8..).map_or(0, first_word)];
    // A zero after the text is special.
    special_bits_of(words).trailing_zeros() as usize
}

/// As long as most strings, or longer.
pub(super) const BLOCK: usize = 2 * LANE;

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
        let [first, second] = self.0.as_chunks().0 else { return None };
        let special = special_bits(first) | special_bits(second) << LANE;
        (special != 0).then_some(special.trailing_zeros() as usize)
    }

    /// A copy, zeros included.
    #[inline]
    pub(super) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// The lowest bit that is set is the place of the first byte that is not plain. Which bits are set above it is
/// not said.
///
/// A quote is 0x22, and 0x20 with the second bit turned: so it meets the control characters; and as signed
/// numbers, parts of other characters are less, too.
#[cfg(target_feature = "sse2")]
#[inline(always)]
fn special_bits(lane: &[u8; LANE]) -> u32 {
    use safe_arch::{
        bitor_m128i, bitxor_m128i, cmp_eq_mask_i8_m128i, cmp_lt_mask_i8_m128i, load_unaligned_m128i,
        move_mask_i8_m128i, set_splat_i8_m128i,
    };
    let lane = load_unaligned_m128i(lane);
    let turned = bitxor_m128i(lane, set_splat_i8_m128i(2));
    let quote_or_control = cmp_lt_mask_i8_m128i(turned, set_splat_i8_m128i(0x21));
    let backslash = cmp_eq_mask_i8_m128i(lane, set_splat_i8_m128i(b'\\'.cast_signed()));
    move_mask_i8_m128i(bitor_m128i(quote_or_control, backslash)).cast_unsigned()
}

/// The same without vectors.
#[cfg(not(target_feature = "sse2"))]
#[inline(always)]
fn special_bits(lane: &[u8; LANE]) -> u32 {
    let (words, _) = lane.as_chunks();
    special_bits_of([words[0], words[1]].map(u64::from_le_bytes))
}

/// The same for a lane as two words.
#[inline]
fn special_bits_of(words: [u64; 2]) -> u32 {
    words.into_iter().rev().fold(0, |bits, word| {
        // Moves the highest bit of each byte to the highest byte.
        let bits_of_word = (special_bytes(word) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits << 8 | bits_of_word as u32
    })
}

/// The highest bit of each byte that is not plain. A borrow can set it for bytes after the first such byte too,
/// never before it.
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

    fn is_special(byte: u8) -> bool {
        matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..)
    }

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
            assert_eq!(plain_length(&[byte; LANE]) == 0, is_special(byte), "{byte:#x}");
            assert_eq!(plain_length(&[byte]) == 0, is_special(byte), "{byte:#x}");
        }
    }

    #[test]
    fn words_say_the_same_as_vectors() {
        for special in 0..=u8::MAX {
            for place in 0..LANE {
                let mut lane = *b"sixteen letters!";
                lane[place] = special;
                let (words, _) = lane.as_chunks();
                let bits = special_bits_of([words[0], words[1]].map(u64::from_le_bytes));
                assert_eq!(
                    bits.trailing_zeros(),
                    special_bits(&lane).trailing_zeros(),
                    "{special:#x} at {place}"
                );
            }
        }
    }
}
