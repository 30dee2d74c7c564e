//! The shim: all logic is in `norm-codegen`, a plain library that is tested without a compiler in the loop.
//! `NORMLAB_EXPAND=<type name>` prints the expansion of that declaration while it is compiled.

use proc_macro::TokenStream;

/// Declares a normalization: one formula becomes descriptor, kernel bodies with their symbolically derived
/// backward, the plan of the composed path, and documentation. The grammar is in `norm-codegen`.
#[proc_macro]
pub fn normalization(input: TokenStream) -> TokenStream {
    norm_codegen::normalization(input.into()).into()
}

/// As [`normalization!`], but the kernels are compiled portably and only where they are used: for declarations that
/// only tests run.
#[proc_macro]
pub fn formula(input: TokenStream) -> TokenStream {
    norm_codegen::formula(input.into()).into()
}

/// Declares a pointwise map of several inputs and outputs, such as the update of a recurrent cell.
#[proc_macro]
pub fn pointwise(input: TokenStream) -> TokenStream {
    norm_codegen::pointwise(input.into()).into()
}
