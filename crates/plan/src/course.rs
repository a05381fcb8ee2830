//! Whether to sweep a component forth or back, by trying both.
//!
//! News travels the whole way in one sweep that goes along with it, and one state a sweep against it; which way it mostly comes is not
//! seen from the graph alone.

/// How many sweeps one trial takes.
const WINDOW: u64 = 4;

/// The direction of sweeps.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    back: bool,
    /// What was left of the gap after the last window forth and the last window back.
    left: [f64; 2],
    /// The sum of all gaps when the window began.
    start: f64,
    windows: u64,
}

impl Course {
    /// Returns the course of a component whose gaps sum to `total`.
    pub(crate) fn new(total: f64) -> Self {
        Self {
            back: false,
            left: [1.0; 2],
            start: total,
            windows: 0,
        }
    }

    /// Says whether to sweep back.
    pub(crate) fn back(&self) -> bool {
        self.back
    }

    /// Learns what a sweep left of the sum of all gaps.
    pub(crate) fn learn(&mut self, sweep: u64, total: f64) {
        if !sweep.is_multiple_of(WINDOW) {
            return;
        }
        let left = total / self.start;
        self.left[usize::from(self.back)] = if left.is_finite() { left } else { 1.0 };
        self.start = total;
        self.windows += 1;
        let better = self.left[1] < self.left[0];
        // The other way is tried second, and again after 8, 32, 128, … windows.
        let trial = self.windows == 1
            || (self.windows >= 8 && self.windows.is_power_of_two() && self.windows.ilog2() % 2 == 1);
        self.back = better != trial;
        if self.windows == 1 {
            self.back = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_way_is_kept_and_the_other_tried_again() {
        let mut course = Course::new(1.0);
        let mut total = 1.0;
        let mut backs = 0;
        for sweep in 1..=400u64 {
            total *= if course.back() { 0.5 } else { 0.9 };
            backs += u32::from(course.back());
            course.learn(sweep, total);
        }
        assert!((380..=392).contains(&backs), "{backs}");
    }
}
