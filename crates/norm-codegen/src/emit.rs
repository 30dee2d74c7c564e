//! The stage that writes Rust: descriptor, bodies, plan, documentation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use symbolic::{Axes, ExprId, Node};

use crate::bodies::{Body, Slots};
use crate::derive::{Derivation, Typing};
use crate::descriptor::descriptor;
use crate::docs;
use crate::formula::Formula;
use crate::gradient::PrintedGradient;
use crate::schedule::{Schedule, is_within};

/// All tokens of a checked formula.
pub(crate) fn emit(f: &Formula, tables: Tables) -> TokenStream {
    if f.staged {
        return match Derivation::of(f, Typing::Natural) {
            Ok(natural) => {
                let lowered = crate::lower::Lowered::of(f, &natural).tokens();
                let name = f.name();
                let steps = quote!(impl ::norm_core::Staged for #name { #lowered });
                type_and_impl(f, &natural, &tables.tokens(name, None, true), &steps)
            }
            Err(e) => refused(f, &e),
        };
    }
    let tokens = Derivation::of(f, Typing::Kernel)
        .and_then(|kernel| Derivation::of(f, Typing::Natural).map(|natural| (kernel, natural)));
    match tokens {
        Ok((mut kernel, natural)) => {
            let schedule = Schedule::of(f, &mut kernel);
            let name = f.name();
            let bodies = bodies(f, &kernel, &schedule);
            let (levels, moments) = (schedule.levels.len(), schedule.central_moments);
            let within = kernel.inputs().into_iter().map(|p| is_within(&kernel.graph, p));
            let bodies = quote! {
                impl ::norm_core::Bodies for #name {
                    const LEVELS: usize = #levels;
                    const CENTRAL_MOMENTS: bool = #moments;
                    const PARAM_WITHIN: &'static [bool] = &[#(#within),*];
                    #bodies
                }
            };
            type_and_impl(f, &natural, &tables.tokens(name, f.declaration.kernels.as_ref(), false), &bodies)
        }
        Err(e) => refused(f, &e),
    }
}

fn refused(f: &Formula, e: &symbolic::Error) -> TokenStream {
    syn::Error::new(f.name().span(), format!("cannot derive the gradient: {e}")).to_compile_error()
}

/// Where the kernels of a declaration are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Here, for every instruction set: statics, so that no other crate compiles them again.
    Here,
    /// Where they are used, portably: for declarations that only tests run.
    Lazily,
}

impl Tables {
    fn tokens(self, name: &syn::Ident, of: Option<&syn::Ident>, staged: bool) -> TokenStream {
        let (here, portable) = if staged { ("staged", "staged_portable") } else { ("of", "portable") };
        let (here, portable) = (format_ident!("{here}"), format_ident!("{portable}"));
        match (self, of) {
            (_, Some(other)) => quote! {
                const KERNEL_F32: &'static ::norm_core::Kernel<f32> = {
                    static TABLE: ::norm_core::Kernel<f32> = ::norm_core::Kernel::shared::<#other, #name>(
                        <#other as ::norm_core::Formula>::KERNEL_F32,
                    );
                    &TABLE
                };
                const KERNEL_F64: &'static ::norm_core::Kernel<f64> = {
                    static TABLE: ::norm_core::Kernel<f64> = ::norm_core::Kernel::shared::<#other, #name>(
                        <#other as ::norm_core::Formula>::KERNEL_F64,
                    );
                    &TABLE
                };
            },
            (Self::Here, None) => quote! {
                const KERNEL_F32: &'static ::norm_core::Kernel<f32> = {
                    static TABLE: ::norm_core::Kernel<f32> = ::norm_core::Kernel::#here::<#name>();
                    &TABLE
                };
                const KERNEL_F64: &'static ::norm_core::Kernel<f64> = {
                    static TABLE: ::norm_core::Kernel<f64> = ::norm_core::Kernel::#here::<#name>();
                    &TABLE
                };
            },
            (Self::Lazily, None) => quote! {
                const KERNEL_F32: &'static ::norm_core::Kernel<f32> = &::norm_core::Kernel::#portable::<#name>();
                const KERNEL_F64: &'static ::norm_core::Kernel<f64> = &::norm_core::Kernel::#portable::<#name>();
            },
        }
    }
}

