norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch {
        policy running;
        const keep = 0.9;
        mu = mean(x);
        y = controlled(x - mu, x, keep);
    }
}

fn main() {
    let _ = Wrong;
}
