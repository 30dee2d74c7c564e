//! Online under both kits: its kernels, and the layer of dfdx.

norm_core::conformance!(kernels: norm_online::OnlineNorm);
norm_dfdx::conformance!(layer: norm_online::OnlineNorm);
