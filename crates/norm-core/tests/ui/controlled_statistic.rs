norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch {
        policy running;
        const keep = 0.9;
        mu = mean(x);
        c = controlled(x - mu, x, keep);
        v = mean(square(c));
        y = c / v;
    }
}

fn main() {
    let _ = Wrong;
}
