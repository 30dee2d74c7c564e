//! A finding as a sentence: which arm is how much lower or higher in what, and between which ends the interval lies. A logarithm of a
//! ratio is said in per cent or as a factor, a share right in points, so that no reader has to take an exponential.

use results::{Effect, Expected, Finding, PairedQuantity, Pairing};

use crate::format::{number, percent};

/// The finding in words. A number against a threshold is its name and its value.
pub(crate) fn found(effect: &Effect) -> String {
    match &effect.pairing {
        Some(pairing) => compared(pairing, effect),
        None => format!("{}: {}", effect.what, plain(effect)),
    }
}

/// The difference in words, without what is compared.
pub(crate) fn size(effect: &Effect) -> String {
    effect.pairing.as_ref().map_or_else(|| plain(effect), |pairing| sized(pairing, effect))
}

/// What was expected, in words.
pub(crate) fn expected(finding: &Finding) -> String {
    match &finding.effect.pairing {
        Some(pairing) => format!("{}: {}", heading(pairing), expectation(pairing)),
        None => format!("{}: {}", finding.what, finding.expected),
    }
}

/// The number with its interval, as it is.
fn plain(effect: &Effect) -> String {
    with_interval(number(effect.value), effect, |lower, upper| {
        // A dash between numbers of which one may be negative would be read as a sign.
        format!("{} to {}", number(lower), number(upper))
    })
}

fn with_interval(value: String, effect: &Effect, ends: impl Fn(f64, f64) -> String) -> String {
    match (effect.lower, effect.upper) {
        (Some(lower), Some(upper)) => format!("{value} (95\u{a0}% {})", ends(lower, upper)),
        _ => value,
    }
}

/// How a difference is read.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// The logarithm of a ratio.
    Ratio,
    /// A share of one, in points of a hundred.
    Points,
    /// A number.
    Plain,
}

pub(crate) fn reading(pairing: &Pairing) -> Reading {
    let metric = &pairing.first.metric;
    match pairing.quantity {
        quantity if quantity.is_log_ratio() => Reading::Ratio,
        PairedQuantity::Success { .. } => Reading::Points,
        _ if metric.starts_with("mean_log_") => Reading::Ratio,
        PairedQuantity::Number if metric.contains("accuracy") => Reading::Points,
        _ => Reading::Plain,
    }
}

/// What is compared of whom.
pub(crate) fn heading(pairing: &Pairing) -> String {
    let (first, second) = (&pairing.first, &pairing.second);
    let metric = metric(&first.metric);
    match pairing.quantity {
        PairedQuantity::Level { .. } => format!("{metric} of {}", first.arm),
        PairedQuantity::Steps => format!("updates until the target, {} beside {}", first.arm, second.arm),
        PairedQuantity::Spread => {
            format!("deviation of the {metric} over seeds, {} beside {}", first.arm, second.arm)
        }
        PairedQuantity::Success { least } => {
            format!("seeds with a {metric} of {least} or more, {} beside {}", first.arm, second.arm)
        }
        _ if first.metric == second.metric => format!("{metric}, {} beside {}", first.arm, second.arm),
        _ => format!("{metric} of {} beside {} of {}", first.arm, self::metric(&second.metric), second.arm),
    }
}

fn compared(pairing: &Pairing, effect: &Effect) -> String {
    format!("{}: {}", heading(pairing), sized(pairing, effect))
}

fn sized(pairing: &Pairing, effect: &Effect) -> String {
    if let PairedQuantity::Level { level } = pairing.quantity {
        let value = number(effect.value + level);
        let value = with_interval(value, effect, |low, high| {
            format!("{} to {}", number(low + level), number(high + level))
        });
        return format!("{value}, against {}", number(level));
    }
    if !effect.value.is_finite() {
        return beyond_numbers(pairing.quantity, effect.value).to_owned();
    }
    let reading = reading(pairing);
    with_interval(difference(reading, effect.value), effect, |lower, upper| between(reading, lower, upper))
}

