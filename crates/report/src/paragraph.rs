//! The paragraph of related work that the question quotes, in our words, sentence by sentence, each with what the run says.

use serde::Serialize;

use crate::accepted;
use crate::card::{self, Reference};
use crate::load::Loaded;
use crate::verdicts::{Said, Verdicts};

/// A sentence: what the paragraph says, what that means, the formula it is about, whom it speaks of, and the claims it makes.
pub(crate) struct Sentence {
    pub(crate) says: &'static str,
    pub(crate) means: &'static str,
    /// Empty where there is none.
    pub(crate) formula: &'static str,
    pub(crate) sources: &'static [&'static str],
    pub(crate) claims: &'static [&'static str],
}

const SENTENCES: [Sentence; 7] = [
    Sentence {
        says: "Three groups carried batch normalization over to recurrent networks.",
        means: "A feed-forward layer is used once for each case. A recurrent one is used again at every time step, so whoever \
            normalizes it must say which of its terms is normalized and whether all steps share their statistics. The three \
            papers answer differently.",
        formula: "h_t = tanh(W_x x_t + W_h h_(t-1) + b)",
        sources: &["laurent2016batch", "amodei2016deep", "cooijmans2017recurrent"],
        claims: &[],
    },
    Sentence {
        says: "It works best to keep the statistics of each time step apart.",
        means: "One mean and one deviation are stored for the first step, others for the second, and so on, and each step of a \
            new sequence is normalized by its own. While a network is trained every step uses its own batch either way, so a \
            difference can only be seen in evaluation.",
        formula: "(a_t - mean_t) / deviation_t",
        sources: &["cooijmans2017recurrent"],
        claims: &["Q6", "SD1", "R18"],
    },
    Sentence {
        says: "The gain should start at 0.1, and that matters much for the final performance.",
        means: "The gain multiplies what has been normalized. Values of deviation 1 reach where a hyperbolic tangent is flat, and \
            what little gradient each step lets through is multiplied over the steps; values of deviation 0.1 stay where it is \
            steep. Whether this decides the end of training or only its speed is another question.",
        formula: "gain (a - mean) / deviation + bias, gain = 0.1",
        sources: &["cooijmans2017recurrent"],
        claims: &["Q7", "SD2", "R17"],
    },
    Sentence {
        says: "Weight normalization puts the L2 norm of the incoming weights where batch normalization has the variance.",
        means: "If the inputs of a unit are uncorrelated and of variance 1, the deviation of its sum is the length of its \
            weights, and both methods divide by the same number. On other inputs they do not.",
        formula: "gain w·x / |w|",
        sources: &["salimans2016weight"],
        claims: &["Q8"],
    },
    Sentence {
        says: "Weight normalization, and batch normalization by expected statistics, re-parametrize a network.",
        means: "After the numbers that divide are fixed, the normalized layer is a plain layer with other weights: whatever it \
            computes, a network without normalization computes too. What changes is the way that training takes.",
        formula: "gain (w·x - mean) / deviation + bias = w'·x + b'",
        sources: &["salimans2016weight", "ioffe2015batch"],
        claims: &["IV2"],
    },
    Sentence {
        says: "For networks of rectified units, re-parametrization is the view of Path-SGD.",
        means: "Weights into such a unit may be multiplied by a positive number and those out of it divided by it, and the \
            network stays the same function. Path-SGD takes steps that do not depend on which of these networks it is given.",
        formula: "(c w_in, w_out / c), c > 0",
        sources: &["neyshabur2015path"],
        claims: &["Q10", "PS1"],
    },
    Sentence {
        says: "Layer normalization re-parametrizes nothing, and is blind to other changes than the methods before.",
        means: "What it divides by is found anew for every case, so no fixed weights do the same. In return a change of one \
            case's size does not reach the output, while a change of one unit's weights does.",
        formula: "gain (a - mean(a)) / deviation(a) + bias",
        sources: &["ba2016layer"],
        claims: &["R6", "IV1", "IV2"],
    },
];

/// The claims that the paragraph and the accepted answer make.
pub(crate) fn claims() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().chain(&accepted::SENTENCES).flat_map(|sentence| sentence.claims.iter().copied())
}

/// A sentence with its verdicts.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct View {
    says: &'static str,
    means: &'static str,
    formula: &'static str,
    sources: Vec<Reference>,
    /// How the verdicts on its claims are counted.
    standing: String,
    claims: Vec<Said>,
}

/// The sentences of the paragraph.
pub(crate) fn paragraph(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Vec<View> {
    views(&SENTENCES, loaded, verdicts)
}

/// Those of the accepted answer.
pub(crate) fn accepted(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Vec<View> {
    views(&accepted::SENTENCES, loaded, verdicts)
}

fn views(sentences: &[Sentence], loaded: &Loaded, verdicts: &Verdicts<'_>) -> Vec<View> {
    sentences
        .iter()
        .map(|sentence| {
            let claims: Vec<Said> =
                sentence.claims.iter().map(|id| verdicts.said(&loaded.links, id)).collect();
            View {
                says: sentence.says,
                means: sentence.means,
                formula: sentence.formula,
                sources: sentence.sources.iter().map(|key| card::reference(loaded, key)).collect(),
                standing: standing(&claims),
                claims,
            }
        })
        .collect()
}

/// A count, no verdict of its own: nothing here weighs one claim against another.
fn standing(claims: &[Said]) -> String {
    if claims.is_empty() {
        return "This tells who did what; there is nothing to measure.".to_owned();
    }
    let words = [
        ("supported", "supported"),
        ("refuted", "refuted"),
        ("undecided", "not decided"),
        ("absent", "without a verdict"),
    ];
    let counted = words.iter().filter_map(|(mark, word)| {
        let count = claims.iter().filter(|claim| claim.mark == *mark).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let claims = if claims.len() == 1 { "1 claim" } else { &format!("{} claims", claims.len()) };
    format!("{claims}: {}.", counted.collect::<Vec<_>>().join(", "))
}
