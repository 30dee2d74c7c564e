//! With which power of a factor everything in a formula grows when its input is multiplied by that factor.
//!
//! Read off the plan: an addition wants equal degrees, a product adds them, an exponential wants degree 0. That gives linear
//! equations for the degrees of constants and parameters (the epsilon of a variance has degree 2), which are solved here.

use std::cell::RefCell;
use std::rc::Rc;

use crate::descriptor::Descriptor;
use crate::plan::{Extent, Op};

/// Degrees of a formula in its input.
#[derive(Clone, Debug, PartialEq)]
pub struct Degrees {
    /// Of the output.
    pub y: f64,
    /// Of each constant. 0 for a guard, see [`GUARD`].
    pub consts: Vec<f64>,
    /// Of each parameter, and behind these of each frozen input.
    pub inputs: Vec<f64>,
    /// Of each statistic.
    pub statistics: Vec<f64>,
    /// The highest of any step on the way.
    pub highest: f64,
}

/// The name of a constant that only keeps a slope finite where everything is 0. It is a bound of the arithmetic and no quantity
/// that is compared with the input, so it stays what it is when the input is multiplied.
pub const GUARD: &str = "tiny";

/// A literal below this is a guard as well: it keeps a root of 0 differentiable and outweighs nothing.
const GUARDS: f64 = 1e-30;

/// A degree that is not known yet: a number, and so many times each unknown.
#[derive(Clone, Debug)]
enum Form {
    /// A literal 0 or a guard, which has every degree.
    Any,
    Of(Vec<f64>),
}

/// Degrees closer than this are equal: exponents are constants of a declaration.
const SAME: f64 = 1e-9;

/// Equations found so far, each solved for one unknown.
struct Equations {
    unknowns: usize,
    /// For a solved unknown what it is made of; its own entry is 0.
    solved: Vec<Option<Vec<f64>>>,
}

impl Equations {
    fn number(&self, degree: f64) -> Form {
        let mut form = vec![0.0; self.unknowns + 1];
        form[0] = degree;
        Form::Of(form)
    }

    fn unknown(&self, i: usize) -> Form {
        let mut form = vec![0.0; self.unknowns + 1];
        form[i + 1] = 1.0;
        Form::Of(form)
    }

    /// The form without solved unknowns.
    fn reduced(&self, form: &[f64]) -> Vec<f64> {
        let mut out = form.to_vec();
        for (i, solved) in self.solved.iter().enumerate() {
            if let Some(solved) = solved {
                let times = std::mem::take(&mut out[i + 1]);
                out.iter_mut().zip(solved).for_each(|(out, v)| *out += times * v);
            }
        }
        out
    }

    /// Takes in that two degrees are equal. None where they cannot be.
    fn equal(&mut self, a: &Form, b: &Form) -> Option<Form> {
        let (a, b) = match (a, b) {
            (Form::Any, other) | (other, Form::Any) => return Some(other.clone()),
            (Form::Of(a), Form::Of(b)) => (a, b),
        };
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let difference = self.reduced(&difference);
        let Some(i) = (0..self.unknowns).find(|i| difference[i + 1].abs() > SAME) else {
            return (difference[0].abs() <= SAME).then(|| Form::Of(a.clone()));
        };
        let times = difference[i + 1];
        let mut row: Vec<f64> = difference.iter().map(|v| -v / times).collect();
        row[i + 1] = 0.0;
        for solved in self.solved.iter_mut().flatten() {
            let times = std::mem::take(&mut solved[i + 1]);
            solved.iter_mut().zip(&row).for_each(|(v, row)| *v += times * row);
        }
        self.solved[i] = Some(row);
        Some(Form::Of(a.clone()))
    }

    fn none(&mut self, form: &Form) -> Option<Form> {
        let zero = self.number(0.0);
        self.equal(form, &zero)?;
        Some(zero)
    }

    /// The degree, where unknowns that nothing binds have degree 0.
    fn value(&self, form: &Form) -> f64 {
        match form {
            Form::Any => 0.0,
            Form::Of(form) => self.reduced(form)[0],
        }
    }
}

fn times(a: &Form, by: f64) -> Form {
    match a {
        Form::Any => Form::Any,
        Form::Of(a) => Form::Of(a.iter().map(|v| v * by).collect()),
    }
}

fn plus(a: &Form, b: &Form, sign: f64) -> Form {
    match (a, b) {
        (Form::Any, _) | (_, Form::Any) => Form::Any,
        (Form::Of(a), Form::Of(b)) => Form::Of(a.iter().zip(b).map(|(a, b)| a + sign * b).collect()),
    }
}

