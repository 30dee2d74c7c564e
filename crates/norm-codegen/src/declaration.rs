//! The declaration as written: syntax only, every span kept.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, Lit, LitFloat, LitInt, LitStr, Token, Visibility, braced, parenthesized};

use crate::range::Range;
use crate::syntax::Errors;

/// A parsed `normalization!`.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) cite: Ident,
    pub(crate) equations: Option<LitStr>,
    pub(crate) id: LitStr,
    pub(crate) reference_set: ReferenceSet,
    /// All sets it names, with where they stand; the first is `reference_set`.
    pub(crate) sets: Vec<(ReferenceSet, Span)>,
    pub(crate) reference_span: Span,
    pub(crate) site: Option<Ident>,
    pub(crate) policy: Option<Ident>,
    pub(crate) invariances: Vec<Ident>,
    pub(crate) placements: Vec<Ident>,
    /// The declaration of the same formula whose compiled loops serve this one too.
    pub(crate) kernels: Option<Ident>,
    pub(crate) gotchas: Vec<(LitStr, Option<Ident>)>,
    pub(crate) params: Vec<Param>,
    pub(crate) consts: Vec<Const>,
    pub(crate) lets: Vec<Let>,
    /// What the average of a statistic is before the first batch, where that is not the usual.
    pub(crate) starts: Vec<(Ident, Start)>,
    /// Names whose line could not be read.
    pub(crate) broken: Vec<Ident>,
    /// What was wrong line by line; the checker adds what is wrong with the whole.
    pub(crate) errors: Errors,
}

/// `param name [: axis] = initial;`, the initial value a number or `sqrt(n)`.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) axis: ParamAxis,
    pub(crate) initial: f64,
    /// Where it says `sqrt(n)`: the initial value is multiplied by the root of the elements of a set.
    pub(crate) grows: Option<Span>,
}

/// `starts name = 1.0;` or `starts name = normal;`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Start {
    /// The same value in every set.
    Value(f64),
    /// Drawn for each set from the standard normal distribution.
    Normal,
}

/// `const name = default;`, or `const name = default, at least 0;`.
#[derive(Debug, Clone)]
pub(crate) struct Const {
    pub(crate) name: Ident,
    pub(crate) default: f64,
    pub(crate) range: Option<Range>,
}

/// `name = expression;`
#[derive(Debug, Clone)]
pub(crate) struct Let {
    pub(crate) name: Ident,
    pub(crate) value: Expr,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// As it stands in a declaration.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The variant's name in `norm-core`.
            pub(crate) const fn variant(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }
            pub(crate) fn from_word(word: &str, span: Span) -> syn::Result<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word).ok_or_else(|| {
                    let all = Self::ALL.iter().map(|v| v.word()).collect::<Vec<_>>().join(", ");
                    syn::Error::new(span, format!("`{word}` is none of: {all}"))
                })
            }
        }
    };
}

words!(
    /// Which elements a statistic pools.
    ReferenceSet {
        /// No statistic.
        Nothing = "nothing",
        /// All features of a case.
        Features = "features",
        /// The channels of a group.
        Group = "group",
        /// The space of a channel of a case.
        Space = "space",
        /// The weights into a unit.
        FanIn = "fan_in",
        /// All channels at one place.
        Channels = "channels",
        /// The weights into a unit, kept per unit.
        Unit = "unit",
        /// A feature over the batch.
        Batch = "batch",
        /// A channel over batch and space.
        BatchSpace = "batch + space",
        /// A feature over batch and time.
        BatchTime = "batch + time",
    }
);

words!(
    /// Over what a parameter varies.
    ParamAxis {
        /// One value.
        Scalar = "scalar",
        /// One per group.
        Group = "group",
        /// One per channel.
        Channel = "channel",
        /// One per channel and position.
        Element = "element",
    }
);

impl ReferenceSet {
    /// Whether `(K, S)` is pooled for each `(n, g)`, else `(N, S)` for each `(g, k)`.
    pub const fn is_rowwise(self) -> bool {
        match self {
            Self::Nothing | Self::Features | Self::Group | Self::Space | Self::FanIn | Self::Channels => true,
            Self::Unit | Self::Batch | Self::BatchSpace | Self::BatchTime => false,
        }
    }
}