/// A difference that is no number, since one side has none.
fn beyond_numbers(quantity: PairedQuantity, value: f64) -> &'static str {
    match (quantity, value) {
        (_, v) if v.is_nan() => "no difference can be given",
        (PairedQuantity::Steps, v) if v > 0.0 => "the first does not get there, the second does",
        (PairedQuantity::Steps, _) => "the first gets there, the second does not",
        (_, v) if v > 0.0 => "the first diverges, the second does not",
        _ => "the second diverges, the first does not",
    }
}

/// Whether a ratio is told as a factor: per cent of more than double are hard to read.
fn as_factor(difference: f64) -> bool {
    difference.abs() >= std::f64::consts::LN_2
}

/// The amount without its direction.
fn amount(reading: Reading, difference: f64) -> String {
    match reading {
        Reading::Ratio => percent((difference.exp() - 1.0).abs()),
        Reading::Points => points(difference.abs()),
        Reading::Plain => number(difference.abs()),
    }
}

fn points(share: f64) -> String {
    let value = number((share * 1000.0).round() / 10.0);
    format!("{value}\u{a0}{}", if value == "1" { "point" } else { "points" })
}

fn direction(difference: f64) -> &'static str {
    if difference < 0.0 { "lower" } else { "higher" }
}

fn difference(reading: Reading, value: f64) -> String {
    match reading {
        _ if value == 0.0 => "equal".to_owned(),
        Reading::Ratio if as_factor(value) => format!("{} times", number(value.exp())),
        _ => format!("{} {}", amount(reading, value), direction(value)),
    }
}

/// Both ends of an interval, the unit and the direction once where they share them.
fn between(reading: Reading, lower: f64, upper: f64) -> String {
    if !(lower.is_finite() && upper.is_finite()) {
        let end = |v: f64| if v.is_finite() { difference(reading, v) } else { number(v) };
        return format!("{} to {}", end(lower), end(upper));
    }
    if reading == Reading::Ratio && (as_factor(lower) || as_factor(upper)) {
        return format!("{} to {} times", number(lower.exp()), number(upper.exp()));
    }
    if (lower < 0.0) == (upper < 0.0) {
        // The smaller difference first, as one says it.
        let (near, far) = if lower < 0.0 { (upper, lower) } else { (lower, upper) };
        format!("{} to {} {}", amount(reading, near), amount(reading, far), direction(far))
    } else {
        format!("{} to {}", difference(reading, lower), difference(reading, upper))
    }
}

/// What a claim says of the difference, in the words of the difference.
fn expectation(pairing: &Pairing) -> String {
    let reading = reading(pairing);
    // Ratios within a band are symmetric as factors, not in per cent.
    let band = |delta: f64| match reading {
        Reading::Ratio => format!("a factor of {}", number(delta.exp())),
        _ => amount(reading, delta),
    };
    match pairing.expected {
        Expected::Lower { delta } => format!("lower; less than {} does not matter", band(delta)),
        Expected::Higher { delta } => format!("higher; less than {} does not matter", band(delta)),
        Expected::LowerBy { margin } => bound(reading, -margin, "lower"),
        Expected::HigherBy { margin } => bound(reading, margin, "higher"),
        Expected::Same { delta } => format!("equivalent within {}", band(delta)),
    }
}

/// The limit of a margin: the difference has to lie beyond it in that direction.
fn bound(reading: Reading, limit: f64, towards: &str) -> String {
    if limit == 0.0 {
        return towards.to_owned();
    }
    // "No more than so much higher" is what being lower than a limit above 0 means.
    let word = if direction(limit) == towards { "more" } else { "less" };
    match reading {
        Reading::Ratio if as_factor(limit) && word == "more" => {
            format!("{towards} than {} times", number(limit.exp()))
        }
        Reading::Ratio if as_factor(limit) => format!("not beyond {} times", number(limit.exp())),
        _ => format!("{} by {word} than {}", direction(limit), amount(reading, limit)),
    }
}

