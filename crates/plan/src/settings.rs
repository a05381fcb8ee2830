//! How long a planner may work, and who watches it.

use std::fmt;

/// The limits of a planner and its audience. None of them changes whether the bracket holds.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// How many sweeps may be made over any one component of the model.
    pub sweeps_max: u64,
    /// How many numbers a step-bounded objective may compute: states times steps.
    pub backward_max: u64,
    /// By which method values are looked for.
    pub method: Method,
    /// Is told now and then how far the work is.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl Settings<'_> {
    /// The default of [`Self::sweeps_max`].
    pub const SWEEPS_MAX: u64 = 1_000_000;
    /// The default of [`Self::backward_max`].
    pub const BACKWARD_MAX: u64 = 1 << 27;

    /// Tells the audience, if there is one.
    pub(crate) fn report(&self, progress: Progress) {
        if let Some(audience) = self.progress {
            audience(progress);
        }
    }
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            sweeps_max: Self::SWEEPS_MAX,
            backward_max: Self::BACKWARD_MAX,
            method: Method::Auto,
            progress: None,
        }
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("sweeps_max", &self.sweeps_max)
            .field("backward_max", &self.backward_max)
            .field("method", &self.method)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// By which method values are looked for. Whatever the method, only bounds that prove themselves are returned, so that methods can differ in how
/// far they come and never in what is true: each is a second opinion on the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Component by component, each by what suits it.
    #[default]
    Auto,
    /// Sweeps over the states, without looking at whole policies.
    ValueIteration,
    /// Whole policies, each evaluated by solving the chain it makes, with Nature's answers found the same way.
    PolicyIteration,
    /// Linear programs: one where both want the same, and otherwise one for each policy that is evaluated.
    LinearProgram,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// How many components (or steps of a step-bounded objective) are done in this round.
    pub component: usize,
    /// How many there are.
    pub of: usize,
    /// The sweeps so far, over all components.
    pub sweeps: u64,
    /// The widest bracket of a state in the component at work.
    pub gap: f64,
}
