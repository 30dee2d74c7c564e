//! Cosine normalization, plain and centred.

mod centred;
mod reference;

pub use centred::CentredCosineNorm;

norm_core::normalization! {
    /// Cosine normalization
    ///
    /// Weights and input of a unit are both divided by their norms, so that the summed input is the cosine of the
    /// angle between them. What is declared is the one side; a layer puts it before both.
    pub CosineNorm(luo2018cosine) as "cosine" over features {
        site weights_and_inputs;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, case_scaling;
        gotcha "A vector of zeros, such as a blank patch at a border, has no direction: it gives 0 and gets gradient 0, as does one whose squares sum to no more than `tiny`." (luo2018cosine);
        gotcha "There is no bias in the norms. Ports that take the bias for one more weight with input 1 lose the invariance to the input's scale." (luo2018cosine);
        gotcha "The sum lies in [-1, 1]: over ten classes the cross-entropy cannot fall below 0.797 unless a scale follows or the last layer is left as it is." (luo2018cosine);
        gotcha "Zero padding lowers the norm of a patch at the border and so raises its answer.";
        const tiny = 1e-37, above 0;
        squares = sum(square(x));
        y = x * step(squares - tiny) * rsqrt(max(squares, tiny));
    }
}