/// The part of a metric's name that says how it was evaluated, and its words.
const CONDITIONS: [(&str, &str); 8] = [
    ("_without_noise", "without noise"),
    ("_with_noise", "with noise"),
    ("_running", "by running averages"),
    ("_population", "by population statistics"),
    ("_shared", "by statistics shared by all steps"),
    ("_batch", "by the statistics of its batch"),
    ("_first", "at the start"),
    ("_last", "at the end"),
];

/// What is measured, without its conditions.
const MEASURES: [(&str, &str); 13] = [
    ("train_loss", "training loss"),
    ("valid_loss", "validation loss"),
    ("test_loss", "test loss"),
    ("train_accuracy", "share right in training"),
    ("valid_accuracy", "share right in validation"),
    ("test_accuracy", "share right in the test"),
    ("best_valid_loss", "best validation loss"),
    ("mean_log_train_loss", "training loss on the way"),
    ("valid_accuracy_wander", "wandering of the share right in validation"),
    ("row_turn", "turn of a unit's weights in an update"),
    ("row_norm", "length of a unit's weights"),
    ("test_return", "return in the test"),
    ("step_change", "change of the statistics from one step to the next"),
];

/// A metric in words. One that nobody has put into words keeps its name, with spaces.
pub(crate) fn metric(name: &str) -> String {
    let mut rest = name.to_owned();
    let mut conditions: Vec<String> = Vec::new();
    // Conditions follow each other at the end, the number of steps last.
    loop {
        if MEASURES.iter().any(|(measure, _)| *measure == rest) {
            break;
        }
        let condition = CONDITIONS
            .iter()
            .find_map(|(suffix, words)| Some((rest.strip_suffix(suffix)?.to_owned(), *words)));
        if let Some((before, words)) = condition {
            conditions.insert(0, words.to_owned());
            rest = before;
        } else if let Some((before, steps)) = over_steps(&rest) {
            conditions.insert(0, format!("over {steps} steps"));
            rest = before;
        } else {
            return name.replace('_', " ");
        }
    }
    let words = MEASURES.iter().find(|(measure, _)| *measure == rest).map_or("", |(_, words)| words);
    std::iter::once(words.to_owned()).chain(conditions).collect::<Vec<_>>().join(" ")
}

