//! {{title}} under both kits: its kernels, and the layer of dfdx.

norm_core::conformance!(kernels: norm_{{module}}::{{norm}});
norm_dfdx::conformance!(layer: norm_{{module}}::{{norm}});
