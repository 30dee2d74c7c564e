norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch {
        policy instant;
        const keep = 0.9;
        mu = mean(x);
        dev = mean(abs(x - prev(mu)));
        y = (x - mu) / (dev + keep);
    }
}

fn main() {
    let _ = Wrong;
}
