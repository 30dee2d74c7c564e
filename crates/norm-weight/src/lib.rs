//! Weight normalization, with the gain as it is and as an exponential.

mod exponential;
mod reference;

pub use exponential::ExpWeightNorm;

norm_core::normalization! {
    /// Weight normalization
    ///
    /// The weights into a unit are a direction times a length of their own: `x` is `[out, in]`, and each row is
    /// divided by its norm and multiplied by the unit's gain. A re-parametrization: no statistic of data enters.
    pub WeightNorm(salimans2016weight, eq = "2") as "weight" over fan_in {
        site weights;
        invariant weight_matrix_scaling, weight_vector_scaling;
        gotcha "The paper and its code have no epsilon and give NaN for a row of zeros; here such a row gives 0 and gets gradient 0, and `tiny` touches no row whose squares sum to more than it." (salimans2016weight);
        gotcha "Lua Torch's layer adds 1e-4 to the squared norm, so that a gain of that norm does not give the weights back.";
        gotcha "The norm runs over all axes but the output's; released layers keep dense weights as (in, out), where a square matrix hides the wrong axis." (salimans2016weight);
        gotcha "A comparison is fair only if the plain network starts from the same data-dependent initialization: the released baseline does." (salimans2016weight);
        gotcha "Weight decay on the direction changes only its effective learning rate, never the function; the gain's decay is a choice of its own.";
        gotcha "The gradient is orthogonal to the direction: under plain gradient steps its norm never falls, and large steps make later ones smaller." (salimans2016weight);
        param gain: group = 1.0;
        const tiny = 1e-37, above 0;
        squares = sum(square(x));
        y = gain * x * step(squares - tiny) * rsqrt(max(squares, tiny));
    }
}
