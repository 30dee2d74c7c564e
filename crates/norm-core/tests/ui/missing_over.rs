norm_core::normalization! {
    pub Wrong(none) as "wrong" { y = x; }
}

fn main() {
    let _ = Wrong;
}
