//! The registry: every method, once. A method is added by its folder, one line here and one in `Cargo.toml`; a method of another
//! repository by [`add`].

mod added;

pub use added::{AddError, add, added, all};

use norm_core::conformance::{Judged, Reference, StreamedReference, Subject};
use norm_core::{Kernel, UpdateDescriptor};

/// The kernels of one method for both element types, and the judge of both.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Single precision.
    pub f32: &'static Kernel<f32>,
    /// Double precision.
    pub f64: &'static Kernel<f64>,
    /// The method once more, in plain loops.
    pub reference: Reference,
    /// The judge of several uses, where the method streams.
    pub streamed: Option<StreamedReference>,
}

impl Method {
    /// The method that a formula declares.
    pub const fn of<F: Judged>() -> Self {
        // By reference: a copied table would be compiled again here.
        Self { f32: F::KERNEL_F32, f64: F::KERNEL_F64, reference: F::REFERENCE, streamed: F::STREAMED }
    }
    /// What the declaration says about itself.
    pub fn descriptor(&self) -> &'static norm_core::Descriptor {
        self.f32.descriptor
    }
    /// As the conformance kit takes it.
    pub fn subject(&self) -> Subject {
        Subject { f32: *self.f32, f64: *self.f64, reference: self.reference }
    }
}

// `$d` is a dollar sign: the macro written here has variables of its own.
macro_rules! register {
    ($d:tt $($krate:ident::{$($formula:ident),+}),+ $(,)?) => {
        /// The methods as types.
        pub mod methods {
            $(pub use $krate::{$($formula),+};)+
        }

        /// The methods of normlab; [`all`] has those of another repository too.
        pub static METHODS: &[Method] = &[$($(Method::of::<$krate::$formula>()),+),+];

        /// Calls a macro with the path of every registered formula, in the order in which tables show them.
        #[macro_export]
        macro_rules! for_each_norm {
            ($d callback:ident) => {
                $d callback! { $($($d crate::methods::$formula),+),+ }
            };
        }
    };
}

register! { $
    norm_none::{None},
    norm_batch::{BatchNorm, GhostBatchNorm, RecurrentBatchNorm, TimeBatchNorm, BatchNormRnn, SequenceBatchNorm},
    norm_layer::{LayerNorm},
    norm_rms::{RmsNorm},
    norm_weight::{WeightNorm, ExpWeightNorm},
    norm_mean_only_batch::{MeanOnlyBatchNorm},
    norm_cosine::{CosineNorm, CentredCosineNorm},
    norm_ndp::{NormalizedDotProduct},
    norm_streaming::{StreamingNorm, StreamingMoments},
    norm_instance::{InstanceNorm},
    norm_group::{GroupNorm},
    norm_dyt::{DynamicTanh},
    norm_weight_standardization::{WeightStandardization},
    norm_filter_response::{FilterResponseNorm, LearnedEpsFilterResponse},
    norm_scale::{ScaleNorm},
    norm_derf::{DynamicErf},
    norm_batch_renorm::{BatchRenorm, BatchRenormVariance},
    norm_power::{PowerNorm},
    norm_online::{OnlineNorm},
    norm_local_response::{LocalResponseNorm},
    norm_divisive::{DivisiveNorm, DivisiveUnits},
    norm_local_contrast::{LocalContrastNorm},
    norm_switchable::{SwitchableNorm, SwitchableVectors},
    norm_spectral::{SpectralNorm},
}

macro_rules! register_updates {
    ($($krate:ident::$descriptor:ident),+ $(,)?) => {
        /// The crates of the updates.
        pub mod updates {
            $(pub use $krate;)+
        }

        /// Every registered update: a method at the site `update`, which divides the optimizer's step and has no kernel.
        pub static UPDATES: &[&UpdateDescriptor] = &[$(&$krate::$descriptor),+];
    };
}

register_updates! {
    norm_path_sgd::DESCRIPTOR,
}

/// The update of that id.
pub fn find_update(id: &str) -> Option<&'static UpdateDescriptor> {
    UPDATES.iter().copied().find(|u| u.id == id)
}

/// The method of that id.
pub fn find(id: &str) -> Option<&'static Method> {
    all().find(|m| m.descriptor().id == id)
}

/// Methods whose ports store something else than the paper: the paper's id, and that of the method with the ports' store.
const PORTS: [(&str, &str); 1] = [("batch-renorm", "batch-renorm-variance")];

/// The method of that id, or where `stored` names what only its port stores, that one: a store of variances belongs to the
/// method that averages variances, under whichever name it is brought.
pub fn find_storing<'a>(id: &str, stored: impl IntoIterator<Item = &'a str>) -> Option<&'static Method> {
    let own = find(id)?;
    let Some(port) = PORTS.iter().find(|p| p.0 == id).and_then(|p| find(p.1)) else { return Some(own) };
    let (kept, theirs) = (own.descriptor().stored_names(), port.descriptor().stored_names());
    let of_port = |name: &str| {
        let is = |n: &String| n == name;
        theirs.iter().any(is) && !kept.iter().any(is)
    };
    Some(if stored.into_iter().any(of_port) { port } else { own })
}
