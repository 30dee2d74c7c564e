//! What a declaration says about itself, as a constant.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::declaration::Start;
use crate::derive::Derivation;
use crate::formula::Formula;
use crate::gradient::PrintedGradient;
use crate::{docs, plan, range, words};

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

/// The descriptor.
pub(crate) fn descriptor(f: &Formula, natural: &Derivation, printed: &PrintedGradient) -> TokenStream {
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
    let ranges = range::tokens(&d.consts);
    let handed_out = f.handed_out();
    let statistics = handed_out.iter().map(|i| {
        let (name, is_variance) = (&f.statistics[*i].0, f.is_variance(*i));
        let starts = d.starts.iter().find(|s| s.0 == *name).map(|s| s.1);
        let starts = match starts {
            None => quote!(None),
            Some(Start::Value(value)) => quote!(Some(::norm_core::Start::Value(#value))),
            Some(Start::Normal) => quote!(Some(::norm_core::Start::Normal)),
        };
        let name = name.to_string();
        quote!(::norm_core::Statistic { name: #name, is_variance: #is_variance, starts: #starts })
    });
    let frozen = f.frozen().into_iter().map(|i| {
        let name = crate::derive::frozen_name(&f.statistics[i].0.to_string());
        let i = handed_out.iter().position(|s| *s == i).unwrap_or_default();
        quote!(::norm_core::Frozen { name: #name, statistic: #i })
    });
    let gotchas = d.gotchas.iter().map(|(text, cite)| {
        let cite = cite.as_ref().map(ToString::to_string).unwrap_or_default();
        quote!(::norm_core::Gotcha { text: #text, cite: #cite })
    });
    let (formula, gradient) = (docs::forward(natural), docs::backward(printed));
    let letters = words::letters(f, natural, printed, formula.iter().chain(&gradient));
    let letters = letters.iter().map(words::Letter::tokens);
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
            ranges: &[#(#ranges),*],
            statistics: &[#(#statistics),*],
            frozen: &[#(#frozen),*],
            formula: &[#(#formula),*],
            gradient: &[#(#gradient),*],
            letters: &[#(#letters),*],
            exact_gradient: #exact,
            gotchas: &[#(#gotchas),*],
            plan: #plan,
        }
    }
}
