//! Divisive normalization.

mod reference;
mod units;

pub use units::DivisiveUnits;

norm_core::normalization! {
    /// Divisive normalization
    ///
    /// From each element the mean of a neighbourhood is taken, all channels at the places around it, and what is left is
    /// divided by its root mean square over such a neighbourhood plus a constant. Without space the neighbourhood is the
    /// layer, and this is layer normalization with a large epsilon; the window over the units of a layer without space is
    /// a method of its own.
    pub DivisiveNorm(ren2017normalizing) as "divisive" over channels, space {
        gotcha "sigma is no epsilon: 1 by default, it decides from which activity on anything is divided; the paper finds it to matter more than its penalty." (ren2017normalizing);
        gotcha "The authors' code pads with zeros and divides by the whole window, which biases the border; the paper's means are over the neighbours there are." (ren2017normalizing);
        gotcha "The authors' code divides the suppression window by the size of the summation window; that is the same only where they are equal, as here." (ren2017normalizing);
        gotcha "Backward the windows are transposed: at the border that is another operator." (ren2017normalizing);
        gotcha "There is no gain and no bias." (ren2017normalizing);
        const sigma = 1.0, at least 0;
        const size = 5;
        mean_at = mean(x, channels);
        mu = window_mean(mean_at, size, space, inside);
        energy_at = mean(square(x - mu), channels);
        energy = window_mean(energy_at, size, space, inside);
        y = (x - mu) * rsqrt(square(sigma) + energy);
    }
}