pub(crate) fn number(input: ParseStream) -> syn::Result<f64> {
    let negative = input.parse::<Option<Token![-]>>()?.is_some();
    let value = match input.parse::<Lit>()? {
        Lit::Float(f) => LitFloat::base10_parse::<f64>(&f)?,
        Lit::Int(i) => LitInt::base10_parse::<f64>(&i)?,
        other => return Err(syn::Error::new(other.span(), "expected a number")),
    };
    Ok(if negative { -value } else { value })
}

/// An initial value: a number, or `sqrt(n)` with `n` the elements that a set pools.
fn initial(input: ParseStream) -> syn::Result<(f64, Option<Span>)> {
    if !input.peek(Ident) {
        return Ok((number(input)?, None));
    }
    let word: Ident = input.parse()?;
    let argument: syn::Result<Ident> = if word == "sqrt" && input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in input);
        inner.parse()
    } else {
        Err(syn::Error::new(word.span(), ""))
    };
    match argument {
        Ok(n) if n == "n" => Ok((1.0, Some(word.span()))),
        _ => Err(syn::Error::new(word.span(), "an initial value is a number or `sqrt(n)`")),
    }
}

/// What a store starts at: a number, or `normal`.
fn start(input: ParseStream) -> syn::Result<Start> {
    if !input.peek(Ident) {
        return Ok(Start::Value(number(input)?));
    }
    let word: Ident = input.parse()?;
    if word == "normal" {
        Ok(Start::Normal)
    } else {
        Err(syn::Error::new(word.span(), "what is stored starts at 0, at 1 or at `normal`"))
    }
}

impl Parse for Declaration {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name = input.parse()?;
        let head;
        parenthesized!(head in input);
        let cite = head.parse().map_err(|e| {
            syn::Error::new(e.span(), "expected a citation key of references.bib, such as ba2016layer")
        })?;
        let mut equations = None;
        if head.parse::<Option<Token![,]>>()?.is_some() && !head.is_empty() {
            let key: Ident = head.parse()?;
            if key != "eq" {
                return Err(syn::Error::new(key.span(), "expected `eq = \"numbers\"`"));
            }
            head.parse::<Token![=]>()?;
            equations = Some(head.parse()?);
        }
        input.parse::<Token![as]>().map_err(|e| {
            syn::Error::new(
                e.span(),
                "expected `as \"id\"`: the short name people type, such as as \"layer\"",
            )
        })?;
        let id = input.parse()?;
        let over: Ident =
            input.parse().map_err(|e| syn::Error::new(e.span(), "expected `over` reference set"))?;
        if over != "over" {
            return Err(syn::Error::new(over.span(), "expected `over` followed by a reference set"));
        }
        let mut sets = Vec::new();
        loop {
            let first: Ident = input.parse()?;
            let mut set = first.to_string();
            while input.parse::<Option<Token![+]>>()?.is_some() {
                set = format!("{set} + {}", input.parse::<Ident>()?);
            }
            sets.push((ReferenceSet::from_word(&set, first.span())?, first.span()));
            if input.parse::<Option<Token![,]>>()?.is_none() {
                break;
            }
        }
        let (reference_set, reference_span) = sets[0];
        let mut d = Self {
            attributes,
            visibility,
            name,
            cite,
            equations,
            id,
            reference_set,
            sets,
            reference_span,
            site: None,
            policy: None,
            invariances: Vec::new(),
            placements: Vec::new(),
            kernels: None,
            gotchas: Vec::new(),
            params: Vec::new(),
            consts: Vec::new(),
            lets: Vec::new(),
            starts: Vec::new(),
            broken: Vec::new(),
            errors: Errors::default(),
        };
        let body;
        braced!(body in input);
        while !body.is_empty() {
            let mut name = None;
            if let Err(e) = d.item(&body, &mut name) {
                d.errors.push(e);
                d.broken.extend(name);
                // Go on after the next semicolon, so that all errors of a declaration are shown at once.
                while !body.is_empty() {
                    if matches!(body.parse::<TokenTree>()?, TokenTree::Punct(p) if p.as_char() == ';') {
                        break;
                    }
                }
            }
        }
        Ok(d)
    }
}

/// Reads words with commas between them.
fn words(input: ParseStream, into: &mut Vec<Ident>) -> syn::Result<()> {
    loop {
        into.push(input.parse()?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            return Ok(());
        }
    }
}

