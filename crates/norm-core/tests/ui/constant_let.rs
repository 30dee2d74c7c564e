norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        const eps = 1e-5;
        two = eps + eps;
        mu = mean(x);
        y = x - mu + two;
    }
}

fn main() {
    let _ = Wrong;
}
