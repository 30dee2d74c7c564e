//! A plan made ready to be played: statistics and application in one graph, equal operations said once,
//! products ordered so that small factors meet first.

use norm_core::{Descriptor, Extent, Op, ParamAxis, Skeleton};

/// The operations of one call; operands come first.
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Op>,
    /// The node of each statistic; empty where statistics are given.
    pub(crate) statistics: Vec<usize>,
    /// The node of the result.
    pub(crate) y: usize,
}

/// The same operation over other operands.
fn remap(op: Op, at: &impl Fn(usize) -> usize) -> Op {
    match op {
        Op::Add(a, b) => Op::Add(at(a), at(b)),
        Op::Sub(a, b) => Op::Sub(at(a), at(b)),
        Op::Mul(a, b) => Op::Mul(at(a), at(b)),
        Op::Div(a, b) => Op::Div(at(a), at(b)),
        Op::PowExpr(a, b) => Op::PowExpr(at(a), at(b)),
        Op::Max(a, b) => Op::Max(at(a), at(b)),
        Op::Min(a, b) => Op::Min(at(a), at(b)),
        Op::ReplaceGradient(a, b) => Op::ReplaceGradient(at(a), at(b)),
        Op::Neg(a) => Op::Neg(at(a)),
        Op::Square(a) => Op::Square(at(a)),
        Op::Sqrt(a) => Op::Sqrt(at(a)),
        Op::Pow(a, v) => Op::Pow(at(a), v),
        Op::Exp(a) => Op::Exp(at(a)),
        Op::Ln(a) => Op::Ln(at(a)),
        Op::Tanh(a) => Op::Tanh(at(a)),
        Op::Sigmoid(a) => Op::Sigmoid(at(a)),
        Op::Erf(a) => Op::Erf(at(a)),
        Op::Abs(a) => Op::Abs(at(a)),
        Op::Sign(a) => Op::Sign(at(a)),
        Op::Step(a) => Op::Step(at(a)),
        Op::StopGradient(a) => Op::StopGradient(at(a)),
        Op::Mean(a) => Op::Mean(at(a)),
        Op::Sum(a) => Op::Sum(at(a)),
        Op::MeanOver(a, set) => Op::MeanOver(at(a), set),
        Op::SumOver(a, set) => Op::SumOver(at(a), set),
        Op::Window(window, a, size) => Op::Window(window, at(a), at(size)),
        Op::Controlled(control, a, b, c) => Op::Controlled(control, at(a), at(b), at(c)),
        leaf => leaf,
    }
}

/// Over what a node varies, coarsest first; a product is taken in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Size {
    Number,
    Set,
    Param,
    Element,
}

impl Size {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Set, Self::Param) | (Self::Param, Self::Set) => Self::Element,
            (a, b) => a.max(b),
        }
    }
}

struct Builder<'a> {
    descriptor: &'a Descriptor,
    nodes: Vec<Op>,
    sizes: Vec<Size>,
    /// How often each node of the part being added is an operand in it.
    uses: Vec<usize>,
}

impl Builder<'_> {
    fn push(&mut self, op: Op) -> usize {
        // dfdx has an operation of its own for a square, and takes no tensor twice.
        let op = match op {
            Op::Mul(a, b) if a == b => Op::Square(a),
            other => other,
        };
        if let Some(i) = self.nodes.iter().position(|n| *n == op) {
            return i;
        }
        let size = match op {
            Op::X | Op::MeanOver(..) | Op::SumOver(..) | Op::Window(..) => Size::Element,
            Op::Statistic(_) | Op::Mean(_) | Op::Sum(_) => Size::Set,
            Op::Param(i) => {
                let axis = self.descriptor.params.get(i).map_or(ParamAxis::Channel, |p| p.axis);
                match (self.descriptor.reference_set.skeleton(), axis) {
                    (Skeleton::Channelwise, ParamAxis::Channel) => Size::Set,
                    _ => Size::Param,
                }
            }
            other => other.operands().fold(Size::Number, |s, a| s.join(self.sizes[a])),
        };
        self.nodes.push(op);
        self.sizes.push(size);
        self.nodes.len() - 1
    }

    /// Adds one part of the plan; `leaf` says what a statistic is.
    fn add(&mut self, part: &[(Op, Extent)], leaf: &[usize]) -> Vec<usize> {
        self.uses = vec![0; part.len()];
        for &(op, _) in part {
            op.operands().for_each(|a| self.uses[a] += 1);
        }
        let mut map: Vec<usize> = Vec::with_capacity(part.len());
        for (i, &(op, _)) in part.iter().enumerate() {
            let node = match op {
                Op::Statistic(s) if s < leaf.len() => leaf[s],
                // A product that is only a factor of another product is taken apart there.
                Op::Mul(..) => self.product(part, i, &map),
                other => self.push(remap(other, &|a| map[a])),
            };
            map.push(node);
        }
        map
    }

    fn factors(&self, part: &[(Op, Extent)], at: usize, map: &[usize], found: &mut Vec<usize>) {
        let Op::Mul(a, b) = part[at].0 else { return };
        for f in [a, b] {
            if matches!(part[f].0, Op::Mul(..)) && self.uses[f] == 1 {
                self.factors(part, f, map, found);
            } else {
                found.push(map[f]);
            }
        }
    }

    fn product(&mut self, part: &[(Op, Extent)], at: usize, map: &[usize]) -> usize {
        let mut factors = Vec::new();
        self.factors(part, at, map, &mut factors);
        factors.sort_by_key(|&f| self.sizes[f]);
        // Per size a product of its own, then from the largest to the smallest.
        let mut groups: Vec<usize> = Vec::new();
        for f in factors {
            match groups.last_mut() {
                Some(last) if self.sizes[*last] == self.sizes[f] => *last = self.push(Op::Mul(*last, f)),
                _ => groups.push(f),
            }
        }
        // A plain number goes to whatever is smaller than the elements.
        if groups.len() > 2 && self.sizes[groups[0]] == Size::Number {
            groups[1] = self.push(Op::Mul(groups[1], groups[0]));
            groups.remove(0);
        }
        let mut all = groups.into_iter().rev();
        let first = all.next().unwrap_or_default();
        all.fold(first, |acc, f| self.push(Op::Mul(acc, f)))
    }
}

impl Graph {
    /// The graph of one call: with current statistics, or with given ones.
    pub(crate) fn new(descriptor: &Descriptor, given: bool) -> Self {
        let plan = descriptor.plan;
        let mut b = Builder { descriptor, nodes: Vec::new(), sizes: Vec::new(), uses: Vec::new() };
        let statistics = if given {
            Vec::new()
        } else {
            let map = b.add(plan.statistics, &[]);
            plan.statistic_nodes.iter().map(|&n| map[n]).collect()
        };
        let y = b.add(plan.apply, &statistics).last().copied().unwrap_or_default();
        Self { nodes: b.nodes, statistics, y }
    }

    /// How often each node is needed, as an operand or as a result; 0 for one that is not needed at all.
    pub(crate) fn uses(&self, keep_statistics: bool) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        uses[self.y] += 1;
        if keep_statistics {
            self.statistics.iter().for_each(|&s| uses[s] += 1);
        }
        for i in (0..self.nodes.len()).rev() {
            if uses[i] > 0 {
                self.nodes[i].operands().for_each(|a| uses[a] += 1);
            }
        }
        uses
    }
}
