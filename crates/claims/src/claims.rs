//! Every claim, once. A claim is added by its file in `claims/` and one line here.

use crate::claim::Claim;
use crate::error::Error;

macro_rules! register {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every claim, in the order of the page.
        pub static CLAIMS: &[&Claim] = &[$(&$name::CLAIM),+];
    };
}

register! {
    bn_weight_scale,
    rbn_faster,
}

/// The claim of that id.
///
/// # Errors
///
/// [`Error::Unknown`], with the ids that there are.
pub fn find(id: &str) -> Result<&'static Claim, Error> {
    let known = || Error::Unknown {
        got: id.to_owned(),
        known: CLAIMS.iter().map(|claim| claim.id).collect::<Vec<_>>().join(", "),
    };
    CLAIMS.iter().copied().find(|claim| claim.id == id).ok_or_else(known)
}
