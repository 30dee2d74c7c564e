//! Batch normalization in small blocks of a large batch.

use crate::BatchNorm;

norm_core::normalization! {
    /// Ghost batch normalization
    ///
    /// A batch is cut into blocks of cases, each of which is normalized by its own statistics: the noise of a small batch at
    /// the step of a large one. Evaluation uses a running average over blocks.
    pub GhostBatchNorm(hoffer2017train, eq = "algorithm 1") as "ghost-batch" over batch + space {
        policy running;
        kernels BatchNorm;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "The paper's blocks have 128 cases of batches of 4096; here they have 16, so that there are several in the batches of the workloads. A block as large as the batch is batch normalization." (hoffer2017train);
        gotcha "What is stored takes in one block after the other, so a step moves it as far as that many steps of batch normalization; ports that keep an average for each position of a block and take their mean in evaluation store something else.";
        gotcha "What is left at the end of a batch is a block of its own; one of a single case without space gives its bias and no gradient, which a batch that the block divides avoids.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        const block = 16;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
