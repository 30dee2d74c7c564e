//! What the accepted answer to the question says, in our words, sentence by sentence, put right where it is imprecise.

use crate::paragraph::Sentence;

pub(crate) const SENTENCES: [Sentence; 10] = [
    Sentence {
        says: "Layer normalization does not work well with convolutional nets.",
        means: "There it averages over all places and channels of a picture, which may have little to do with each other. What \
            follows from that depends on task and batch.",
        formula: "mean over channels, height and width",
        sources: &["ba2016layer"],
        claims: &["Q12", "R11"],
    },
    Sentence {
        says: "Recurrent batch normalization is batch normalization with a mean and a deviation stored for each step.",
        means: "Right: of one step it is batch normalization, of T steps it is T of them that share gain and bias. A sequence longer \
            than those of training goes on with the statistics of the last step.",
        formula: "(a_t - mean_t) / deviation_t",
        sources: &["cooijmans2017recurrent"],
        claims: &["R18", "R19", "R20"],
    },
    Sentence {
        says: "It was proposed at the same time for recurrent convolutional nets.",
        means: "There one block of weights is used at every step, and statistics that all steps share fit none of them at evaluation.",
        formula: "statistics of step t, weights of all steps",
        sources: &["liao2016bridging"],
        claims: &["Q14", "R28"],
    },
    Sentence {
        says: "Batch-normalized RNNs normalize the way from the input to the hidden layer, and not over time.",
        means: "The first half is right. The second is not for all of them: statistics of each frame pool over cases, those of whole \
            sequences pool over cases and time alike, and bear padding better. What none of them touches is the recurrent term.",
        formula: "(W_x x_t - mean) / deviation + W_h h_(t-1)",
        sources: &["laurent2016batch", "amodei2016deep"],
        claims: &["SD3", "R31", "R34"],
    },
    Sentence {
        says: "Streaming normalization summarizes the others.",
        means: "With its history switched off and the reference set of each, it computes layer, instance and batch normalization.",
        formula: "statistic = mix of what was seen so far and the current one",
        sources: &["liao2016streaming"],
        claims: &["SN1"],
    },
    Sentence {
        says: "It works in convolutional and recurrent nets and online, one case at a time, and overcomes most of the difficulties above.",
        means: "Whether it works and whether it is the better choice are two questions; the second is counted difficulty by difficulty.",
        formula: "",
        sources: &["liao2016streaming"],
        claims: &["Q17", "Q18"],
    },
    Sentence {
        says: "In weight normalization the learned length is not essential, since later layers can learn it.",
        means: "That holds where there is a later layer. With every length fixed, nothing is left that could learn the scale of the \
            output.",
        formula: "g v / |v|, g = 1",
        sources: &["salimans2016weight"],
        claims: &["Q19", "WN9"],
    },
    Sentence {
        says: "Cosine normalization is very similar to weight normalization.",
        means: "On inputs of length 1 they are the same function. On others cosine normalization divides by the length of the input \
            too, so that the size of a case is lost.",
        formula: "w·x / (|w| |x|)",
        sources: &["luo2018cosine"],
        claims: &["SD4", "Q20", "IV2"],
    },
    Sentence {
        says: "The normalized dot product was used in HMAX.",
        means: "It is the operation of its cells, with weights that are fixed or sampled and not learned by gradients.",
        formula: "w·x / |x|",
        sources: &["riesenhuber1999hmax", "kouh2008canonical"],
        claims: &["Q22", "HM3", "HM5"],
    },
    Sentence {
        says: "The Cortical Network Simulator runs such models.",
        means: "Cells lie at real-valued coordinates and each is computed by one kernel, so that they can be computed side by side.",
        formula: "",
        sources: &["mutch2010cns"],
        claims: &["Q23", "HM10"],
    },
];
