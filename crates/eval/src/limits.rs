//! How large a request may be: checked before memory is asked for, as a few bytes of metadata can ask for terabytes.

use crate::error::Error;

/// Elements of a tensor that a request holds, asks for, or makes on its way.
const ELEMENTS: usize = 1 << 25;

/// Steps or blocks that are gone through one by one, each with what it keeps for the gradient.
const PARTS: usize = 1 << 16;

/// Bytes of a request.
pub(crate) const BYTES: u64 = 1 << 31;

/// A number in the metadata that says how large something is.
pub(crate) const SIZE: usize = 1 << 20;

fn within(what: &str, sizes: &[usize], most: usize, unit: &'static str) -> Result<usize, Error> {
    let product = sizes.iter().try_fold(1u128, |product, size| product.checked_mul(*size as u128));
    match product {
        Some(got) if got <= most as u128 => Ok(got as usize),
        _ => {
            let got = product.map_or_else(|| format!("{sizes:?}"), |got| got.to_string());
            Err(Error::TooLarge { what: what.to_owned(), got, unit, most })
        }
    }
}

/// The number of elements of something of these sizes.
///
/// # Errors
/// [`Error::TooLarge`] for more than are carried out.
pub(crate) fn elements(what: &str, sizes: &[usize]) -> Result<usize, Error> {
    within(what, sizes, ELEMENTS, "elements")
}

/// The number of parts that something is cut into along these axes.
///
/// # Errors
/// [`Error::TooLarge`] for more than are carried out.
pub(crate) fn parts(what: &str, sizes: &[usize]) -> Result<usize, Error> {
    within(what, sizes, PARTS, "parts")
}
