norm_core::normalization! {
    pub Wrong(none) over features { y = x; }
}

fn main() {
    let _ = Wrong;
}
