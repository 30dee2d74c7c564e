//! Local response normalization.

mod reference;

norm_core::normalization! {
    /// Local response normalization
    ///
    /// Each channel is divided by a power of the energy of its neighbours at the same place: loud channels damp those
    /// beside them. Nothing is centred and nothing learned.
    pub LocalResponseNorm(krizhevsky2012imagenet) as "local-response" over channels {
        gotcha "PyTorch and torch divide alpha by the size of the window; the paper does not. Their alpha is ours times the size." (pytorch2019);
        gotcha "TensorFlow's argument is the radius of the window, and its constants are others." (krizhevsky2012imagenet);
        gotcha "Which channels are neighbours means nothing before training: the order of the channels is the network's to learn." (krizhevsky2012imagenet);
        gotcha "With k well above alpha times the energy it hardly acts: activations have to be large for it to be felt.";
        const k = 2.0, at least 0, not 0 with alpha;
        const alpha = 1e-4, at least 0;
        const beta = 0.75;
        const size = 5;
        energy = window_sum(square(x), size, channels);
        y = x * pow(k + alpha * energy, -beta);
    }
}
