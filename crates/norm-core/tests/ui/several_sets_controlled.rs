norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch + space, features {
        policy running;
        mu = mean(x, batch + space);
        nu = mean(x, features);
        c = controlled(x - mu, 1, 0.5);
        y = c - nu;
    }
}

fn main() {
    let _ = Wrong;
}
