//! What normlab's `just check-norm` shows, for a method of another repository.

norm_dfdx::check!(outside::QuarticNorm, "cargo run --example check --");
