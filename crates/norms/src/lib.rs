//! The registry: every method, once. A method is added by its folder, one line here and one in `Cargo.toml`.

/// Calls a macro with the path of every registered formula, in the order in which tables show them.
#[macro_export]
macro_rules! for_each_norm {
    ($callback:ident) => {
        $callback! {
            $crate::methods::norm_none::None,
            $crate::methods::norm_batch::BatchNorm,
            $crate::methods::norm_layer::LayerNorm,
            $crate::methods::norm_rms::RmsNorm,
        }
    };
}

/// The crates of the methods.
pub mod methods {
    pub use {norm_batch, norm_layer, norm_none, norm_rms};
}

use norm_core::Kernel;

/// The kernels of one method for both element types.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Single precision.
    pub f32: Kernel<f32>,
    /// Double precision.
    pub f64: Kernel<f64>,
}

impl Method {
    /// What the declaration says about itself.
    pub fn descriptor(&self) -> &'static norm_core::Descriptor {
        self.f32.descriptor
    }
}

macro_rules! table {
    ($($formula:path),+ $(,)?) => {
        /// Every registered method.
        pub const METHODS: &[Method] = &[$(Method { f32: Kernel::of::<$formula>(), f64: Kernel::of::<$formula>() }),+];
    };
}
for_each_norm!(table);

/// The method of that id.
pub fn find(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.descriptor().id == id)
}
