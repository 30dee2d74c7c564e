//! The formula as a graph, and its gradient: forward in two phases with the policy between them, backward in
//! the same two phases reversed.

use std::collections::BTreeMap;

use symbolic::{Axes, Env, ExprId, Graph, Value};

use crate::declaration::ParamAxis;
use crate::formula::Formula;
use crate::term::Term;

/// Which axes symbols are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Their own: what the documentation shows and the interpreter runs.
    Natural,
    /// What the skeletons see: a parameter either varies inside a set (all axes) or does not (the set's own),
    /// so that every reduction is over a whole set.
    Kernel,
}

/// A formula with everything derived from it. Symbols of one graph.
#[derive(Debug, Clone)]
pub struct Derivation {
    /// The arena.
    pub graph: Graph,
    /// The input.
    pub x: ExprId,
    /// The upstream gradient.
    pub dy: ExprId,
    /// Parameters.
    pub params: Vec<ExprId>,
    /// States of controls, one value per reference set; after the parameters they are what `dparams` is of.
    pub controls: Vec<ExprId>,
    /// Frozen inputs, one value per reference set and without a gradient: what statistics were before this batch.
    pub frozen: Vec<ExprId>,
    /// Constants.
    pub consts: Vec<ExprId>,
    /// Statistics as they are now.
    pub current: Vec<ExprId>,
    /// Statistics as the policy hands them back.
    pub hat: Vec<ExprId>,
    /// What each statistic is, in `x` and earlier current ones.
    pub definitions: Vec<ExprId>,
    /// The output, in `x`, the handed-back statistics and parameters.
    pub y: ExprId,
    /// The gradient at each handed-back statistic.
    pub hat_gradients: Vec<ExprId>,
    /// Symbols for those gradients after the policy's rule.
    pub ruled: Vec<ExprId>,
    /// Symbols for the gradient at each current statistic, all paths counted.
    pub totals: Vec<ExprId>,
    /// What each total is, in the ruled gradients and later totals.
    pub total_definitions: Vec<ExprId>,
    /// The gradient of each parameter, and after them what is to be added to the state of each control.
    pub dparams: Vec<ExprId>,
    /// The gradient of the input, in the totals.
    pub dx: ExprId,
}

fn latex_name(name: &str) -> String {
    match name {
        "mu" | "rho" | "nu" | "alpha" | "beta" | "gamma" | "tau" | "kappa" | "sigma" | "phi" => {
            format!("\\{name}")
        }
        "eps" => "\\varepsilon".into(),
        "var" => "\\sigma^2".into(),
        one if one.len() == 1 => one.into(),
        // `mu_b` is a mu with an index.
        word => match word.split_once('_') {
            Some((base, index)) if !base.is_empty() => {
                format!("{}_{{{}}}", latex_name(base), latex_name(&index.replace('_', ",")))
            }
            _ => format!("\\mathrm{{{word}}}"),
        },
    }
}

/// What a frozen input is called.
pub(crate) fn frozen_name(statistic: &str) -> String {
    format!("prev_{statistic}")
}

/// What the state of a control is called.
pub(crate) fn control_name(shorthand: &str) -> String {
    format!("control_{shorthand}")
}

pub(crate) fn param_axes(axis: ParamAxis) -> Axes {
    match axis {
        ParamAxis::Scalar => Axes::EMPTY,
        ParamAxis::Group => Axes::G,
        ParamAxis::Channel => Axes::G | Axes::K,
        ParamAxis::Element => Axes::G | Axes::K | Axes::S,
    }
}

struct Builder<'a> {
    f: &'a Formula,
    g: Graph,
    x: ExprId,
    params: Vec<ExprId>,
    consts: Vec<ExprId>,
    controls: Vec<ExprId>,
    /// By statistic, where its earlier value is looked at.
    previous: BTreeMap<usize, ExprId>,
}

