//! The f64 interpreter: slow, obvious, the oracle other paths are judged against.

use std::collections::BTreeMap;

use crate::{Axes, Binary, Error, ExprId, Graph, Node, scalar};

/// What the interpreter needs to know: sizes, values of symbols, and which cases count.
#[derive(Debug, Clone, PartialEq)]
pub struct Env {
    sizes: [usize; 4],
    /// Positions in a row of space, if it has more than one row.
    row: Option<usize>,
    values: BTreeMap<String, Vec<f64>>,
    /// True for cases that count.
    mask: Option<Vec<bool>>,
}

/// A dense array over exactly `axes`, row-major in layout order N, G, K, S.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The axes it varies over.
    pub axes: Axes,
    /// Its elements.
    pub data: Vec<f64>,
}

impl Env {
    /// An environment of these sizes `[n, g, k, s]`, without values or mask.
    pub fn new(sizes: [usize; 4]) -> Self {
        Self { sizes, row: None, values: BTreeMap::new(), mask: None }
    }

    /// Gives a symbol its value: a dense array over exactly the symbol's axes, row-major. A later binding of the
    /// same name replaces an earlier one.
    #[must_use]
    pub fn bind(mut self, name: &str, data: Vec<f64>) -> Self {
        self.values.insert(name.to_owned(), data);
        self
    }

    /// Says how many positions a row of space has; without, all of space is one row. A whole number of rows is meant.
    #[must_use]
    pub fn row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }

    /// Positions in a row of space.
    pub(crate) fn row_length(&self) -> usize {
        self.row.unwrap_or(self.sizes[3])
    }

    /// Says which cases count (true) and which are padding (false): one entry per case.
    #[must_use]
    pub fn mask(mut self, mask: Vec<bool>) -> Self {
        self.mask = Some(mask);
        self
    }

    /// The value bound to a name.
    pub fn value(&self, name: &str) -> Option<&[f64]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// Number of elements of a value over these axes.
    pub fn len(&self, axes: Axes) -> usize {
        self.extents(axes).iter().product()
    }

    /// Sizes, 1 along axes that are not in the set.
    fn extents(&self, axes: Axes) -> [usize; 4] {
        let mut extents = [1; 4];
        for ((extent, size), axis) in extents.iter_mut().zip(self.sizes).zip(Axes::ALL.iter()) {
            if axes.contains(axis) {
                *extent = size;
            }
        }
        extents
    }

    /// Step between neighbours along each axis in a value over these axes, 0 along axes that are not in the set.
    fn strides(&self, axes: Axes) -> [usize; 4] {
        let extents = self.extents(axes);
        let mut strides = [0; 4];
        let mut step = 1;
        for (i, axis) in Axes::ALL.iter().enumerate().collect::<Vec<_>>().into_iter().rev() {
            if axes.contains(axis) {
                strides[i] = step;
            }
            step *= extents[i];
        }
        strides
    }

    /// Calls `visit` with the position and the case of every element of a value over these axes, in order.
    fn for_each(&self, axes: Axes, mut visit: impl FnMut([usize; 4])) {
        let [n, g, k, s] = self.extents(axes);
        for i in 0..n {
            for j in 0..g {
                for l in 0..k {
                    for m in 0..s {
                        visit([i, j, l, m]);
                    }
                }
            }
        }
    }

    /// Whether reductions over cases see this case: it is not masked, and there is such a case.
    pub fn is_counted(&self, case: usize) -> bool {
        case < self.sizes[0] && self.mask.as_ref().is_none_or(|mask| mask.get(case) == Some(&true))
    }

    /// How many elements the axes pool.
    fn count(&self, axes: Axes) -> f64 {
        let mut count = self.len(axes - Axes::N);
        if axes.contains(Axes::N) {
            count *= (0..self.sizes[0]).filter(|&case| self.is_counted(case)).count();
        }
        count as f64
    }

    /// Index of the first element that is not a number, in a case that counts.
    fn first_nan(&self, value: &Value) -> Option<usize> {
        let strides = self.strides(value.axes);
        let mut first = None;
        self.for_each(value.axes, |at| {
            let index = offset(at, strides);
            let seen = !value.axes.contains(Axes::N) || self.is_counted(at[0]);
            if first.is_none() && seen && value.data[index].is_nan() {
                first = Some(index);
            }
        });
        first
    }
}

fn offset(at: [usize; 4], strides: [usize; 4]) -> usize {
    at.iter().zip(strides).map(|(i, step)| i * step).sum()
}

impl Graph {
    /// The values of expressions, each over exactly its own axes. Every node is computed once.
    ///
    /// Where a gradient is replaced, only the value is computed; what the surrogate needs may be missing.
    ///
    /// # Errors
    /// [`Error::Unbound`], [`Error::WrongLength`], [`Error::MaskLength`] for an environment that does not fit;
    /// [`Error::NanInput`] and [`Error::NanResult`] for the first value that is not a number in a case that counts
    /// (padding may hold anything); [`Error::UnknownExpr`] for ids of another graph.
    pub fn evaluate(&self, roots: &[ExprId], env: &Env) -> Result<Vec<Value>, Error> {
        self.check(roots)?;
        if let Some(mask) = &env.mask
            && mask.len() != env.sizes[0]
        {
            return Err(Error::MaskLength { expected: env.sizes[0], got: mask.len() });
        }
        let mut done: Vec<Option<Value>> = vec![None; self.len()];
        for e in self.postorder(roots, value_operands) {
            let value = self.compute(e, env, &done)?;
            if let Some(index) = env.first_nan(&value) {
                return Err(match self.symbol_of(e) {
                    Some(symbol) => Error::NanInput { name: symbol.name.clone(), index },
                    None => Error::NanResult { expr: self.to_text(e), index },
                });
            }
            done[e.index()] = Some(value);
        }
        Ok(roots.iter().filter_map(|e| done[e.index()].clone()).collect())
    }

