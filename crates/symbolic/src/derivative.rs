//! Reverse mode on the graph: one table of derivatives, adjoints summed where values were broadcast.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Axes, Binary, Error, ExprId, Graph, Node, Unary};

/// What a node passes to one operand.
struct Contribution {
    operand: ExprId,
    /// The contribution, as a value over `domain` (it need not vary over all of it).
    value: ExprId,
    /// The axes over which the operand's value was used.
    domain: Axes,
}

impl Graph {
    /// Reverse mode. For outputs `y` with adjoints `dy`, the adjoint of each node of `wrt`: the derivative of
    /// `sum over outputs and their elements of dy*y`, simplified, over the axes of that node.
    ///
    /// The nodes of `wrt` are usually symbols; for any other node it is the adjoint at that node. Symbols are
    /// independent of each other whatever [`Graph::define`] says. An adjoint that varies over more axes than its
    /// output is summed over them.
    ///
    /// # Errors
    /// [`Error::UnknownExpr`] for ids of another graph.
    pub fn gradient(&mut self, outputs: &[(ExprId, ExprId)], wrt: &[ExprId]) -> Result<Vec<ExprId>, Error> {
        let roots: Vec<ExprId> = outputs.iter().map(|&(y, _)| y).collect();
        let seeds: Vec<ExprId> = outputs.iter().map(|&(_, dy)| dy).collect();
        self.check(&roots)?;
        self.check(&seeds)?;
        self.check(wrt)?;

        let order = self.postorder(&roots, differentiable_operands);
        let active = self.active(&order, wrt);
        let mut adjoints: BTreeMap<ExprId, Vec<ExprId>> = BTreeMap::new();
        for (&y, &dy) in roots.iter().zip(&seeds) {
            let seed = self.sum(self.axes(dy) - self.axes(y), dy);
            adjoints.entry(y).or_default().push(seed);
        }
        for &e in order.iter().rev().filter(|e| active.contains(e)) {
            let Some(parts) = adjoints.get(&e) else { continue };
            let adjoint = self.add_all(&parts.clone());
            adjoints.insert(e, vec![adjoint]);
            for Contribution { operand, value, domain } in self.contributions(e, adjoint, &active) {
                let reduced = self.sum(domain - self.axes(operand), value);
                adjoints.entry(operand).or_default().push(reduced);
            }
        }
        let mut gradients = Vec::with_capacity(wrt.len());
        for e in wrt {
            let parts = if active.contains(e) { adjoints.get(e).cloned() } else { None };
            let adjoint = self.add_all(&parts.unwrap_or_default());
            gradients.push(self.simplify(adjoint));
        }
        Ok(gradients)
    }

    /// The nodes that depend on one of `wrt`, those included: only they need an adjoint.
    fn active(&self, order: &[ExprId], wrt: &[ExprId]) -> BTreeSet<ExprId> {
        let mut active = BTreeSet::new();
        for &e in order {
            let operands = differentiable_operands(self.node(e));
            if wrt.contains(&e) || operands.iter().any(|o| active.contains(o)) {
                active.insert(e);
            }
        }
        active
    }

