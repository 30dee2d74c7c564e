norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        var = mean(square(x - mean(x)));
        y = x / var;
    }
}

fn main() {
    let _ = Wrong;
}