impl Builder<'_> {
    fn term(&mut self, t: &Term, statistics: &[ExprId]) -> ExprId {
        match t {
            Term::Number(v) => self.g.num(*v),
            Term::X => self.x,
            Term::Count => self.g.count(self.f.set_axes()),
            Term::Param(i) => self.params[*i],
            Term::Const(i) => self.consts[*i],
            Term::Statistic(i) => statistics[*i],
            Term::Previous(i) => self.previous[i],
            // Resolved, or the declaration is wrong.
            Term::Later(_) => self.g.num(f64::NAN),
            Term::Alias(i) => self.term(&self.f.aliases[*i].1, statistics),
            Term::Controlled { control, of } => {
                let [value, direction, rate] = [0, 1, 2].map(|i| self.term(&of[i], statistics));
                self.g.controlled(value, direction, rate, self.controls[*control])
            }
            Term::Add(a, b) => {
                let (a, b) = (self.term(a, statistics), self.term(b, statistics));
                self.g.add(a, b)
            }
            Term::Sub(a, b) => {
                let (a, b) = (self.term(a, statistics), self.term(b, statistics));
                self.g.sub(a, b)
            }
            Term::Mul(a, b) => {
                let (a, b) = (self.term(a, statistics), self.term(b, statistics));
                self.g.mul(a, b)
            }
            Term::Div(a, b) => {
                let (a, b) = (self.term(a, statistics), self.term(b, statistics));
                self.g.div(a, b)
            }
            Term::Neg(a) => {
                let a = self.term(a, statistics);
                self.g.neg(a)
            }
            Term::Call(f, a) => {
                let a: Vec<ExprId> = a.iter().map(|a| self.term(a, statistics)).collect();
                f.build(&mut self.g, self.f.set_axes(), &a)
            }
            Term::Over(f, a, set) => {
                let a = self.term(a, statistics);
                f.build(&mut self.g, crate::sets::axes(*set), &[a])
            }
            Term::Window(window, a, size) => {
                let (a, size) = (self.term(a, statistics), self.term(size, statistics));
                self.g.window(*window, a, size)
            }
        }
    }
}