/// The degrees of one part of a plan, node by node.
fn part(
    equations: &mut Equations,
    nodes: &[(Op, Extent)],
    consts: &[f64],
    statistics: &[Form],
) -> Option<Vec<Form>> {
    let mut forms: Vec<Form> = Vec::with_capacity(nodes.len());
    let mut numbers: Vec<Option<f64>> = Vec::with_capacity(nodes.len());
    for &(op, _) in nodes {
        let mut number = None;
        let form = match op {
            Op::X => equations.number(1.0),
            Op::Const(i) => {
                number = Some(consts[i]);
                equations.unknown(i)
            }
            Op::Param(i) => equations.unknown(consts.len() + i),
            Op::Statistic(i) => statistics[i].clone(),
            Op::Literal(v) => {
                number = Some(v);
                if v.abs() < GUARDS { Form::Any } else { equations.number(0.0) }
            }
            Op::Add(a, b) | Op::Sub(a, b) | Op::Max(a, b) | Op::Min(a, b) | Op::ReplaceGradient(a, b) => {
                number = numbers[a].zip(numbers[b]).and_then(|(a, b)| match op {
                    Op::Add(..) => Some(a + b),
                    Op::Sub(..) => Some(a - b),
                    _ => None,
                });
                equations.equal(&forms[a], &forms[b])?
            }
            Op::Mul(a, b) => {
                number = numbers[a].zip(numbers[b]).map(|(a, b)| a * b);
                plus(&forms[a], &forms[b], 1.0)
            }
            Op::Div(a, b) => {
                number = numbers[a].zip(numbers[b]).map(|(a, b)| a / b);
                plus(&forms[a], &forms[b], -1.0)
            }
            Op::Square(a) => times(&forms[a], 2.0),
            Op::Sqrt(a) => times(&forms[a], 0.5),
            Op::Pow(a, v) => times(&forms[a], v),
            Op::PowExpr(a, b) => {
                equations.none(&forms[b])?;
                times(&forms[a], numbers[b]?)
            }
            Op::Exp(a) | Op::Ln(a) | Op::Tanh(a) | Op::Sigmoid(a) | Op::Erf(a) => {
                equations.none(&forms[a])?
            }
            Op::Count | Op::Sign(_) | Op::Step(_) => equations.number(0.0),
            Op::Neg(a) => {
                number = numbers[a].map(|v| -v);
                forms[a].clone()
            }
            Op::Abs(a)
            | Op::StopGradient(a)
            | Op::Mean(a)
            | Op::Sum(a)
            | Op::MeanOver(a, _)
            | Op::SumOver(a, _)
            | Op::Window(_, a, _) => forms[a].clone(),
            Op::Controlled(..) => return None,
        };
        forms.push(form);
        numbers.push(number);
    }
    Some(forms)
}

/// A formula by its declaration and its constants, and its degrees.
type Known = (*const Descriptor, Box<[f64]>, Option<Rc<Degrees>>);

thread_local! {
    /// Rows of zeros are common, and each call that meets one asks.
    static KNOWN: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

/// As many formulas as a thread keeps in mind; a network has few.
const KEPT: usize = 64;

impl Degrees {
    /// As [`Degrees::of`], found once per thread for each declaration and its constants.
    pub(crate) fn once(d: &'static Descriptor, consts: &[f64]) -> Option<Rc<Self>> {
        KNOWN.with_borrow_mut(|known| {
            let same = |k: &&Known| std::ptr::eq(k.0, d) && *k.1 == *consts;
            if let Some((.., found)) = known.iter().find(same) {
                return found.clone();
            }
            if known.len() == KEPT {
                known.clear();
            }
            let found = Self::of(d, consts).map(Rc::new);
            known.push((d, consts.into(), found.clone()));
            found
        })
    }

    /// Of a formula with these constants; none where it has no scale, as the argument of an exponential has none.
    pub fn of(d: &Descriptor, consts: &[f64]) -> Option<Self> {
        let plan = &d.plan;
        if !plan.controls().is_empty() {
            // What is fed back from call to call has no one scale.
            return None;
        }
        let inputs = d.params.len() + d.frozen.len();
        let unknowns = consts.len() + inputs;
        let mut equations = Equations { unknowns, solved: vec![None; unknowns] };
        let forms = part(&mut equations, plan.statistics, consts, &[])?;
        let statistics: Vec<Form> = plan.statistic_nodes.iter().map(|&i| forms[i].clone()).collect();
        for (i, frozen) in d.frozen.iter().enumerate() {
            let input = equations.unknown(consts.len() + d.params.len() + i);
            equations.equal(&input, &statistics[frozen.statistic])?;
        }
        let apply = part(&mut equations, plan.apply, consts, &statistics)?;
        let y = equations.value(apply.last()?);
        let value = |i: usize| equations.value(&equations.unknown(i));
        let guarded =
            |(i, c): (usize, &crate::descriptor::Const)| if c.name == GUARD { 0.0 } else { value(i) };
        Some(Self {
            y,
            consts: d.consts.iter().enumerate().map(guarded).collect(),
            inputs: (0..inputs).map(|i| value(consts.len() + i)).collect(),
            statistics: statistics.iter().map(|s| equations.value(s)).collect(),
            highest: forms.iter().chain(&apply).map(|form| equations.value(form)).fold(0.0, f64::max),
        })
    }
}
