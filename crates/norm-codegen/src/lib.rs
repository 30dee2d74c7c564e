//! From a declaration to Rust tokens, in stages that can be looked at one by one:
//!
//! ```text
//! tokens -> Declaration (parse) -> Formula (typed, with gradient) -> Plan -> tokens (emit)
//! ```
//!
//! Grammar of a normalization:
//!
//! ```text
//! /// Title. More lines.
//! [pub] Name(citation_key [, eq = "3, 4"]) as "id" over reference_set {
//!     site inputs | weights | weights_and_inputs | summed_inputs | update;   // default: summed_inputs
//!     policy instant | running | per_step | streaming;       // default: instant
//!     placement name, ...;                                   // in recurrent cells; the first is the usual one
//!     kernels Other;                                         // the same formula as `Other`: its compiled loops serve
//!     invariant weight_matrix_scaling, ...;                  // claims that tests hold it to
//!     gotcha "sentence" (citation_key);
//!     param gain [: channel | element | group | scalar] = 1.0;    // or = sqrt(n), over sets inside a case
//!     const eps = 1e-5;                                      // at least 0, as is anything of that name
//!     const rmax = 3.0, at least 1;                          // a range: at least 1 | above 0 | from 0 to 1, `whole` before
//!                                                            // it for whole numbers; every use is held to it, in its
//!                                                            // element type
//!     const k = 2.0, at least 0, not 0 with alpha;           // and beside another constant
//!     const block = 16;                                      // `policy running`: so many cases are normalized together,
//!                                                            // block after block; the last constant
//!     const rate = 0.1;                                      // `policy running`: the weight of a batch in the store
//!     starts u = 1.0;                                        // what is stored of a statistic before the first batch:
//!                                                            // 0, 1, or `normal`, drawn from a recorded seed
//!     mu = mean(x);                                          // a statistic: pooled over the set
//!     d  = x - mu;                                           // varies inside the set: a shorthand
//!     y  = ...;                                              // the output, last
//! }
//! reference_set: nothing | features | group | space | fan_in | unit | channels | batch | batch + space | batch + time
//! several sets: `over batch + space, features, space`, one over the batch first; then each mean and sum says which,
//!            mean(x, space), a statistic is a let that pools, and those over the batch are stored. Windows:
//!            window_mean(x, size, channels | space [, gaussian] [, inside]), window_sum(x, size, ...); along space a
//!            square; `inside` divides by the weights inside the input, else what lies outside counts as 0
//! functions: mean sum sqrt rsqrt recip square exp ln tanh sigmoid erf abs sign step max min pow relu
//!            stop_gradient replace_gradient(value, surrogate)
//!            prev(statistic): what it was in the store before this batch, without a gradient; `policy running`
//!            controlled(value, direction, rate), alone behind a name: the value; its gradient g goes on as
//!            q = g - (1 - rate) E direction, and E grows by the mean of q direction over the set; E is stored as
//!            `control_<name>`, one per set, and starts at 0; in `y`, `policy running`
//! ```
//!
//! A named let that is constant over a reference set is a *statistic*. Inside a statistic an earlier one means
//! its current value; in `y` it means the value that the policy hands back.

mod bodies;
mod check;
mod declaration;
mod derive;
mod descriptor;
mod docs;
mod emit;
mod formula;
mod gradient;
mod lower;
mod operators;
mod plan;
mod pointwise;
mod range;
mod schedule;
mod sets;
mod staged;
mod store;
mod syntax;
mod term;
mod words;

pub use declaration::{Declaration, ParamAxis, ReferenceSet};
pub use derive::{Derivation, Typing};
pub use formula::Formula;
pub use gradient::PrintedGradient;
pub use pointwise::PointwiseDeclaration;

use emit::Tables;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands a `normalization!`. Errors become `compile_error!` at the user's tokens, all at once, with a stub of
/// the type so that they are the only errors.
pub fn normalization(input: TokenStream) -> TokenStream {
    or_stub(input, Tables::Here)
}

/// Expands a `formula!`: as [`normalization`], but the kernels are compiled portably and only where they are used.
pub fn formula(input: TokenStream) -> TokenStream {
    or_stub(input, Tables::Lazily)
}

fn or_stub(input: TokenStream, tables: Tables) -> TokenStream {
    let stub = declaration::stub(&input);
    match syn::parse2::<Declaration>(input).and_then(|d| expand(&d, tables)) {
        Ok(tokens) => tokens,
        Err(e) => {
            let errors = e.to_compile_error();
            quote!(#errors #stub)
        }
    }
}

/// Expands a `pointwise!`.
pub fn pointwise(input: TokenStream) -> TokenStream {
    let expanded =
        syn::parse2::<PointwiseDeclaration>(input).and_then(|d| pointwise::Cell::of(&d).map(|c| c.emit()));
    expanded.unwrap_or_else(|e| e.to_compile_error())
}

fn expand(declaration: &Declaration, tables: Tables) -> syn::Result<TokenStream> {
    let formula = Formula::of(declaration)?;
    let tokens = emit::emit(&formula, tables);
    if std::env::var("NORMLAB_EXPAND").is_ok_and(|name| *formula.name() == name) {
        eprintln!("{tokens}");
    }
    Ok(tokens)
}

/// Expands a declaration given as text: what the golden tests read.
pub fn expand_text(text: &str) -> syn::Result<TokenStream> {
    expand(&syn::parse_str::<Declaration>(text)?, Tables::Here)
}
