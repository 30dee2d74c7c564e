//! Batch normalization inside a recurrent cell.

use crate::BatchNorm;

norm_core::normalization! {
    /// Recurrent batch normalization
    ///
    /// Batch normalization of the input projection, the hidden projection and the cell where it is read out, each on
    /// its own. Every step has statistics of its own, gain and bias are the same at all steps.
    pub RecurrentBatchNorm(cooijmans2017recurrent, eq = "6, 7, 8") as "recurrent-batch" over batch {
        policy per_step;
        placement recurrent_batch;
        kernels BatchNorm;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "The gain starts at 0.1: with 1 the saturated tanh lets the gradient vanish over time." (cooijmans2017recurrent);
        gotcha "The norms of the two projections learn no shift, which the cell's own bias makes redundant; the norm of the cell does." (cooijmans2017recurrent);
        gotcha "A step later than every training sequence uses the statistics of the last step there was." (cooijmans2017recurrent);
        gotcha "The biased variance is averaged, at rate 0.01 or 0.05; the reported numbers come from statistics estimated afresh after training." (cooijmans2017recurrent);
        gotcha "Steps whose input is constant have variance 0 and multiply a gradient by gain/sqrt(eps) = 32: the paper starts from a noisy hidden state." (cooijmans2017recurrent);
        gotcha "A learned initial state gets a gradient of exactly zero, because the gradient of a normalized sum adds up to zero over the batch.";
        gotcha "The paper's permuted MNIST is drawn with replacement and leaves out about a third of the pixels." (cooijmans2017recurrent);
        param gain = 0.1;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