    /// The operator table: what a node with this adjoint passes to each of its active operands.
    fn contributions(&mut self, e: ExprId, adjoint: ExprId, active: &BTreeSet<ExprId>) -> Vec<Contribution> {
        let own = self.axes(e);
        let mut list = Vec::new();
        let mut pass = |operand: ExprId, value: ExprId, domain: Axes| {
            list.push(Contribution { operand, value, domain });
        };
        match self.node(e).clone() {
            Node::Const(_) | Node::Symbol(_) | Node::Count(_) => {}
            Node::Add(terms) => terms.into_iter().for_each(|term| pass(term, adjoint, own)),
            Node::Mul(factors) => {
                for (i, &factor) in factors.iter().enumerate().filter(|(_, f)| active.contains(f)) {
                    let mut others = factors.clone();
                    others[i] = adjoint;
                    pass(factor, self.mul_all(&others), own);
                }
            }
            Node::Pow(base, exponent) => {
                let exponent = exponent.get();
                let lowered = self.pow(base, exponent - 1.0);
                let exponent = self.num(exponent);
                pass(base, self.mul_all(&[adjoint, exponent, lowered]), own);
            }
            Node::PowExpr(base, exponent) => {
                let one = self.num(1.0);
                let less = self.sub(exponent, one);
                let lowered = self.pow_expr(base, less);
                let log = self.ln(base);
                pass(base, self.mul_all(&[adjoint, exponent, lowered]), own);
                pass(exponent, self.mul_all(&[adjoint, e, log]), own);
            }
            Node::Unary(op, operand) => {
                if let Some(derivative) = self.unary_derivative(op, e, operand) {
                    pass(operand, self.mul(adjoint, derivative), own);
                }
            }
            Node::Binary(op, left, right) => {
                let (to_left, to_right) = self.binary_derivatives(op, left, right);
                if let Some(derivative) = to_left {
                    pass(left, self.mul(adjoint, derivative), own);
                }
                pass(right, self.mul(adjoint, to_right), own);
            }
            Node::Controlled { value, direction, rate, state } => {
                let one = self.num(1.0);
                let share = self.sub(one, rate);
                let control = self.mul_all(&[share, state, direction]);
                let controlled = self.sub(adjoint, control);
                let count = self.count(own - self.axes(state));
                let found = self.mul(controlled, direction);
                pass(state, self.div(found, count), own);
                pass(value, controlled, own);
            }
            Node::Sum(over, operand) => pass(operand, adjoint, own | over),
            Node::Mean(over, operand) => {
                let count = self.count(over);
                pass(operand, self.div(adjoint, count), own | over);
            }
            Node::Window(window, operand, size) => {
                pass(operand, self.window(window.adjoint(), adjoint, size), own);
            }
        }
        list.retain(|c| active.contains(&c.operand));
        list
    }

    /// The derivative of `value = op(operand)`, unless it is 0 everywhere.
    fn unary_derivative(&mut self, op: Unary, value: ExprId, operand: ExprId) -> Option<ExprId> {
        match op {
            Unary::Exp => Some(value),
            Unary::Ln => Some(self.recip(operand)),
            Unary::Tanh => {
                let square = self.square(value);
                let one = self.num(1.0);
                Some(self.sub(one, square))
            }
            Unary::Sigmoid => {
                let one = self.num(1.0);
                let rest = self.sub(one, value);
                Some(self.mul(value, rest))
            }
            Unary::Erf => {
                let square = self.square(operand);
                let square = self.neg(square);
                let bell = self.exp(square);
                Some(self.scale(std::f64::consts::FRAC_2_SQRT_PI, bell))
            }
            Unary::Abs => Some(self.sign(operand)),
            Unary::Sign | Unary::Step | Unary::StopGradient => None,
        }
    }

    /// The derivatives towards the left and the right operand.
    fn binary_derivatives(&mut self, op: Binary, left: ExprId, right: ExprId) -> (Option<ExprId>, ExprId) {
        let one = self.num(1.0);
        let left_wins = match op {
            Binary::Max => self.sub(left, right),
            Binary::Min => self.sub(right, left),
            Binary::ReplaceGradient => return (None, one),
        };
        let to_left = self.step(left_wins);
        let to_right = self.sub(one, to_left);
        (Some(to_left), to_right)
    }
}

/// The operands a derivative can reach.
fn differentiable_operands(node: &Node) -> Vec<ExprId> {
    match node {
        Node::Unary(op, e) => match op {
            Unary::Sign | Unary::Step | Unary::StopGradient => Vec::new(),
            Unary::Exp | Unary::Ln | Unary::Tanh | Unary::Sigmoid | Unary::Erf | Unary::Abs => vec![*e],
        },
        Node::Binary(op, left, right) => match op {
            Binary::Max | Binary::Min => vec![*left, *right],
            Binary::ReplaceGradient => vec![*right],
        },
        Node::Window(_, e, _) => vec![*e],
        Node::Controlled { value, state, .. } => vec![*value, *state],
        Node::Const(_) | Node::Symbol(_) | Node::Count(_) => Vec::new(),
        Node::Add(_) | Node::Mul(_) | Node::Pow(..) | Node::PowExpr(..) | Node::Sum(..) | Node::Mean(..) => {
            node.operands()
        }
    }
}
