norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        mu = mean(x - var);
        var = mean(square(x));
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
