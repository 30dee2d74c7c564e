//! What each method is, as records, and who judged its gradients.

mod judges;
pub mod methods;
