norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch {
        policy running;
        const keep = 0.9;
        mu = mean(x);
        c = controlled(x - mu, x, keep * mu);
        y = c;
    }
}

fn main() {
    let _ = Wrong;
}
