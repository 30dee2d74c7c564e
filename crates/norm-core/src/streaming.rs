//! Streaming: what normalizes is a mixture of what the statistics have been, and what flows back through them a mixture
//! of what their gradients have been (Liao, Kawaguchi and Poggio 2016, liao2016streaming).
//!
//! A [`Store`] holds for every statistic two averages: the *short* one over all uses of the layer since the last update
//! of the weights, the use at hand among them, and the *long* one, an exponential average of what the short ones were at
//! the updates. It holds the same for the gradients at the statistics. One store serves every use of a layer, be it
//! another mini-batch before the same update or another step of a sequence; in a sequence the backward passes come in
//! the reversed order.
//!
//! A use in training: [`Streaming::forward`], then perhaps [`Streaming::backward`]. After each update of the weights,
//! which may follow any number of uses: [`Store::after_update`]. It is never inferred.

mod store;

pub use store::{Half, Scalar, Store, names};

use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Handed, Kernel, Rule};
use crate::value::Elem;

/// How histories are mixed. Weights of the mixtures lie in [0, 1], and those of the statistics add up to 1.
///
/// The defaults are those that the README of the first author's code (liaoq/StreamingNorm) gives for recurrent and online
/// learning, derived there from the paper's experiments. For convolutions it gives (0.5, 0.5) and (0.5, 0.5, 0). With
/// `alpha = (0, 1)`, `beta = (0, 0, 1)` and an update after every use nothing but the current batch counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Streaming {
    /// Weight of the long average of a statistic.
    pub alpha_long: f64,
    /// Weight of the short average of a statistic.
    pub alpha_short: f64,
    /// Weight of the long average of a gradient.
    pub beta_long: f64,
    /// Weight of the short average of a gradient.
    pub beta_short: f64,
    /// Weight of the gradient at hand.
    pub beta_current: f64,
    /// What a long average keeps of itself at an update, for statistics and gradients.
    pub kappa: f64,
}

impl Default for Streaming {
    fn default() -> Self {
        Self {
            alpha_long: 0.7,
            alpha_short: 0.3,
            beta_long: 0.7,
            beta_short: 0.0,
            beta_current: 0.3,
            kappa: 0.7,
        }
    }
}

/// What the backward pass of a use needs of its forward pass; laid out as [`Kernel::statistic_index`] says.
#[derive(Clone, Debug, PartialEq)]
pub struct Used<T> {
    /// The mixture that made the output.
    pub mixed: Vec<T>,
    /// The statistics of the input.
    pub current: Vec<T>,
}

impl<T> Used<T> {
    fn handed(&self) -> Handed<'_, T> {
        Handed { used: &self.mixed, current: &self.current }
    }
}

impl Streaming {
    /// Only the current batch counts, if an update follows every use.
    pub const CURRENT: Self = Self {
        alpha_long: 0.0,
        alpha_short: 1.0,
        beta_long: 0.0,
        beta_short: 0.0,
        beta_current: 1.0,
        kappa: 0.7,
    };

