//! What `just check-norm power` runs.

norm_dfdx::check!(norm_power::PowerNorm);
