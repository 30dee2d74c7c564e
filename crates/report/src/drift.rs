//! How much statistics change from a step of a sequence to the next, early and late in it, for the contenders whose cells say so.

use crate::axes::range;
use crate::canvas::Ink;
use crate::convergence::{Contender, Contest};
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::learning::name;
use crate::load::Loaded;
use crate::slug::slug;
use crate::stats::mean;
use crate::strips::{self, Key, Mark, Row, Strips};
use crate::table::{Cell, Table};

/// The metrics, and of which steps they are.
const PARTS: [(&str, &str); 2] =
    [("step_change_early", "first five changes"), ("step_change_late", "from the twentieth step on")];

/// The values of a metric at the chosen rate.
fn values(contender: &Contender<'_>, metric: &str) -> Vec<f64> {
    let all = contender.best().runs.iter().filter_map(|run| run.metrics.get(metric).copied());
    all.filter(|value| value.is_finite()).collect()
}

/// The figure, where any contender has the numbers.
pub(crate) fn figure(loaded: &Loaded, contest: &Contest<'_>) -> Result<Option<Figure>, Error> {
    let id = format!("drift-{}", slug(&contest.workload));
    let title = format!("Statistics by step of the sequence on {}", contest.workload);
    let mut table = Table::new(
        format!("Relative change of statistics from a step to the next on {}", contest.workload),
        &["contender", "steps", "#mean", "#lowest", "#highest", "#seeds"],
    );
    let mut rows = Vec::new();
    for contender in &contest.contenders {
        let mut row = Row { label: name(loaded, contender), band: None, marks: Vec::new() };
        for (n, (metric, steps)) in PARTS.into_iter().enumerate() {
            let all = values(contender, metric);
            if all.is_empty() {
                continue;
            }
            let ((low, high), value) = (range(all.iter().copied()), mean(&all));
            let number = |v: f64| Cell::number(v, format::number(v));
            table.rows.push(vec![
                Cell::text(row.label.clone()),
                Cell::text(steps),
                number(value),
                number(low),
                number(high),
                Cell::number(all.len() as f64, all.len().to_string()),
            ]);
            let (ink, form) = look(n);
            row.marks.push(Mark { value, ends: Some((low, high)), ink, form });
        }
        if !row.marks.is_empty() {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let keys: Vec<Key> = PARTS
        .iter()
        .enumerate()
        .map(|(n, (_, steps))| {
            let (ink, form) = look(n);
            Key { text: (*steps).to_owned(), ink, form }
        })
        .collect();
    let told =
        table.rows.iter().take(4).map(|row| format!("{}, {}: {}.", row[0].text, row[1].text, row[2].text));
    let description = format!("{} contenders. {}", rows.len(), told.collect::<Vec<_>>().join(" "));
    let svg = strips::draw(
        &Strips {
            id: &id,
            title: &title,
            description: &description,
            axis: "relative change from a step to the next, on a logarithmic axis",
            logarithmic: true,
            shown: strips::ALL,
            line: None,
            band: None,
            keys: &keys,
            tick: &format::number,
        },
        &rows,
    )?;
    let caption = "How much the statistics of the population change from a step of the sequence to the next: the L2 norm of the \
                   difference over that of the step, mean over seeds with the lowest and the highest. Further left they stay what \
                   they were."
        .to_owned();
    Ok(Some(Figure { id, title, caption, svg, broad: false, whole: None, table }))
}

fn look(part: usize) -> (Ink, usize) {
    (Ink::Series(part), if part == 0 { 0 } else { 5 })
}
