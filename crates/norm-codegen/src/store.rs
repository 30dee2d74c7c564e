//! The bodies of statistics that look at the store: they get the inputs of a call besides.

use proc_macro2::TokenStream;
use quote::quote;

/// `accumulate` and `finish`, and `chain`, with inputs. Those without inputs know no store; the loops do not call them, and
/// what they would give is no number.
pub(crate) fn of_statistics(
    [ns, np, nc, nm, nb]: [usize; 5],
    accumulate: &TokenStream,
    finish: &TokenStream,
    chain: &TokenStream,
) -> (TokenStream, TokenStream) {
    let unknown = quote!(&[V::lit(f64::NAN); #np]);
    let statistics = quote! {
        const STATISTICS_LOOK_BACK: bool = true;
        #[inline(always)]
        fn accumulate<V: ::norm_core::Value, const LEVEL: usize>(x: V, s: &[V; #ns], c: &[f64; #nc]) -> [V; #nm] {
            Self::accumulate_stored::<V, LEVEL>(x, s, #unknown, c)
        }
        #[inline(always)]
        fn finish<V: ::norm_core::Value, const LEVEL: usize>(m: &[V; #nm], n: V, s: &mut [V; #ns], c: &[f64; #nc]) {
            Self::finish_stored::<V, LEVEL>(m, n, s, #unknown, c);
        }
        #[inline(always)]
        fn accumulate_stored<V: ::norm_core::Value, const LEVEL: usize>(x: V, s: &[V; #ns], p: &[V; #np], c: &[f64; #nc]) -> [V; #nm] {
            #accumulate
        }
        #[inline(always)]
        fn finish_stored<V: ::norm_core::Value, const LEVEL: usize>(m: &[V; #nm], n: V, s: &mut [V; #ns], p: &[V; #np], c: &[f64; #nc]) {
            #finish
        }
    };
    let chain = quote! {
        #[inline(always)]
        fn chain<V: ::norm_core::Value>(g: &[V; #ns], b: &[V; #nb], s: &[V; #ns], n: V, c: &[f64; #nc]) -> [V; #ns] {
            Self::chain_stored::<V>(g, b, s, #unknown, n, c)
        }
        #[inline(always)]
        fn chain_stored<V: ::norm_core::Value>(g: &[V; #ns], b: &[V; #nb], s: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #ns] {
            #chain
        }
    };
    (statistics, chain)
}
