//! A method in a few lines, as its card on the page has it.

use results::{MethodRecord, Property};

/// What the method is, how it is computed and what to watch for.
pub(crate) fn lines(m: &MethodRecord) -> Vec<String> {
    let mut lines = vec![
        format!("{} ({}), {}", m.title, m.id, m.citations.join(", ")),
        format!("  normalizes {}, over {}", m.site, m.reference_set.axes),
    ];
    lines.extend(m.formula.iter().map(|line| format!("  {}", line.text)));
    let parameters = m.parameters.iter().map(|p| format!("{} from {}", p.name, p.initial));
    let constants = m.constants.iter().map(|c| format!("{} = {}", c.name, c.default));
    let numbers: Vec<String> = parameters.chain(constants).collect();
    if !numbers.is_empty() {
        lines.push(format!("  {}", numbers.join(", ")));
    }
    let state: Vec<&str> = m.state.iter().map(|s| s.name.as_str()).collect();
    lines
        .push(format!("  stores {}", if state.is_empty() { "nothing".to_owned() } else { state.join(", ") }));
    let properties = [
        ("the same in training and evaluation", &m.train_equals_eval),
        ("a batch of one", &m.batch_one),
        ("sequences longer than in training", &m.longer_than_training),
        ("padding does no harm", &m.padding),
        ("folds into weights", &m.reparametrization),
    ];
    lines.extend(properties.iter().map(|(question, p)| format!("  {question}: {}", answer(p))));
    lines.extend(m.gotchas.iter().map(|gotcha| format!("  watch out: {}", gotcha.sentence)));
    lines
}

fn answer(p: &Property) -> String {
    let word = p.answer.word();
    if p.why.is_empty() { word.to_owned() } else { format!("{word} ({})", p.why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_formula_numbers_state_and_pitfalls() {
        let records = bench::catalogue::methods::records();
        let of = |id: &str| lines(records.iter().find(|m| m.id == id).unwrap()).join("\n");
        let batch = of("batch");
        for text in [
            "ioffe2015batch",
            "mu = mean[n,s](x)",
            "gain from 1",
            "eps = 0.00001",
            "running_mean",
            "a batch of one: depends",
        ] {
            assert!(batch.contains(text), "{text}: {batch}");
        }
        let layer = of("layer");
        assert!(layer.contains("stores nothing") && layer.contains("a batch of one: yes"), "{layer}");
        assert!(layer.contains("watch out: "), "{layer}");
    }
}