    /// The settings by name, in the order in which they are saved.
    pub const NAMES: [&'static str; 6] =
        ["alpha_long", "alpha_short", "beta_long", "beta_short", "beta_current", "kappa"];

    /// The settings in the order of [`Streaming::NAMES`].
    pub const fn values(&self) -> [f64; 6] {
        [self.alpha_long, self.alpha_short, self.beta_long, self.beta_short, self.beta_current, self.kappa]
    }

    /// Those settings.
    pub const fn of(values: [f64; 6]) -> Self {
        let [alpha_long, alpha_short, beta_long, beta_short, beta_current, kappa] = values;
        Self { alpha_long, alpha_short, beta_long, beta_short, beta_current, kappa }
    }

    /// Refuses settings that mix nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a weight outside [0, 1], and where those of the statistics do not add up to 1.
    pub fn check(&self) -> Result<(), Error> {
        for (name, got) in Self::NAMES.into_iter().zip(self.values()) {
            if !(0.0..=1.0).contains(&got) {
                return Err(Error::Setting { name, got, domain: "from 0 to 1" });
            }
        }
        let got = self.alpha_long + self.alpha_short;
        if (got - 1.0).abs() > 1e-6 {
            return Err(Error::Setting { name: "alpha_long + alpha_short", got, domain: "1" });
        }
        Ok(())
    }

    /// What evaluation normalizes by, `[statistics][sets]`; nothing where the store has seen nothing.
    pub fn mixed<T: Elem>(&self, store: &Store<T>) -> Option<Vec<T>> {
        let half = &store.statistics;
        (!half.is_empty()).then(|| half.mix(self.alpha_long, self.alpha_short))
    }

    /// The gradients that pass on, from those at hand, `[statistics][sets]`, which `half` has taken in.
    fn gradients<T: Elem>(&self, half: &Half<T>, current: &[T]) -> Vec<T> {
        let mut mixed = half.mix(self.beta_long, self.beta_short);
        for (mixed, g) in mixed.iter_mut().zip(current) {
            *mixed = *mixed + *g * T::lit(self.beta_current);
        }
        mixed
    }

    /// A use in training: flushes what an update left, takes in the statistics of `x`, and normalizes by the mixture.
    ///
    /// A batch of which no case counts, or one with a statistic that is not finite, is not taken in; it is normalized by
    /// its own statistics.
    ///
    /// # Errors
    ///
    /// What [`Kernel::forward`] refuses, settings that [`Streaming::check`] refuses, and a store of other sizes. The
    /// store is as it was then.
    pub fn forward<T: Elem>(
        &self,
        kernel: &Kernel<T>,
        isa: Isa,
        call: &Call<'_, T>,
        store: &mut Store<T>,
    ) -> Result<(Vec<T>, Used<T>), Error> {
        self.check()?;
        store.check(kernel, &call.layout)?;
        let mut current = vec![T::default(); kernel.statistics_len(&call.layout)];
        kernel.statistics(isa, call, &mut current)?;
        store.flush(self.kappa);
        let counts = kernel.pooled(call) > 0 && call.layout.n > 0;
        let taken = counts && store.statistics.push(&planes(kernel, call, &current));
        let mixed = self.mixed(store).filter(|_| taken);
        let mixed = mixed.map_or_else(|| current.clone(), |mixed| interleaved(kernel, call, &mixed));
        let y = kernel.apply_new(isa, call, &mixed)?;
        Ok((y, Used { mixed, current }))
    }

    /// Normalizes as in evaluation: by the same mixture, and the store stays as it is. A store that has seen nothing
    /// mixes nothing: then `x` is normalized by its own statistics. The statistics that were used come second, and
    /// third whether they are stored ones, through which nothing flows back.
    ///
    /// # Errors
    ///
    /// As [`Streaming::forward`].
    pub fn evaluate<T: Elem>(
        &self,
        kernel: &Kernel<T>,
        isa: Isa,
        call: &Call<'_, T>,
        store: &Store<T>,
    ) -> Result<(Vec<T>, Vec<T>, Rule), Error> {
        self.check()?;
        store.check(kernel, &call.layout)?;
        let Some(mixed) = self.mixed(store) else {
            let mut current = vec![T::default(); kernel.statistics_len(&call.layout)];
            let y = kernel.forward_new(isa, call, &mut current)?;
            return Ok((y, current, Rule::Exact));
        };
        let mixed = interleaved(kernel, call, &mixed);
        let y = kernel.apply_new(isa, call, &mixed)?;
        Ok((y, mixed, Rule::Frozen))
    }

    /// The backward pass of a use in training. The gradients at the mixed statistics are taken into `half`, mixed with
    /// its history, and passed on through the current statistics as if these had been used. They come back,
    /// `[statistics][sets]`, as [`Half::push`] takes them. `dx` is overwritten or added to, parameter gradients are added
    /// to.
    ///
    /// # Errors
    ///
    /// What [`Kernel::backward`] refuses, and a half of other sizes. Nothing was taken in then.
    pub fn backward<T: Elem>(
        &self,
        kernel: &Kernel<T>,
        isa: Isa,
        call: &Call<'_, T>,
        dy: &[T],
        used: &Used<T>,
        half: &mut Half<T>,
        overwrite: bool,
        dx: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<Vec<T>, Error> {
        self.check()?;
        half.check(kernel, &call.layout)?;
        let l = &call.layout;
        if dx.len() != l.len() {
            let (method, what) = (kernel.descriptor.id, "dx".to_owned());
            return Err(Error::Length { method, what, expected: l.len(), got: dx.len() });
        }
        let mut gradients = vec![T::default(); kernel.statistics_len(l)];
        let mut sums = vec![T::default(); kernel.sums_len(l)];
        let handed = used.handed();
        kernel.backward_statistics(isa, call, dy, handed, &mut gradients, &mut sums, dparams)?;
        let current = planes(kernel, call, &gradients);
        let counts = kernel.pooled(call) > 0 && l.n > 0;
        if counts && half.push(&current) {
            gradients = interleaved(kernel, call, &self.gradients(half, &current));
        }
        kernel.backward_inputs(isa, call, dy, handed, &gradients, &sums, overwrite, dx)?;
        Ok(current)
    }
}

/// A statistics buffer as the store has it, `[statistics][sets]`.
fn planes<T: Elem>(kernel: &Kernel<T>, call: &Call<'_, T>, buffer: &[T]) -> Vec<T> {
    let (l, sets) = (&call.layout, kernel.sets(&call.layout));
    let statistics = 0..kernel.descriptor.statistics.len();
    statistics.flat_map(|i| (0..sets).map(move |set| buffer[kernel.statistic_index(i, set, l)])).collect()
}

/// What the store has as a statistics buffer.
fn interleaved<T: Elem>(kernel: &Kernel<T>, call: &Call<'_, T>, planes: &[T]) -> Vec<T> {
    let (l, sets) = (&call.layout, kernel.sets(&call.layout));
    let mut buffer = vec![T::default(); planes.len()];
    for (i, plane) in planes.chunks_exact(sets.max(1)).enumerate() {
        for (set, v) in plane.iter().enumerate() {
            buffer[kernel.statistic_index(i, set, l)] = *v;
        }
    }
    buffer
}