impl Derivation {
    /// Derives everything. With [`Typing::Natural`] current and handed-back statistics are the same symbols.
    #[expect(clippy::too_many_lines, reason = "the order of derivation, one step after the other")]
    pub fn of(f: &Formula, typing: Typing) -> Result<Self, symbolic::Error> {
        let set = f.set_axes();
        let outer = Axes::ALL.minus(set);
        let mut g = Graph::new();
        crate::words::name_axes(&mut g, f);
        let x = g.symbol("x", "x", Axes::ALL)?;
        let dy = g.symbol("dy", "\\partial y", Axes::ALL)?;
        let mut params = Vec::new();
        for p in &f.declaration.params {
            let natural = param_axes(p.axis);
            let axes = match typing {
                Typing::Natural => natural,
                Typing::Kernel if natural.is_subset(outer) && !f.reference_set().is_rowwise() => outer,
                Typing::Kernel => Axes::ALL,
            };
            let name = p.name.to_string();
            params.push(g.symbol(&name, &latex_name(&name), axes)?);
        }
        let mut consts = Vec::new();
        for c in &f.declaration.consts {
            let name = c.name.to_string();
            consts.push(g.symbol(&name, &latex_name(&name), Axes::EMPTY)?);
        }
        let mut controls = Vec::new();
        for name in &f.controls {
            let latex = format!("E_{{{}}}", latex_name(&name.to_string()));
            controls.push(g.symbol(&control_name(&name.to_string()), &latex, outer)?);
        }
        let mut previous = BTreeMap::new();
        for i in f.frozen() {
            let name = f.statistics[i].0.to_string();
            let latex = format!("\\tilde{{{}}}", latex_name(&name));
            previous.insert(i, g.symbol(&frozen_name(&name), &latex, outer)?);
        }
        let frozen: Vec<ExprId> = previous.values().copied().collect();
        let mut b = Builder { f, g, x, params, consts, controls, previous };
        let (mut current, mut hat, mut ruled, mut totals) = (vec![], vec![], vec![], vec![]);
        let mut definitions = Vec::new();
        for (i, (name, term)) in f.statistics.iter().enumerate() {
            let (name, latex) = (name.to_string(), latex_name(&name.to_string()));
            let outer = if f.staged { f.axes[i] } else { outer };
            let definition = b.term(term, &current);
            let symbol = b.g.symbol(&name, &latex, outer)?;
            b.g.define(symbol, definition)?;
            definitions.push(definition);
            current.push(symbol);
            let partial = format!("\\partial {latex}");
            match typing {
                Typing::Natural => {
                    hat.push(symbol);
                    totals.push(b.g.symbol(&format!("d{name}"), &partial, outer)?);
                }
                Typing::Kernel => {
                    hat.push(b.g.symbol(&format!("{name}^"), &format!("\\hat{{{latex}}}"), outer)?);
                    totals.push(b.g.symbol(&format!("d{name}"), &partial, outer)?);
                }
            }
            ruled.push(b.g.symbol(&format!("d{name}^"), &format!("\\hat{{{partial}}}"), outer)?);
        }
        let y = b.term(&f.output, &hat);
        let Builder { mut g, params, consts, controls, .. } = b;

        let mut wrt = vec![x];
        wrt.extend(&hat);
        wrt.extend(params.iter().chain(&controls));
        let mut found = g.gradient(&[(y, dy)], &wrt)?.into_iter();
        let mut dx = found.next().unwrap_or(x);
        let hat_gradients: Vec<ExprId> = found.by_ref().take(hat.len()).map(|e| g.simplify(e)).collect();
        let dparams: Vec<ExprId> = found.map(|e| g.simplify(e)).collect();

        let mut total_definitions = ruled.clone();
        let (unit, one) = (g.symbol("d1", "1", outer)?, g.num(1.0));
        for i in (0..current.len()).rev() {
            // Nothing flows through a statistic that is only stored.
            let unused = total_definitions[i] == ruled[i] && g.as_number(hat_gradients[i]) == Some(0.0);
            if unused {
                continue;
            }
            let mut wrt = vec![x];
            wrt.extend(&current[..i]);
            // The gradient is linear in the total, so it is derived for a unit and multiplied afterwards: what a
            // sweep sums then never holds a total, which is known only after the sweep.
            // With several sets a total may vary over what is summed, so it stays inside.
            let upstream = if f.staged { totals[i] } else { unit };
            let found = g.gradient(&[(definitions[i], upstream)], &wrt)?;
            let times_total = |e: ExprId, g: &mut Graph| {
                if f.staged {
                    return e;
                }
                let e = g.substitute(e, &[(unit, one)]);
                let e = g.simplify(e);
                g.mul(totals[i], e)
            };
            let contribution = times_total(found[0], &mut g);
            dx = g.add(dx, contribution);
            for (j, e) in found[1..].iter().enumerate() {
                let contribution = times_total(*e, &mut g);
                total_definitions[j] = g.add(total_definitions[j], contribution);
            }
        }
        let total_definitions = total_definitions.into_iter().map(|e| g.simplify(e)).collect();
        let dx = g.simplify(dx);
        Ok(Self {
            graph: g,
            x,
            dy,
            params,
            controls,
            frozen,
            consts,
            current,
            hat,
            definitions,
            y,
            hat_gradients,
            ruled,
            totals,
            total_definitions,
            dparams,
            dx,
        })
    }

