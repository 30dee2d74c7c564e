norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        mu = mean(x);
    }
}

fn main() {
    let _ = Wrong;
}
