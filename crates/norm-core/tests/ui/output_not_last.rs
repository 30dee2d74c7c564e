norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        mu = mean(x);
        y = x - mu;
        var = mean(square(x - mu));
    }
}

fn main() {
    let _ = Wrong;
}
