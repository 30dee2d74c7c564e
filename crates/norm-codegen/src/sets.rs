//! Over what a function pools where a declaration names several sets, and how its windows lie: `mean(x, space)`,
//! `window_mean(x, size, channels, gaussian)`.

use proc_macro2::Span;
use symbolic::{Axes, Divisor, Weights, Window};
use syn::spanned::Spanned;
use syn::{BinOp, Expr};

use crate::declaration::ReferenceSet;
use crate::operators::Function;
use crate::term::Term;

/// Words behind the values of a call, such as `batch + space`.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Word {
    /// An expression read as words; nothing where it is none.
    pub(crate) fn of(e: &Expr) -> Option<Self> {
        let text = match e {
            Expr::Path(p) => p.path.get_ident()?.to_string(),
            Expr::Binary(b) if matches!(b.op, BinOp::Add(_)) => {
                format!("{} + {}", Self::of(&b.left)?.text, Self::of(&b.right)?.text)
            }
            _ => return None,
        };
        Some(Self { text, span: e.span() })
    }
}

/// Axes that a set pools where several stand side by side: all channels are one group.
pub(crate) fn axes(set: ReferenceSet) -> Axes {
    match set {
        ReferenceSet::Nothing => Axes::EMPTY,
        ReferenceSet::Features | ReferenceSet::Group | ReferenceSet::FanIn => Axes::G | Axes::K | Axes::S,
        ReferenceSet::Space => Axes::S,
        ReferenceSet::Channels => Axes::G | Axes::K,
        // Without space in the set the layout has none.
        ReferenceSet::Batch | ReferenceSet::BatchTime | ReferenceSet::BatchSpace | ReferenceSet::Unit => {
            Axes::N | Axes::S
        }
    }
}

/// Sets that may stand beside others.
pub(crate) const BESIDE: [ReferenceSet; 6] = [
    ReferenceSet::Unit,
    ReferenceSet::BatchSpace,
    ReferenceSet::Batch,
    ReferenceSet::Features,
    ReferenceSet::Space,
    ReferenceSet::Channels,
];

/// A pooling function with its words. `listed` are the sets of the declaration.
pub(crate) fn pooled(
    f: Function,
    mut values: Vec<Term>,
    words: &[Word],
    listed: &[ReferenceSet],
    used: &mut Vec<ReferenceSet>,
) -> Result<Term, (Option<Span>, String)> {
    let names = || listed.iter().map(|s| s.word()).collect::<Vec<_>>().join(", ");
    let Some(first) = words.first() else {
        let (name, at) = (f.name(), values.len());
        let place = if at == 1 { "x" } else { "x, size" };
        let message = format!(
            "`{name}` has several sets to choose from here: write `{name}({place}, set)`, set being one of: {}",
            names()
        );
        return Err((None, message));
    };
    let Some(set) = listed.iter().copied().find(|s| s.word() == first.text) else {
        let message = format!("`{}` is none of the sets this declaration is over: {}", first.text, names());
        return Err((Some(first.span), message));
    };
    used.push(set);
    if !f.is_window() {
        if let Some(more) = words.get(1) {
            return Err((Some(more.span), format!("`{}` pools one set", f.name())));
        }
        return Ok(Term::Over(f, Box::new(values.remove(0)), set));
    }
    let axis = match set {
        ReferenceSet::Channels => Axes::K,
        ReferenceSet::Space => Axes::S,
        other => {
            let message = format!("a window lies along `channels` or `space`, not along `{}`", other.word());
            return Err((Some(first.span), message));
        }
    };
    let divisor = if f == Function::WindowSum { Divisor::One } else { Divisor::Whole };
    let mut window = Window { axis, weights: Weights::Box, divisor, transposed: false };
    for word in &words[1..] {
        match word.text.as_str() {
            "gaussian" => window.weights = Weights::Gaussian,
            "inside" if f == Function::WindowMean => window.divisor = Divisor::Inside,
            other => {
                let message = format!("`{other}` is none of: gaussian, inside (of a mean)");
                return Err((Some(word.span), message));
            }
        }
    }
    let size = values.remove(1);
    if !matches!(size, Term::Const(_) | Term::Number(_)) {
        let message = "the size of a window is a constant of the declaration or a number".to_owned();
        return Err((Some(first.span), message));
    }
    Ok(Term::Window(window, Box::new(values.remove(0)), Box::new(size)))
}
