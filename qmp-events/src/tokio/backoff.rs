//! How long to wait before the next attempt to connect.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// When to connect again: after a delay that doubles from attempt to attempt up to a limit, each time
/// shortened by a random part of up to a half, so that many clients do not come back at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The first delay.
    pub initial: Duration,
    /// The longest delay.
    pub max: Duration,
}

impl Backoff {
    /// From `initial`, doubling, up to `max`.
    pub const fn new(initial: Duration, max: Duration) -> Self {
        Backoff { initial, max }
    }

    /// The delay before an attempt; `attempt` counts the failures since the last connection, from 0.
    pub(super) fn delay(&self, attempt: u32) -> Duration {
        // The standard library's only source of randomness; it seeds every hasher anew.
        self.delay_with(attempt, RandomState::new().hash_one(attempt))
    }

    fn delay_with(&self, attempt: u32, random: u64) -> Duration {
        let full = self.initial.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX)).min(self.max);
        let fraction = (random >> 32) as f64 / f64::from(u32::MAX);
        full.mul_f64(1.0 - fraction / 2.0)
    }
}

/// From 0.1 to 30 seconds.
impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(30))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_limit() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        let delays: Vec<_> = (0..8).map(|attempt| backoff.delay_with(attempt, 0).as_millis()).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(backoff.delay_with(u32::MAX, 0), Duration::from_secs(5));
    }

    #[test]
    fn chance_takes_up_to_a_half() {
        let backoff = Backoff::default();
        assert_eq!(backoff.delay_with(0, u64::MAX), Duration::from_millis(50));
        for _ in 0..100 {
            let delay = backoff.delay(3);
            assert!((Duration::from_millis(400)..=Duration::from_millis(800)).contains(&delay), "{delay:?}");
        }
    }
}
