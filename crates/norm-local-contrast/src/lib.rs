//! Local contrast normalization.

mod reference;

norm_core::normalization! {
    /// Local contrast normalization
    ///
    /// A Gaussian window over the 9 × 9 places around, all channels together, gives each element a mean that is subtracted and a
    /// deviation that it is divided by; where the deviation is below the picture's average, by that average.
    pub LocalContrastNorm(jarrett2009best) as "local-contrast" over channels, space {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        gotcha "The window is 9 places wide and high; along each, its Gaussian has a standard deviation of a quarter of that, 2.25 places. The paper gives the size and not the deviation." (jarrett2009best);
        gotcha "The average deviation is the floor, so that flat places are not blown up to full contrast." (jarrett2009best);
        gotcha "torch's default window is a 9x9 box, not a Gaussian, and deviations of at most 1e-4 are replaced by that constant instead of by the average.";
        gotcha "At the border the paper does not say what counts; here, as in torch, weights that lie outside are left out.";
        gotcha "The deviation is shared by all channels: a loud channel damps the others at its place." (jarrett2009best);
        gotcha "eps is a floor under the squared deviation, for pictures without any contrast; the paper has none.";
        const size = 9;
        const eps = 1e-8;
        mean_at = mean(x, channels);
        mu = window_mean(mean_at, size, space, gaussian, inside);
        energy_at = mean(square(x - mu), channels);
        sigma = sqrt(max(window_mean(energy_at, size, space, gaussian, inside), eps));
        c = mean(sigma, space);
        y = (x - mu) / max(c, sigma);
    }
}
