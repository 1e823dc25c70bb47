//! A hash of short texts that is made for one set of them: no two share a bucket, or few do.

use proc_macro2::TokenStream;

include!("bucket.rs");

/// The function `bucket`, for an expansion.
pub(crate) fn expand_bucket() -> TokenStream {
    include_str!("bucket.rs").parse().unwrap_or_default()
}

/// How many multipliers are tried. One in a thousand is perfect for sixty texts.
const TRIES: u64 = 5_000;

/// The multiplier with which the fewest texts share a bucket; the same for the same texts.
pub(crate) fn best_multiplier(starts: &[[u8; 16]]) -> u64 {
    // Weyl's sequence of the golden ratio: odd numbers all over the range.
    let multipliers = (1..=TRIES).map(|index| index.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut best = (usize::MAX, 1);
    for multiplier in multipliers {
        best = best.min((shared(starts, multiplier), multiplier));
        if best.0 == 0 {
            break;
        }
    }
    best.1
}

/// How many texts are in a bucket where another one is already.
fn shared(starts: &[[u8; 16]], multiplier: u64) -> usize {
    let mut taken = [false; 256];
    let is_taken = |start: &&[u8; 16]| {
        let bucket = bucket(start, multiplier) as usize;
        std::mem::replace(&mut taken[bucket], true)
    };
    starts.iter().filter(is_taken).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sixty_texts_share_no_bucket() {
        let starts: Vec<[u8; 16]> = (0..60_u128).map(|number| (number << 64 | 77).to_le_bytes()).collect();
        let multiplier = best_multiplier(&starts);
        let buckets: BTreeSet<u8> = starts.iter().map(|start| bucket(start, multiplier)).collect();
        assert_eq!(buckets.len(), starts.len());
    }

    #[test]
    fn texts_with_one_beginning_share_a_bucket_and_the_others_do_not() {
        let starts = [[7; 16], [7; 16], [8; 16]];
        assert_eq!(shared(&starts, best_multiplier(&starts)), 1);
    }
}
