//! Formula and gradient of the basic methods as a person reads them. The statistics are symbols; what each passes
//! back is derived phase by phase, as a kernel computes it.

use std::fmt::Write;

use symbolic::{Axes, ExprId, Graph};

use crate::parse::parse;

struct Method {
    set: Axes,
    statistics: &'static [(&'static str, &'static str, &'static str)],
    y: &'static str,
}

/// All lines of one method, in the three notations.
fn lines(method: &Method) -> String {
    let mut g = Graph::new();
    let over = method.set.letters();
    let kept = method.set.complement();
    let parameters = Axes::G | Axes::K;
    let mut declare = |name: &str, latex: &str, axes| g.symbol(name, latex, axes).expect("new");
    let x = declare("x", "x", Axes::ALL);
    let dy = declare("dy", r"\partial y", Axes::ALL);
    let gain = declare("gain", r"\gamma", parameters);
    let bias = declare("bias", r"\beta", parameters);
    declare("eps", r"\epsilon", Axes::EMPTY);
    let mut statistics = Vec::new();
    for (name, latex, _) in method.statistics {
        let symbol = declare(name, latex, kept);
        statistics.push((symbol, declare(&format!("d{name}"), &format!(r"\partial {latex}"), kept)));
    }

    let mut printed: Vec<(String, ExprId)> = Vec::new();
    let mut meanings = Vec::new();
    for (&(symbol, _), (name, _, meaning)) in statistics.iter().zip(method.statistics) {
        let meaning = parse(&mut g, &meaning.replace("[]", &format!("[{over}]")));
        g.define(symbol, meaning).expect("fits");
        printed.push(((*name).to_owned(), meaning));
        meanings.push(meaning);
    }
    let y = parse(&mut g, method.y);
    printed.push(("y".to_owned(), y));

    // From y to the parameters, to x directly, and to each statistic.
    let mut wrt = vec![gain, bias, x];
    wrt.extend(statistics.iter().map(|s| s.0));
    let from_y = g.gradient(&[(y, dy)], &wrt).expect("own ids");
    for (name, e) in ["dgain", "dbias", "dx from y"].iter().zip(&from_y) {
        printed.push(((*name).to_owned(), *e));
    }
    for ((name, ..), &e) in method.statistics.iter().zip(&from_y[3..]) {
        printed.push((format!("d{name} from y"), e));
    }
    // From each statistic to x and to the statistics before it.
    for (i, (name, ..)) in method.statistics.iter().enumerate() {
        let outputs = [(meanings[i], statistics[i].1)];
        let mut wrt = vec![x];
        wrt.extend(statistics[..i].iter().map(|s| s.0));
        let grads = g.gradient(&outputs, &wrt).expect("own ids");
        printed.push((format!("dx from {name}"), grads[0]));
        for ((earlier, ..), &e) in method.statistics.iter().zip(&grads[1..]) {
            printed.push((format!("d{earlier} from {name}"), e));
        }
    }

    let mut text = String::new();
    for (name, e) in printed {
        let (plain, latex, mathml) = (g.to_text(e), g.to_latex(e), g.to_mathml(e));
        crate::print::well_formed(&mathml).expect("well-formed");
        writeln!(text, "{name}\n  text   {plain}\n  latex  {latex}\n  mathml {mathml}").expect("a string");
    }
    text
}

const MEAN_AND_VARIANCE: &[(&str, &str, &str)] =
    &[("mu", r"\mu", "mean[](x)"), ("var", r"\sigma^2", "mean[]((x - mu)^2)")];

#[test]
fn layer() {
    let y = "gain*(x - mu)/sqrt(var + eps) + bias";
    insta::assert_snapshot!(lines(&Method { set: Axes::K | Axes::S, statistics: MEAN_AND_VARIANCE, y }));
}

#[test]
fn batch() {
    let y = "gain*(x - mu)/sqrt(var + eps) + bias";
    insta::assert_snapshot!(lines(&Method { set: Axes::N | Axes::S, statistics: MEAN_AND_VARIANCE, y }));
}

#[test]
fn rms() {
    let statistics = &[("ms", r"m_2", "mean[](x^2)")];
    let y = "gain*x/sqrt(ms + eps)";
    insta::assert_snapshot!(lines(&Method { set: Axes::K | Axes::S, statistics, y }));
}
