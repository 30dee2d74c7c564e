//! The normalized dot product of HMAX.

mod reference;

norm_core::normalization! {
    /// Normalized dot product
    ///
    /// A patch divided by its norm, before its product with a template of unit norm whose mean was taken off; the
    /// product is rectified. Template and rectification belong to the layer, and so do the invariances to the scale
    /// of the weights.
    pub NormalizedDotProduct(kouh2008canonical) as "ndp" over features {
        site inputs;
        invariant dataset_scaling, case_scaling;
        gotcha "`k` above 0 is another model: half of the asymptote at a norm of `k`, and no invariance to the input's scale." (kouh2008canonical);
        gotcha "`thres` raises the norm of an n-pixel patch to at least `thres` times the root of n, so that weak patches are weakened and not silenced; the help text of the CNS kernel says that they give 0." (mutch2010cns);
        gotcha "`zero` = 0 centres the template only: luminance then lowers the answer, for the numerator does not see it and the norm does. `zero` = 1 takes the patch's mean out of the norm, and the answer is a correlation coefficient." (mutch2010cns);
        gotcha "A patch of norm 0, with `zero` = 1 one whose centred squares are at most `flat` of its squares, gives 0 and gets gradient 0, unless `k` or `thres` is above 0.";
        const k     = 0.0, at least 0;
        const thres = 0.0, at least 0;
        const zero  = 0.0, whole from 0 to 1;
        const flat  = 1e-13, at least 0;
        const tiny  = 1e-37, above 0;
        mu      = mean(x);
        squares = sum(square(x - zero * mu));
        raw     = sum(square(x));
        y = x * max(step(squares - max(flat * raw, tiny)), step(k + thres))
            / (k + sqrt(max(max(squares, square(thres) * n), tiny)));
    }
}