    /// The graph with a symbol for each shorthand of the declaration, and what that stands for. Only readers need
    /// them, so the graph that code is made of is without.
    pub(crate) fn with_shorthands(&self, f: &Formula) -> (Graph, Vec<(ExprId, ExprId)>) {
        let mut b = Builder {
            f,
            g: self.graph.clone(),
            x: self.x,
            params: self.params.clone(),
            consts: self.consts.clone(),
            controls: self.controls.clone(),
            previous: f.frozen().into_iter().zip(self.frozen.iter().copied()).collect(),
        };
        let mut shorthands = Vec::new();
        for (i, (name, _)) in f.aliases.iter().enumerate() {
            let meaning = b.term(&Term::Alias(i), &self.hat);
            let meaning = b.g.simplify(meaning);
            let (name, axes) = (name.to_string(), b.g.axes(meaning));
            // A name that the derivation has for something else stays its own.
            if b.g.find(&name).is_none()
                && let Ok(symbol) = b.g.symbol(&name, &latex_name(&name), axes)
            {
                shorthands.push((symbol, meaning));
            }
        }
        (b.g, shorthands)
    }

    /// What a call holds besides `x`, in its order.
    pub(crate) fn inputs(&self) -> Vec<ExprId> {
        self.params.iter().chain(&self.controls).chain(&self.frozen).copied().collect()
    }

    fn name(&self, e: ExprId) -> String {
        self.graph.symbol_of(e).map(|s| s.name.clone()).unwrap_or_default()
    }

    /// Runs forward, and backward where `env` binds `dy`, by the interpreter: values by name (`y`, each
    /// statistic, `dx`, `d<param>`). Statistics are current ones and the gradient rule is exact.
    pub fn interpret(&self, mut env: Env) -> Result<BTreeMap<String, Value>, symbolic::Error> {
        let mut out = BTreeMap::new();
        for i in 0..self.current.len() {
            let value = self.graph.evaluate(&[self.definitions[i]], &env)?.remove(0);
            let value = broadcast(&value, self.graph.axes(self.current[i]), &env);
            let data = value.data.clone();
            out.insert(self.name(self.current[i]), value);
            env = env.bind(&self.name(self.current[i]), data.clone()).bind(&self.name(self.hat[i]), data);
        }
        let y = self.graph.evaluate(&[self.y], &env)?.remove(0);
        out.insert("y".into(), broadcast(&y, Axes::ALL, &env));
        if env.value("dy").is_none() {
            return Ok(out);
        }
        for i in (0..self.current.len()).rev() {
            let ruled = self.graph.evaluate(&[self.hat_gradients[i]], &env)?.remove(0);
            let data = self.spread(&ruled, self.ruled[i], &env);
            env = env.bind(&self.name(self.ruled[i]), data);
            let total = self.graph.evaluate(&[self.total_definitions[i]], &env)?.remove(0);
            let data = self.spread(&total, self.totals[i], &env);
            env = env.bind(&self.name(self.totals[i]), data);
        }
        for (p, d) in self.params.iter().chain(&self.controls).zip(&self.dparams) {
            let value = self.graph.evaluate(&[*d], &env)?.remove(0);
            out.insert(format!("d{}", self.name(*p)), broadcast(&value, self.graph.axes(*p), &env));
        }
        let dx = self.graph.evaluate(&[self.dx], &env)?.remove(0);
        out.insert("dx".into(), broadcast(&dx, Axes::ALL, &env));
        Ok(out)
    }

    /// A value over fewer axes than its symbol, repeated.
    fn spread(&self, v: &Value, symbol: ExprId, env: &Env) -> Vec<f64> {
        broadcast(v, self.graph.axes(symbol), env).data
    }
}

/// `v` repeated over `axes`, which contain its own.
pub(crate) fn broadcast(v: &Value, axes: Axes, env: &Env) -> Value {
    let mut data = v.data.clone();
    // From the innermost axis outwards: what lies inside an axis is a block that is repeated whole.
    let all: Vec<Axes> = axes.iter().collect();
    for axis in all.iter().rev().filter(|a| !v.axes.contains(**a)) {
        let inside: Axes = all.iter().skip_while(|a| *a != axis).skip(1).fold(Axes::EMPTY, |s, a| s | *a);
        let block = env.len(inside);
        let times = env.len(*axis);
        data = data.chunks(block.max(1)).flat_map(|c| c.repeat(times)).collect();
    }
    Value { axes, data }
}