    fn compute(&self, e: ExprId, env: &Env, done: &[Option<Value>]) -> Result<Value, Error> {
        let axes = self.axes(e);
        let of = |operand: ExprId| {
            done[operand.index()].as_ref().expect("postorder: operands come before the nodes that use them")
        };
        let data = match self.node(e) {
            Node::Const(value) => vec![value.get()],
            Node::Count(over) => vec![env.count(*over)],
            Node::Symbol(id) => {
                let symbol = self.symbol_at(*id);
                let Some(data) = env.value(&symbol.name) else {
                    return Err(Error::Unbound { name: symbol.name.clone(), axes });
                };
                let (expected, got) = (env.len(axes), data.len());
                if expected != got {
                    return Err(Error::WrongLength { name: symbol.name.clone(), axes, expected, got });
                }
                data.to_vec()
            }
            Node::Add(terms) => fold(env, axes, terms.iter().map(|&t| of(t)), |a, b| a + b),
            Node::Mul(factors) => fold(env, axes, factors.iter().map(|&f| of(f)), |a, b| a * b),
            Node::Pow(base, exponent) => map(of(*base), |x| scalar::power(x, exponent.get())),
            Node::PowExpr(base, exponent) => {
                fold(env, axes, [of(*base), of(*exponent)].into_iter(), scalar::power)
            }
            Node::Unary(op, operand) => map(of(*operand), |x| scalar::unary(*op, x)),
            Node::Binary(Binary::ReplaceGradient, value, _) | Node::Controlled { value, .. } => {
                fold(env, axes, std::iter::once(of(*value)), |a, _| a)
            }
            Node::Binary(op @ (Binary::Max | Binary::Min), left, right) => {
                fold(env, axes, [of(*left), of(*right)].into_iter(), |a, b| scalar::binary(*op, a, b))
            }
            Node::Sum(over, operand) => reduce(env, *over, of(*operand)),
            Node::Mean(over, operand) => {
                let count = env.count(*over);
                reduce(env, *over, of(*operand)).into_iter().map(|sum| sum / count).collect()
            }
            Node::Window(window, operand, size) => {
                let data = fold(env, axes, std::iter::once(of(*operand)), |a, _| a);
                let size = of(*size).data[0];
                if size < 1.0 || size.fract() != 0.0 {
                    return Err(Error::WindowSize { expr: self.to_text(e), got: size.to_string() });
                }
                window.apply(env, axes, &data, size as usize)
            }
        };
        Ok(Value { axes, data })
    }
}

/// The operands a node's value depends on.
fn value_operands(node: &Node) -> Vec<ExprId> {
    match node {
        Node::Binary(Binary::ReplaceGradient, value, _) | Node::Controlled { value, .. } => vec![*value],
        other => other.operands(),
    }
}

fn map(operand: &Value, f: impl Fn(f64) -> f64) -> Vec<f64> {
    operand.data.iter().map(|&x| f(x)).collect()
}

/// Combines operands element by element, left to right, each broadcast to `axes`.
fn fold<'a>(
    env: &Env,
    axes: Axes,
    operands: impl Iterator<Item = &'a Value>,
    f: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut result: Option<Vec<f64>> = None;
    for operand in operands {
        let strides = env.strides(operand.axes);
        let mut spread = Vec::with_capacity(env.len(axes));
        env.for_each(axes, |at| spread.push(operand.data[offset(at, strides)]));
        result = Some(match result {
            None => spread,
            Some(left) => left.into_iter().zip(spread).map(|(a, b)| f(a, b)).collect(),
        });
    }
    result.unwrap_or_default()
}

/// Sums over axes with Neumaier's compensation; cases that do not count are skipped.
fn reduce(env: &Env, over: Axes, operand: &Value) -> Vec<f64> {
    let kept = operand.axes - over;
    let (from, to) = (env.strides(operand.axes), env.strides(kept));
    let mut sums = vec![(0.0_f64, 0.0_f64); env.len(kept)];
    env.for_each(operand.axes, |at| {
        if over.contains(Axes::N) && !env.is_counted(at[0]) {
            return;
        }
        let x = operand.data[offset(at, from)];
        let (sum, lost) = &mut sums[offset(at, to)];
        let next = *sum + x;
        *lost += if sum.abs() >= x.abs() { (*sum - next) + x } else { (x - next) + *sum };
        *sum = next;
    });
    // An infinite sum has no rounding error to give back.
    sums.into_iter().map(|(sum, lost)| if sum.is_finite() { sum + lost } else { sum }).collect()
}
