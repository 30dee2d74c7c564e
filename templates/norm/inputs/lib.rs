//! {{title}}.

mod reference;

norm_core::normalization! {
    /// {{title}}
    ///
    /// The inputs of a layer, each case divided by one statistic of its features, before the weights see it.
    pub {{norm}}({{cite}}) as "{{id}}" over features {
        site inputs;
        invariant dataset_scaling, case_scaling;
        const tiny = 1e-37;                // no division by 0
        squares = sum(square(x));          // one number per case: Σ_i x_i²
        y = x * rsqrt(max(squares, tiny)); // y_i = x_i / √squares
    }
}
