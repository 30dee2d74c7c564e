//! Online normalization.

mod reference;

norm_core::normalization! {
    /// Online normalization
    ///
    /// One case after the other is normalized by the running mean and variance of those before it. The gradient takes both
    /// for constants; two control processes keep it from drifting along the output and along a constant, as the gradient of
    /// a normalization would not.
    pub OnlineNorm(chiley2019online) as "online" over batch + space {
        policy running;
        gotcha "The paper bounds the output by layer scaling, which divides each case by the root mean square of all its features. That pools inside a case and this across cases, so one declaration cannot hold both: here the output is clamped at 5, which the authors' code has for the same purpose." (chiley2019online);
        gotcha "The bound comes after gain and bias, and the gradient is cut off with it." (chiley2019online);
        gotcha "The cases of a batch go in one by one, so their order counts, forwards and backwards alike, and a batch of n moves what is stored n times. `block` normalizes that many at a time by what was stored before them.";
        gotcha "What flows back is not the gradient of the formula, so differences do not agree with it." (chiley2019online);
        gotcha "In the backward pass the authors' compiled code divides by the variance that the case has been taken into, their numpy code by the one before it, which divided in the forward pass; so does this.";
        gotcha "At a rate of 0.001 the store needs thousands of cases to leave where it starts, mean 0 and variance 1.";
        param gain = 1.0;
        param bias = 0.0;
        const eps   = 1e-5;
        const rate  = 0.001, from 0 to 1;
        const alpha = 0.99, from 0 to 1;
        const limit = 5, above 0;
        const block = 1;
        mu  = mean(x);
        var = mean(square(x - mu)) + (1 - rate) * square(mu - prev(mu));
        centred = controlled(x - prev(mu), 1, alpha);
        u   = centred * rsqrt(prev(var) + eps);
        z   = controlled(u, u, alpha);
        y   = max(min(gain * z + bias, limit), -limit);
    }
}
