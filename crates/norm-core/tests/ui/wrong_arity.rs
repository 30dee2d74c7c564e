norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        mu = mean(square(x, x));
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
