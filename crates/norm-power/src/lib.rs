//! Power normalization.

mod reference;

norm_core::normalization! {
    /// Power normalization
    ///
    /// Batch normalization without a mean, whose divisor is a running mean of squares, in training as in evaluation. The
    /// gradient takes the divisor for a constant; what it misses by that is held down by a running estimate of how far it
    /// points along the output.
    pub PowerNorm(shen2020power, eq = "algorithm 2") as "power" over batch + space {
        policy running;
        gotcha "The authors' code first divides groups of each case's features by their root mean square, without a parameter; that is a method of its own and is left out here." (shen2020power);
        gotcha "In the backward pass the authors' code divides by the moment of the batch at hand, though the forward pass divided by the stored one; the paper's algorithm divides by the stored one both ways, and so does this.";
        gotcha "For their first 10000 updates the authors divide by the moment of the batch, while the control acts already; here the store starts at 1 and divides from the first batch on.";
        gotcha "In the authors' warm-up the store takes a batch in twice, as a cumulative and as an exponential mean, and its last update is warm-up for the output (`<=`) but not for the cumulative mean (`<`).";
        gotcha "The paper's backward average is 1 - alpha times the state that is stored here; both of its rates are 0.1, the forward one an option of the layer.";
        gotcha "A batch whose mean of squares is more than 2 / (1 - alpha) times the stored one makes the control overshoot.";
        param gain = 1.0;
        param bias = 0.0;
        const eps   = 1e-5;
        const alpha = 0.9, from 0 to 1;
        phi = mean(square(x));
        u   = x * rsqrt(prev(phi) + eps);
        z   = controlled(u, u, alpha);
        y   = gain * z + bias;
    }
}
