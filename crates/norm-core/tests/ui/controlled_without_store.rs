norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch {
        policy instant;
        const keep = 0.9;
        mu = mean(x);
        c = controlled(x - mu, x, keep);
        y = c;
    }
}

fn main() {
    let _ = Wrong;
}
