//! How long to wait before the next attempt to connect.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// When to connect again: after a delay that doubles from attempt to attempt up to a limit, each time
/// shortened by a random part of up to a half, so that many clients do not come back at once.
///
/// The delays begin anew after a connection that lasted at least as long as the limit: a server that
/// accepts and closes at once is not asked more often for it.
///
/// ```
/// use qmp_events::tokio::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::default().max(Duration::from_secs(5));
/// assert_eq!(backoff, Backoff::new(Duration::from_millis(100), Duration::from_secs(5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
}

impl Backoff {
    /// From `initial`, doubling, up to `max`, which is the delay if it is the shorter one.
    pub const fn new(initial: Duration, max: Duration) -> Self {
        Backoff { initial, max }
    }

    /// Sets the first delay.
    pub const fn initial(mut self, delay: Duration) -> Self {
        self.initial = delay;
        self
    }

    /// Sets the longest delay.
    pub const fn max(mut self, delay: Duration) -> Self {
        self.max = delay;
        self
    }

    /// The delay before an attempt; `attempt` counts the failures in a row, from 0. For those who connect to
    /// something else in the same way.
    pub fn delay(&self, attempt: u32) -> Duration {
        // The standard library's only source of randomness; it seeds every hasher anew.
        self.delay_with(attempt, RandomState::new().hash_one(attempt))
    }

    fn delay_with(&self, attempt: u32, random: u64) -> Duration {
        let full = self.initial.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX)).min(self.max);
        let fraction = (random >> 32) as f64 / f64::from(u32::MAX);
        full.saturating_sub(full.mul_f64(fraction / 2.0))
    }

    /// Whether a connection that lasted so long counts as a success: then the attempts are counted anew.
    pub fn is_proved_by(&self, lasted: Duration) -> bool {
        lasted >= self.max
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

    #[test]
    fn any_duration_is_a_legal_delay() {
        let backoff = Backoff::new(Duration::MAX, Duration::MAX);
        for random in [0, 1, u64::MAX] {
            assert!(backoff.delay_with(3, random) >= Duration::MAX / 3);
        }
    }
}