fn type_and_impl(
    f: &Formula,
    natural: &Derivation,
    tables: &TokenStream,
    bodies: &TokenStream,
) -> TokenStream {
    let declaration = &f.declaration;
    let (name, visibility) = (&declaration.name, &declaration.visibility);
    let gradient = PrintedGradient::presented(f, natural);
    let doc = docs::rustdoc(f, natural, &gradient);
    let descriptor = descriptor(f, natural, &gradient);
    quote! {
        #doc
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #visibility struct #name;

        impl ::norm_core::Formula for #name {
            const DESCRIPTOR: &'static ::norm_core::Descriptor = &#descriptor;
            #tables
        }

        #[allow(unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        #bodies
    }
}

/// Where each kind of leaf is found in the arguments of a body.
struct Leaves<'a> {
    d: &'a Derivation,
    /// Reduced operands that `m` (forward) or `b` (backward) holds.
    sums: &'a [ExprId],
    sums_are_means: bool,
}

impl Leaves<'_> {
    fn tokens(&self, e: ExprId) -> Option<TokenStream> {
        let d = self.d;
        let at = |list: &[ExprId]| list.iter().position(|s| *s == e);
        if e == d.x {
            return Some(quote!(x));
        }
        if e == d.dy {
            return Some(quote!(dy));
        }
        if let Some(i) = at(&d.inputs()) {
            return Some(quote!(p[#i]));
        }
        if let Some(i) = at(&d.consts) {
            return Some(quote!(V::lit(c[#i])));
        }
        if let Some(i) = at(&d.hat) {
            return Some(quote!(hat[#i]));
        }
        if let Some(i) = at(&d.current) {
            return Some(quote!(s[#i]));
        }
        if let Some(i) = at(&d.ruled) {
            return Some(quote!(g[#i]));
        }
        if let Some(i) = at(&d.totals) {
            let total = format_ident!("total{i}");
            return Some(quote!(#total));
        }
        let reduced = |operand: &ExprId| self.sums.iter().position(|s| s == operand);
        match d.graph.node(e) {
            Node::Count(_) => Some(quote!(n)),
            Node::Mean(_, operand) => reduced(operand)
                .map(|i| if self.sums_are_means { quote!(m[#i]) } else { quote!((b[#i] / n)) }),
            Node::Sum(_, operand) => reduced(operand)
                .map(|i| if self.sums_are_means { quote!((m[#i] * n)) } else { quote!(b[#i]) }),
            _ => None,
        }
    }
}

/// A body of several results as `lines; [results]`.
fn straight(d: &Derivation, sums: &[ExprId], sums_are_means: bool, roots: &[ExprId]) -> TokenStream {
    let leaves = Leaves { d, sums, sums_are_means };
    let leaf = |e| leaves.tokens(e);
    let mut body = Body::new(&d.graph, &leaf, &d.consts, None);
    let results: Vec<_> = roots.iter().map(|r| body.value(*r)).collect();
    let lines = body.lines();
    quote!(#lines [#(#results),*])
}

/// A per-element body and the per-set body that prepares it. `roots` become variables of the element body.
fn hoisted(
    d: &Derivation,
    outer: Axes,
    roots: &[ExprId],
) -> (TokenStream, TokenStream, Vec<proc_macro2::Ident>, usize) {
    let leaves = Leaves { d, sums: &[], sums_are_means: false };
    let leaf = |e| leaves.tokens(e);
    let mut slots = Slots::default();
    let mut body = Body::new(&d.graph, &leaf, &d.consts, Some((outer, &mut slots)));
    let results: Vec<_> = roots.iter().map(|r| body.value(*r)).collect();
    let element = body.lines();
    let mut prepare = Body::new(&d.graph, &leaf, &d.consts, None);
    let values: Vec<_> = slots.0.iter().map(|s| prepare.slot_value(s)).collect();
    let lines = prepare.lines();
    (quote!(#lines [#(#values),*]), element, results, slots.0.len())
}

#[expect(clippy::too_many_lines, reason = "one function of the trait after the other, in the trait's order")]
fn bodies(f: &Formula, d: &Derivation, s: &Schedule) -> TokenStream {
    let outer = Axes::ALL.minus(f.set_axes());
    let (ns, np, nc, nm, nb) =
        (d.current.len(), d.inputs().len(), d.consts.len(), s.widest(), s.backward.len());
    // Those that the backward pass gives something for.
    let inputs = d.inputs();
    let learned = d.dparams.len();

    let accumulate = s.levels.iter().enumerate().map(|(level, roots)| {
        let leaves = Leaves { d, sums: &[], sums_are_means: true };
        let leaf = |e| leaves.tokens(e);
        let mut body = Body::new(&d.graph, &leaf, &d.consts, None);
        let results: Vec<_> = roots.iter().map(|r| body.value(*r)).collect();
        let lines = body.lines();
        let padding = (roots.len()..nm).map(|_| quote!(V::lit(0.0)));
        quote!(#level => { #lines [#(#results,)* #(#padding),*] })
    });
    let finish = s.levels.iter().enumerate().map(|(level, sums)| {
        let steps = (0..ns).filter(|i| f.levels[*i] == level).map(|i| {
            let leaves = Leaves { d, sums, sums_are_means: true };
            let leaf = |e| leaves.tokens(e);
            let mut body = Body::new(&d.graph, &leaf, &d.consts, None);
            let value = body.value(d.definitions[i]);
            let lines = body.lines();
            quote!({ #lines s[#i] = #value; })
        });
        quote!(#level => { #(#steps)* })
    });

    let (hoist_apply, apply, y, na) = hoisted(d, outer, &[d.y]);
    let y = &y[0];

    let within: Vec<ExprId> =
        (0..learned).filter(|i| is_within(&d.graph, inputs[*i])).map(|i| d.dparams[i]).collect();
    let term_roots: Vec<ExprId> = s.backward.iter().chain(&within).copied().collect();
    let (hoist_terms, terms, results, nt) = hoisted(d, outer, &term_roots);
    let (sums, param_terms) = results.split_at(nb);
    let mut param_terms = param_terms.iter();
    let param_terms = (0..np).map(|i| {
        if i < learned && is_within(&d.graph, inputs[i]) {
            param_terms.next().map_or_else(|| quote!(V::lit(0.0)), |t| quote!(#t))
        } else {
            quote!(V::lit(0.0))
        }
    });

    let statistic_gradients = straight(d, &s.backward, false, &d.hat_gradients);
    let set_params: Vec<ExprId> = (0..learned)
        .filter(|i| !is_within(&d.graph, inputs[*i]))
        .collect::<Vec<_>>()
        .iter()
        .map(|i| d.dparams[*i])
        .collect();
    let leaves = Leaves { d, sums: &s.backward, sums_are_means: false };
    let leaf = |e| leaves.tokens(e);
    let mut body = Body::new(&d.graph, &leaf, &d.consts, None);
    let mut found = set_params.iter().map(|r| body.value(*r)).collect::<Vec<_>>().into_iter();
    let param_lines = body.lines();
    let param_results = (0..np).map(|i| {
        // Nothing flows into a frozen input.
        if i >= learned || is_within(&d.graph, inputs[i]) {
            quote!(V::lit(0.0))
        } else {
            found.next().map_or_else(|| quote!(V::lit(0.0)), |t| quote!(#t))
        }
    });

    let chain_steps = (0..ns).rev().map(|i| {
        let mut body = Body::new(&d.graph, &leaf, &d.consts, None);
        let value = body.value(d.total_definitions[i]);
        let lines = body.lines();
        let total = format_ident!("total{i}");
        quote!(let #total = { #lines #value };)
    });
    let totals: Vec<_> = (0..ns).map(|i| format_ident!("total{i}")).collect();
    let unpack = totals.iter().enumerate().map(|(i, t)| quote!(let #t = g[#i];));
    let (hoist_input, input, dx, ni) = hoisted(d, outer, &[d.dx]);
    let dx = &dx[0];

    let of_statistics = quote! { match LEVEL { #(#accumulate,)* _ => [V::lit(0.0); #nm] } };
    let finish = quote! { match LEVEL { #(#finish,)* _ => {} } };
    let (of_statistics, chain) = if f.statistics_look_back() {
        crate::store::of_statistics(
            [ns, np, nc, nm, nb],
            &of_statistics,
            &finish,
            &quote!(#(#chain_steps)* [#(#totals),*]),
        )
    } else {
        (
            quote! {
                #[inline(always)]
                fn accumulate<V: ::norm_core::Value, const LEVEL: usize>(x: V, s: &[V; #ns], c: &[f64; #nc]) -> [V; #nm] {
                    #of_statistics
                }
                #[inline(always)]
                fn finish<V: ::norm_core::Value, const LEVEL: usize>(m: &[V; #nm], n: V, s: &mut [V; #ns], c: &[f64; #nc]) {
                    #finish
                }
            },
            quote! {
                #[inline(always)]
                fn chain<V: ::norm_core::Value>(g: &[V; #ns], b: &[V; #nb], s: &[V; #ns], n: V, c: &[f64; #nc]) -> [V; #ns] {
                    #(#chain_steps)*
                    [#(#totals),*]
                }
            },
        )
    };

    quote! {
        type Consts = [f64; #nc];
        type Statistics<V: ::norm_core::Value> = [V; #ns];
        type Means<V: ::norm_core::Value> = [V; #nm];
        type Params<V: ::norm_core::Value> = [V; #np];
        type ForApply<V: ::norm_core::Value> = [V; #na];
        type ForTerms<V: ::norm_core::Value> = [V; #nt];
        type Sums<V: ::norm_core::Value> = [V; #nb];
        type ForInput<V: ::norm_core::Value> = [V; #ni];

        #of_statistics
        #[inline(always)]
        fn hoist_apply<V: ::norm_core::Value>(hat: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #na] {
            #hoist_apply
        }
        #[inline(always)]
        fn apply<V: ::norm_core::Value>(x: V, h: &[V; #na], p: &[V; #np], c: &[f64; #nc]) -> V {
            #apply
            #y
        }
        #[inline(always)]
        fn hoist_terms<V: ::norm_core::Value>(hat: &[V; #ns], s: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #nt] {
            #hoist_terms
        }
        #[inline(always)]
        fn terms<V: ::norm_core::Value>(x: V, dy: V, h: &[V; #nt], p: &[V; #np], c: &[f64; #nc]) -> ([V; #nb], [V; #np]) {
            #terms
            ([#(#sums),*], [#(#param_terms),*])
        }
        #[inline(always)]
        fn statistic_gradients<V: ::norm_core::Value>(b: &[V; #nb], hat: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #ns] {
            #statistic_gradients
        }
        #[inline(always)]
        fn param_gradients<V: ::norm_core::Value>(b: &[V; #nb], hat: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #np] {
            #param_lines
            [#(#param_results),*]
        }
        #chain
        #[inline(always)]
        fn hoist_input<V: ::norm_core::Value>(hat: &[V; #ns], s: &[V; #ns], g: &[V; #ns], p: &[V; #np], n: V, c: &[f64; #nc]) -> [V; #ni] {
            #(#unpack)*
            #hoist_input
        }
        #[inline(always)]
        fn input<V: ::norm_core::Value>(x: V, dy: V, h: &[V; #ni], p: &[V; #np], c: &[f64; #nc]) -> V {
            #input
            #dx
        }
    }
}
