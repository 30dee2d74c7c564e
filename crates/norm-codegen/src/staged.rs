//! What is checked where a declaration pools several sets, or windows: there a statistic is a let that pools, and each
//! says what.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use symbolic::Axes;

use crate::check::Checker;
use crate::declaration::{Declaration, ReferenceSet, Start};
use crate::operators::Function;
use crate::sets::{self, Word};
use crate::term::Term;

fn names_window(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|t| match t {
        TokenTree::Ident(i) => Function::find(&i.to_string()).is_some_and(|f| f.0.is_window()),
        TokenTree::Group(g) => names_window(g.stream()),
        _ => false,
    })
}

/// Whether a declaration pools several sets, or windows.
pub(crate) fn is_staged(d: &Declaration) -> bool {
    d.sets.len() > 1
        || d.reference_set == ReferenceSet::Channels
        || d.lets.iter().any(|l| names_window(l.value.to_token_stream()))
}

impl Checker<'_> {
    /// A pooling function.
    pub(crate) fn pool(&mut self, f: Function, args: Vec<Term>, words: &[Word], span: Span) -> Option<Term> {
        if !self.staged {
            if let Some(word) = words.first() {
                let message =
                    format!("this declaration has one set, which `{0}` pools: write `{0}(...)`", f.name());
                self.errors.at(word.span, message);
                return None;
            }
            return Some(Term::Call(f, args));
        }
        let listed: Vec<ReferenceSet> = self.d.sets.iter().map(|s| s.0).collect();
        match sets::pooled(f, args, words, &listed, &mut self.pooled) {
            Ok(term) => Some(term),
            Err((at, message)) => {
                self.errors.at(at.unwrap_or(span), message);
                None
            }
        }
    }

    /// The axes of each statistic, and what is wrong with a staged declaration as a whole.
    pub(crate) fn staged_axes(&mut self, output: Option<&Term>) -> Vec<Axes> {
        let d = self.d;
        for (i, (set, span)) in d.sets.iter().enumerate() {
            if !sets::BESIDE.contains(set) {
                let all = sets::BESIDE.map(ReferenceSet::word).join(", ");
                self.errors.at(
                    *span,
                    format!("`{}` cannot stand beside other sets; those that can are: {all}", set.word()),
                );
            } else if self.errors.is_empty() && !self.pooled.contains(set) {
                self.errors.at(*span, format!("nothing pools `{}`", set.word()));
            }
            if i > 0 && !set.is_rowwise() {
                self.errors.at(*span, format!("`{}` pools the batch: it comes first", set.word()));
            }
        }
        if let Some(policy) = d.policy.as_ref().filter(|p| *p != "instant" && *p != "running") {
            let message = format!(
                "policy {policy} stores what one set pools, but this declaration has several or a window"
            );
            self.errors.at(policy.span(), message);
        }
        if let Some(other) = &d.kernels {
            self.errors.at(other.span(), "a declaration with several sets or a window has steps of its own");
        }
        for name in &self.controls {
            self.errors.at(name.span(), "`controlled` needs a declaration with one set and no window");
        }
        let mut axes: Vec<Axes> = Vec::new();
        for (_, term) in &self.statistics {
            let own = term.axes(&self.aliases, &d.params, &axes);
            axes.push(own);
        }
        let per_channel = Axes::G | Axes::K;
        for (at, ((name, _), own)) in self.statistics.iter().zip(&axes).enumerate() {
            if own.contains(Axes::N) || *own == per_channel {
                continue;
            }
            // What only other statistics over the batch are made of is never handed out.
            let is = |t: &Term| *t == Term::Statistic(at) || *t == Term::Previous(at);
            let local =
                self.statistics.iter().zip(&axes).filter(|(_, a)| a.contains(Axes::N)).map(|(s, _)| &s.1);
            if local.chain(output).any(|t| t.contains(&self.aliases, &is)) {
                let message = format!(
                    "`{name}` pools the batch, so there is to be one value of it per channel; it varies over {own}"
                );
                self.errors.at(name.span(), message);
            }
        }
        axes
    }

    /// `starts` names statistics that are stored.
    pub(crate) fn starts_are_statistics(&mut self) {
        for (name, start) in &self.d.starts {
            if let Start::Value(value) = start
                && *value != 0.0
                && *value != 1.0
            {
                self.errors.at(name.span(), format!("what is stored starts at 0 or at 1, not at {value}"));
            }
            let known = self.statistics.iter().any(|s| s.0 == *name);
            let stores = self.d.policy.as_ref().is_some_and(|p| p != "instant");
            if !known || !stores {
                let message =
                    format!("`starts` takes the name of a statistic that a policy stores; `{name}` is none");
                self.errors.at(name.span(), message);
            }
        }
    }
}