/// `…_500_steps` without it, and the number.
fn over_steps(name: &str) -> Option<(String, u64)> {
    let (before, steps) = name.strip_suffix("_steps")?.rsplit_once('_')?;
    Some((before.to_owned(), steps.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use results::{Side, Verdict};

    use super::*;

    fn finding(
        quantity: PairedQuantity,
        metrics: (&str, &str),
        (value, lower, upper): (f64, f64, f64),
        expected: Expected,
    ) -> Finding {
        let side = |arm: &str, metric: &str| Side { arm: arm.into(), metric: metric.into() };
        Finding {
            what: "as recorded".into(),
            expected: "as recorded".into(),
            verdict: Verdict::Supported,
            effect: Effect {
                what: "as recorded".into(),
                value,
                lower: Some(lower),
                upper: Some(upper),
                pairing: Some(Pairing {
                    workload: "digits-mlp".into(),
                    first: side("batch", metrics.0),
                    second: side("layer", metrics.1),
                    quantity,
                    expected,
                }),
            },
            adjusted_p: None,
            pairs: 16,
            rates: Vec::new(),
        }
    }

    fn effect(
        quantity: PairedQuantity,
        metrics: (&str, &str),
        numbers: (f64, f64, f64),
        expected: Expected,
    ) -> Effect {
        finding(quantity, metrics, numbers, expected).effect
    }

    const TEST_LOSS: (&str, &str) = ("test_loss", "test_loss");
    const LOWER: Expected = Expected::Lower { delta: 0.1 };

    #[test]
    fn a_ratio_is_said_in_per_cent_and_beyond_double_as_a_factor() {
        let (half, tenth) = (0.9_f64.ln(), 0.8_f64.ln());
        let said = found(&effect(PairedQuantity::LogLoss, TEST_LOSS, (0.85_f64.ln(), tenth, half), LOWER));
        assert_eq!(
            said,
            "test loss, batch beside layer: 15.0\u{a0}% lower (95\u{a0}% 10.0\u{a0}% to 20.0\u{a0}% lower)"
        );
        let across = (0.02_f64.ln_1p(), (-0.02_f64).ln_1p(), 0.05_f64.ln_1p());
        assert_eq!(
            found(&effect(PairedQuantity::LogLoss, TEST_LOSS, across, LOWER)),
            "test loss, batch beside layer: 2.0\u{a0}% higher (95\u{a0}% 2.0\u{a0}% lower to 5.0\u{a0}% higher)"
        );
        let far = (3.0_f64.ln(), 1.5_f64.ln(), 4.0_f64.ln());
        assert_eq!(
            found(&effect(PairedQuantity::Steps, ("", ""), far, LOWER)),
            "updates until the target, batch beside layer: 3 times (95\u{a0}% 1.5 to 4 times)"
        );
    }

    #[test]
    fn a_share_right_is_said_in_points() {
        let metrics = ("test_accuracy_running", "test_accuracy_population");
        let same = Expected::Same { delta: 0.01 };
        let one = finding(PairedQuantity::Number, metrics, (0.031, 0.02, 0.04), same);
        assert_eq!(
            found(&one.effect),
            "share right in the test by running averages of batch beside share right in the test by population \
             statistics of layer: 3.1\u{a0}points higher (95\u{a0}% 2\u{a0}points to 4\u{a0}points higher)"
        );
        assert!(expected(&one).ends_with(": equivalent within 1\u{a0}point"), "{}", expected(&one));
    }

    #[test]
    fn a_level_is_compared_with_the_number_itself() {
        let level = PairedQuantity::Level { level: 0.02 };
        let said = found(&effect(level, TEST_LOSS, (0.01, 0.0, 0.02), LOWER));
        assert_eq!(said, "test loss of batch: 0.03 (95\u{a0}% 0.02 to 0.04), against 0.02");
    }

    #[test]
    fn an_arm_that_never_gets_there_is_named() {
        let never = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        let said = found(&effect(PairedQuantity::Steps, ("", ""), never, LOWER));
        assert!(said.ends_with(": the first does not get there, the second does"), "{said}");
    }

    #[test]
    fn margins_say_on_which_side_the_interval_has_to_lie() {
        let words = |quantity, expected| {
            let one = finding(quantity, TEST_LOSS, (0.0, 0.0, 0.0), expected);
            expectation(one.effect.pairing.as_ref().expect("it has one"))
        };
        let log = PairedQuantity::LogLoss;
        assert_eq!(words(log, LOWER), "lower; less than a factor of 1.11 does not matter");
        assert_eq!(words(log, Expected::LowerBy { margin: 0.2 }), "lower by more than 18.1\u{a0}%");
        assert_eq!(words(log, Expected::LowerBy { margin: -0.2 }), "higher by less than 22.1\u{a0}%");
        assert_eq!(words(log, Expected::HigherBy { margin: 0.2 }), "higher by more than 22.1\u{a0}%");
        assert_eq!(words(log, Expected::HigherBy { margin: 1.0 }), "higher than 2.72 times");
        assert_eq!(words(PairedQuantity::Number, Expected::HigherBy { margin: 0.0 }), "higher");
    }

    #[test]
    fn metrics_are_words_and_an_unknown_one_keeps_its_name() {
        assert_eq!(
            metric("test_loss_population_500_steps"),
            "test loss by population statistics over 500 steps"
        );
        assert_eq!(metric("row_norm_last"), "length of a unit's weights at the end");
        assert_eq!(metric("something_new"), "something new");
        assert_eq!(metric(""), "");
    }
}
