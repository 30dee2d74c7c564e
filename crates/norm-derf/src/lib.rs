//! Dynamic error function.

mod reference;

norm_core::normalization! {
    /// Dynamic error function
    ///
    /// An error function with a learned slope and shift in place of a normalization: as dynamic tanh, nothing is pooled.
    pub DynamicErf(chen2025stronger) as "derf" over nothing {
        gotcha "Slope and shift are one number each for a whole layer; their gradients are sums over every element of every case." (chen2025stronger);
        gotcha "In the authors' language model the slope starts at 1, here as elsewhere at 0.5." (chen2025stronger);
        gotcha "Before a tanh or a logistic gate it is a second squashing.";
        param gain = 1.0;
        param bias = 0.0;
        param alpha: scalar = 0.5;
        param shift: scalar = 0.0;
        y = gain * erf(alpha * x + shift) + bias;
    }
}
