norm_core::normalization! {
    pub Wrong as "wrong" over features { y = x; }
}

fn main() {
    let _ = Wrong;
}
