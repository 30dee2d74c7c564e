norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        parm gain = 1.0;
        mu = mean(x);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
