//! Power under both kits: its kernels, and the layer of dfdx.

norm_core::conformance!(kernels: norm_power::PowerNorm);
norm_dfdx::conformance!(layer: norm_power::PowerNorm);
