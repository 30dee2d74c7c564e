//! Both kits of normlab over a method that is not normlab's.

norm_core::conformance!(kernels: outside::QuarticNorm);
norm_dfdx::conformance!(layer: outside::QuarticNorm);
