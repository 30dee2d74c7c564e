norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        a = mean(x);
        b = mean(x * a);
        c = mean(x * b);
        d = mean(x * c);
        e = mean(x * d);
        y = x - e;
    }
}

fn main() {
    let _ = Wrong;
}
