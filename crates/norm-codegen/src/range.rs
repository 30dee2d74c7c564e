//! The range of a constant, in words behind its default: `const rmax = 3.0, at least 1;`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{Ident, LitInt, Token};

use crate::declaration::{Const, Declaration, number};
use crate::syntax::Errors;

const WORDS: &str = "a range is `at least 0`, `above 0` or `from 0 to 1`, with `whole` before it for whole numbers and \
                     perhaps `, not 0 with other` behind it";

/// As written.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    least: f64,
    above: bool,
    most: f64,
    whole: bool,
    /// Another constant beside which it must not be 0.
    not_zero_with: Option<Ident>,
}

fn word(input: ParseStream) -> syn::Result<(String, proc_macro2::Span)> {
    let word: Ident = input.parse().map_err(|e| syn::Error::new(e.span(), WORDS))?;
    Ok((word.to_string(), word.span()))
}

fn expect(input: ParseStream, wanted: &str) -> syn::Result<()> {
    match word(input)? {
        (got, _) if got == wanted => Ok(()),
        (_, span) => Err(syn::Error::new(span, WORDS)),
    }
}

impl Range {
    /// What stands behind a comma.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut range =
            Self { least: 0.0, above: false, most: f64::INFINITY, whole: false, not_zero_with: None };
        let (mut first, mut span) = word(input)?;
        if first == "whole" {
            range.whole = true;
            (first, span) = word(input)?;
        }
        match first.as_str() {
            "at" => expect(input, "least")?,
            "above" => range.above = true,
            "from" => {}
            _ => return Err(syn::Error::new(span, WORDS)),
        }
        range.least = number(input)?;
        if first == "from" {
            expect(input, "to")?;
            range.most = number(input)?;
        }
        if input.parse::<Option<Token![,]>>()?.is_some() {
            expect(input, "not")?;
            let zero: LitInt = input.parse().map_err(|e| syn::Error::new(e.span(), WORDS))?;
            if zero.base10_digits() != "0" {
                return Err(syn::Error::new(zero.span(), WORDS));
            }
            expect(input, "with")?;
            range.not_zero_with = Some(input.parse()?);
        }
        Ok(range)
    }

    fn holds(&self, value: f64) -> bool {
        let low = if self.above { value > self.least } else { value >= self.least };
        low && value <= self.most && (!self.whole || value.fract() == 0.0)
    }

    /// As a message says it behind "must be".
    fn words(&self) -> String {
        let kind = if self.whole { "a whole number, " } else { "" };
        let least = self.least;
        let range = match (self.above, self.most) {
            (true, _) => format!("above {least}"),
            (false, most) if most.is_finite() => format!("from {least} to {most}"),
            (false, _) => format!("at least {least}"),
        };
        let beside = self.not_zero_with.as_ref();
        let beside = beside.map_or_else(String::new, |other| format!(", and not 0 where `{other}` is 0"));
        format!("{kind}{range}{beside}")
    }
}

impl Declaration {
    /// What is wrong with the ranges: a default outside its own, or a neighbour that is no constant.
    pub(crate) fn check_ranges(&self, errors: &mut Errors) {
        let ranged = self.consts.iter().filter_map(|c| Some((c, c.range.as_ref()?)));
        for (Const { name, default, .. }, range) in ranged {
            if !range.holds(*default) {
                errors
                    .at(name.span(), format!("`{name}` starts at {default}, which is not {}", range.words()));
            }
            if let Some(other) = &range.not_zero_with
                && self.consts.iter().all(|c| c.name != *other)
            {
                errors.at(other.span(), format!("`{other}` is no constant of this declaration"));
            }
        }
    }
}

/// The ranges as constants of `norm-core`.
pub(crate) fn tokens(consts: &[Const]) -> Vec<TokenStream> {
    let ranged = consts.iter().filter_map(|c| Some((c.name.to_string(), c.range.as_ref()?)));
    let one = |(of, range): (String, &Range)| {
        let Range { least, above, whole, .. } = range;
        let words = range.words();
        let most = if range.most.is_finite() {
            let most = range.most;
            quote!(#most)
        } else {
            quote!(f64::INFINITY)
        };
        let with = range.not_zero_with.as_ref().map(ToString::to_string);
        let with = with.map_or_else(|| quote!(None), |with| quote!(Some(#with)));
        quote!(::norm_core::Range {
            of: #of, words: #words, least: #least, above: #above, most: #most, whole: #whole, not_zero_with: #with
        })
    };
    ranged.map(one).collect()
}
