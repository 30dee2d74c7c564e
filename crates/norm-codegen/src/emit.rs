//! The stage that writes Rust: descriptor, bodies, plan, documentation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use symbolic::{Axes, ExprId, Node};

use crate::bodies::{Body, Slots};
use crate::derive::{Derivation, Typing};
use crate::docs;
use crate::formula::Formula;
use crate::plan;
use crate::schedule::{Schedule, is_within};

/// Words of `site` and the variants they name.
pub(crate) const SITES: [(&str, &str); 5] = [
    ("inputs", "Inputs"),
    ("weights", "Weights"),
    ("weights_and_inputs", "WeightsAndInputs"),
    ("summed_inputs", "SummedInputs"),
    ("update", "Update"),
];
/// Words of `policy` and the variants they name.
pub(crate) const POLICIES: [(&str, &str); 4] =
    [("instant", "Instant"), ("running", "Running"), ("per_step", "PerStep"), ("streaming", "Streaming")];
/// Words of `invariant` and the variants they name.
pub(crate) const INVARIANCES: [(&str, &str); 6] = [
    ("weight_matrix_scaling", "WeightMatrixScaling"),
    ("weight_matrix_centering", "WeightMatrixCentering"),
    ("weight_vector_scaling", "WeightVectorScaling"),
    ("dataset_scaling", "DatasetScaling"),
    ("dataset_centering", "DatasetCentering"),
    ("case_scaling", "CaseScaling"),
];

fn variant(table: &[(&str, &'static str)], word: &str) -> syn::Ident {
    let name = table.iter().find(|w| w.0 == word).map_or("SummedInputs", |w| w.1);
    format_ident!("{name}")
}

/// All tokens of a checked formula.
pub(crate) fn emit(f: &Formula, tables: Tables) -> TokenStream {
    let tokens = Derivation::of(f, Typing::Kernel)
        .and_then(|kernel| Derivation::of(f, Typing::Natural).map(|natural| (kernel, natural)));
    match tokens {
        Ok((mut kernel, natural)) => {
            let schedule = Schedule::of(f, &mut kernel);
            type_and_impl(f, &kernel, &natural, &schedule, tables)
        }
        Err(e) => {
            syn::Error::new(f.name().span(), format!("cannot derive the gradient: {e}")).to_compile_error()
        }
    }
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
    fn tokens(self, name: &syn::Ident, of: Option<&syn::Ident>) -> TokenStream {
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
                    static TABLE: ::norm_core::Kernel<f32> = ::norm_core::Kernel::of::<#name>();
                    &TABLE
                };
                const KERNEL_F64: &'static ::norm_core::Kernel<f64> = {
                    static TABLE: ::norm_core::Kernel<f64> = ::norm_core::Kernel::of::<#name>();
                    &TABLE
                };
            },
            (Self::Lazily, None) => quote! {
                const KERNEL_F32: &'static ::norm_core::Kernel<f32> = &::norm_core::Kernel::portable::<#name>();
                const KERNEL_F64: &'static ::norm_core::Kernel<f64> = &::norm_core::Kernel::portable::<#name>();
            },
        }
    }
}

fn type_and_impl(
    f: &Formula,
    d: &Derivation,
    natural: &Derivation,
    s: &Schedule,
    tables: Tables,
) -> TokenStream {
    let declaration = &f.declaration;
    let (name, visibility) = (&declaration.name, &declaration.visibility);
    let doc = docs::rustdoc(f, natural);
    let descriptor = descriptor(f, natural);
    let bodies = bodies(f, d, s);
    let (levels, moments) = (s.levels.len(), s.central_moments);
    let tables = tables.tokens(name, declaration.kernels.as_ref());
    let within = d.inputs().into_iter().map(|p| is_within(&d.graph, p));
    quote! {
        #doc
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #visibility struct #name;

        #[allow(unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        impl ::norm_core::Formula for #name {
            const DESCRIPTOR: &'static ::norm_core::Descriptor = &#descriptor;
            const LEVELS: usize = #levels;
            const CENTRAL_MOMENTS: bool = #moments;
            const PARAM_WITHIN: &'static [bool] = &[#(#within),*];
            #tables
            #bodies
        }
    }
}

fn descriptor(f: &Formula, natural: &Derivation) -> TokenStream {
    let d = &f.declaration;
    let (id, type_name, cite) = (&d.id, d.name.to_string(), d.cite.to_string());
    let title = d.doc_lines().first().cloned().unwrap_or_else(|| type_name.clone());
    let equations = d.equations.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let set = format_ident!("{}", d.reference_set.variant());
    let site = variant(&SITES, &d.site.as_ref().map_or("summed_inputs".into(), ToString::to_string));
    let policy = variant(&POLICIES, &d.policy.as_ref().map_or("instant".into(), ToString::to_string));
    let invariances = d.invariances.iter().map(|i| variant(&INVARIANCES, &i.to_string()));
    let placements = d.placements.iter().map(ToString::to_string);
    let params = d.params.iter().map(|p| {
        let (name, initial, axis) = (p.name.to_string(), p.initial, format_ident!("{}", p.axis.variant()));
        let grows = p.grows.is_some();
        quote!(::norm_core::Param { name: #name, initial: #initial, grows: #grows, axis: ::norm_core::ParamAxis::#axis })
    });
    let consts = d.consts.iter().map(|c| {
        let (name, default) = (c.name.to_string(), c.default);
        quote!(::norm_core::Const { name: #name, default: #default })
    });
    let statistics = f.statistics.iter().enumerate().map(|(i, s)| {
        let (name, is_variance) = (s.0.to_string(), f.is_variance(i));
        quote!(::norm_core::Statistic { name: #name, is_variance: #is_variance })
    });
    let frozen = f.frozen().into_iter().map(|i| {
        let name = crate::derive::frozen_name(&f.statistics[i].0.to_string());
        quote!(::norm_core::Frozen { name: #name, statistic: #i })
    });
    let gotchas = d.gotchas.iter().map(|(text, cite)| {
        let cite = cite.as_ref().map(ToString::to_string).unwrap_or_default();
        quote!(::norm_core::Gotcha { text: #text, cite: #cite })
    });
    let formula = docs::forward(natural);
    let gradient = docs::backward(natural);
    let (formula, gradient) =
        (formula.iter().map(docs::Line::tokens), gradient.iter().map(docs::Line::tokens));
    let exact = !plan::has_declared_gradient(f);
    let plan = plan::emit(f);
    quote! {
        ::norm_core::Descriptor {
            id: #id,
            type_name: #type_name,
            title: #title,
            cite: #cite,
            equations: #equations,
            reference_set: ::norm_core::ReferenceSet::#set,
            site: ::norm_core::Site::#site,
            policy: ::norm_core::PolicyKind::#policy,
            placements: &[#(#placements),*],
            invariances: &[#(::norm_core::Invariance::#invariances),*],
            params: &[#(#params),*],
            consts: &[#(#consts),*],
            statistics: &[#(#statistics),*],
            frozen: &[#(#frozen),*],
            formula: &[#(#formula),*],
            gradient: &[#(#gradient),*],
            exact_gradient: #exact,
            gotchas: &[#(#gotchas),*],
            plan: #plan,
        }
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
    // Those that the way back gives something for.
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
