//! Dynamic tanh.

mod reference;

norm_core::normalization! {
    /// Dynamic tanh
    ///
    /// A tanh with a learned slope in place of a normalization: nothing is pooled, so each element is squashed by itself.
    pub DynamicTanh(zhu2025without, eq = "1") as "dyt" over nothing {
        gotcha "The gradient of alpha is a sum over every element of every case: with a large learning rate it may need one of its own." (zhu2025without);
        gotcha "In language models alpha starts between 0.05 and 0.8, by width and by whether attention follows; 0.5 is the default elsewhere." (zhu2025without);
        gotcha "Before a tanh or a logistic gate it is a second squashing.";
        param gain = 1.0;
        param bias = 0.0;
        param alpha: scalar = 0.5;
        y = gain * tanh(alpha * x) + bias;
    }
}
