//! Scale normalization.

mod reference;

norm_core::normalization! {
    /// Scale normalization
    ///
    /// Each case is brought to one learned length: nothing is centred, and a single gain takes the place of one for each
    /// feature.
    pub ScaleNorm(nguyen2019tears, eq = "5") as "scale" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        gotcha "The gain starts at the root of the number of features, so that a feature starts with deviation 1 as under layer normalization." (nguyen2019tears);
        gotcha "Epsilon is the smallest length that divides, not a summand: at and below it the layer is linear." (nguyen2019tears);
        gotcha "One learned number scales a whole layer: without a cap it acts as a learning rate of its own.";
        param gain: scalar = sqrt(n);
        const eps = 1e-5;
        squares = sum(square(x));
        y = gain * x * rsqrt(max(squares, square(eps)));
    }
}