impl Declaration {
    /// Reads a line. What it names goes to `named` as soon as that is known.
    fn item(&mut self, body: ParseStream, named: &mut Option<Ident>) -> syn::Result<()> {
        if body.peek(Token![const]) {
            body.parse::<Token![const]>()?;
            let name: Ident = body.parse()?;
            *named = Some(name.clone());
            body.parse::<Token![=]>()?;
            let default = number(body)?;
            let ranged = body.parse::<Option<Token![,]>>()?.is_some();
            let range = if ranged { Some(Range::parse(body)?) } else { None };
            self.consts.push(Const { name, default, range });
            body.parse::<Token![;]>()?;
            return Ok(());
        }
        let word: Ident = body.parse().map_err(|e| {
            syn::Error::new(
                e.span(),
                "expected param, const, site, policy, starts, placement, kernels, invariant, gotcha or `name = expression;`",
            )
        })?;
        if body.peek(Token![=]) {
            *named = Some(word.clone());
            body.parse::<Token![=]>()?;
            self.lets.push(Let { name: word, value: body.parse()? });
            body.parse::<Token![;]>()?;
            return Ok(());
        }
        match word.to_string().as_str() {
            "param" => {
                let name: Ident = body.parse()?;
                *named = Some(name.clone());
                let mut axis = ParamAxis::Channel;
                if body.parse::<Option<Token![:]>>()?.is_some() {
                    let word: Ident = body.parse()?;
                    // A wrong word still declares the parameter: its uses are no errors of their own.
                    match ParamAxis::from_word(&word.to_string(), word.span()) {
                        Ok(known) => axis = known,
                        Err(e) => self.errors.push(e),
                    }
                }
                body.parse::<Token![=]>()?;
                let (initial, grows) = initial(body)?;
                self.params.push(Param { name, axis, initial, grows });
            }
            "starts" => {
                let name = body.parse()?;
                body.parse::<Token![=]>()?;
                self.starts.push((name, start(body)?));
            }
            "site" => self.site = Some(body.parse()?),
            "policy" => self.policy = Some(body.parse()?),
            "kernels" => self.kernels = Some(body.parse()?),
            "invariant" => words(body, &mut self.invariances)?,
            "placement" => words(body, &mut self.placements)?,
            "gotcha" => {
                let text = body.parse()?;
                let mut cite = None;
                if body.peek(syn::token::Paren) {
                    let inner;
                    parenthesized!(inner in body);
                    cite = Some(inner.parse()?);
                }
                self.gotchas.push((text, cite));
            }
            _ => {
                let m = format!(
                    "`{word}` starts no line: write `{word} = expression;` for a let, or param, const, site, policy, starts, placement, kernels, invariant, gotcha"
                );
                return Err(syn::Error::new(word.span(), m));
            }
        }
        body.parse::<Token![;]>()?;
        Ok(())
    }

    /// The doc comment's lines.
    pub(crate) fn doc_lines(&self) -> Vec<String> {
        doc_lines(&self.attributes)
    }
}

pub(crate) fn doc_lines(attributes: &[Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for a in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        if let syn::Meta::NameValue(v) = &a.meta
            && let Expr::Lit(l) = &v.value
            && let Lit::Str(s) = &l.lit
        {
            lines.push(s.value().trim().to_owned());
        }
    }
    lines
}

/// The type a broken declaration meant to make, as far as its name can be read: a unit type that normalizes
/// nothing, so that the errors in the declaration are the only ones.
pub(crate) fn stub(input: &TokenStream) -> TokenStream {
    let mut name = None;
    let mut public = false;
    for token in input.clone() {
        match token {
            TokenTree::Ident(i) if i == "pub" => public = true,
            TokenTree::Ident(i) => {
                name = Some(i);
                break;
            }
            _ => {}
        }
    }
    let Some(name) = name else { return TokenStream::new() };
    let visibility = if public { quote!(pub) } else { quote!() };
    let text = format!("{name}(none) as \"stub\" over nothing {{ y = x; }}");
    let Ok(mut d) = syn::parse_str::<Declaration>(&text) else { return TokenStream::new() };
    d.visibility = syn::parse2(visibility).unwrap_or(Visibility::Inherited);
    d.name = name;
    crate::expand(&d, crate::emit::Tables::Lazily).unwrap_or_default()
}
