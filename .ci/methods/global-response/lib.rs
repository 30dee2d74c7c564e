//! Global response.

mod reference;

norm_core::normalization! {
    /// Global response
    ///
    /// Each channel times its length over space, divided by the mean length of the channels, beside the channel itself: with a
    /// gain of 0, at which it starts, nothing is changed.
    pub GlobalResponseNorm(globalresponse) as "global-response" over space, features {
        param gain = 0.0;
        param bias = 0.0;
        const eps = 1e-6;
        energy = sum(square(x), space);
        length = sqrt(energy + eps);
        middle = mean(length, features);
        y = x + gain * (x * length / (middle + eps)) + bias;
    }
}
