// Compiled into the derive, which chooses a multiplier with it, and written into each expansion that
// looks names up with that multiplier.

/// The bucket of a text, by its first sixteen bytes.
#[inline]
pub(crate) fn bucket(start: &[u8; 16], multiplier: u64) -> u8 {
    let start = u128::from_le_bytes(*start);
    let (first, last) = (start as u64, (start >> 64) as u64);
    ((first ^ last.rotate_left(29)).wrapping_mul(multiplier) >> 56) as u8
}
