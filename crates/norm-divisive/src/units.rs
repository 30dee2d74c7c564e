//! Divisive normalization over a window of units.

norm_core::normalization! {
    /// Divisive normalization over neighbouring units
    ///
    /// From each unit the mean of those around it is taken, by their order in the layer, and what is left is divided by
    /// its root mean square over such a neighbourhood plus a constant: the form for layers without space, recurrent ones
    /// above all.
    pub DivisiveUnits(ren2017normalizing) as "divisive-units" over channels {
        invariant weight_matrix_centering;
        gotcha "sigma is no epsilon: 1 by default, it decides from which activity on anything is divided; the paper finds it to matter more than its penalty." (ren2017normalizing);
        gotcha "The window has 60 units, the authors' choice for plain recurrent networks; for LSTMs they take 30. Where the layer has fewer units than half of that, it is the whole layer." (ren2017normalizing);
        gotcha "The authors' code pads with zeros and divides by the whole window, which biases the units at the ends; the paper's means are over the neighbours there are." (ren2017normalizing);
        gotcha "Which units are neighbours means nothing before training: the order is the network's to learn.";
        gotcha "There is no gain and no bias." (ren2017normalizing);
        const sigma = 1.0, at least 0;
        const size = 60;
        mu = window_mean(x, size, channels, inside);
        energy = window_mean(square(x - mu), size, channels, inside);
        y = (x - mu) * rsqrt(square(sigma) + energy);
    }
}
