//! {{title}}.

mod reference;

norm_core::normalization! {
    /// {{title}}
    ///
    /// The weights into each unit, `x = w` of shape `[out, in]`, divided by one statistic of them.
    pub {{norm}}({{cite}}) as "{{id}}" over fan_in {
        site weights;
        invariant weight_matrix_scaling, weight_vector_scaling;
        param gain: group = 1.0;                   // one per unit u
        const tiny = 1e-37;                        // no division by 0
        squares = sum(square(x));                  // one number per unit: Σ_i w_ui²
        y = gain * x * rsqrt(max(squares, tiny));  // w'_ui = gain_u · w_ui / √squares
    }
}
