norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        starts mu = 0.5;
        mu = mean(x);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
