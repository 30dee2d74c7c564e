norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over group, space {
        mu = mean(x, group);
        nu = mean(x, space);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
