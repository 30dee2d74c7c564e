//! What `just check-norm online` runs.

norm_dfdx::check!(norm_online::OnlineNorm);
