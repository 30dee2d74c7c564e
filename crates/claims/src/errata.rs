//! What published code, or published text, does differently from its paper, and where what that changes was measured.

use results::{Effect, ErratumRecord, ProbeRecord, VerdictRecord};

/// One difference.
#[derive(Clone, Copy, Debug)]
pub struct Erratum {
    /// Short and stable: it names the erratum in files and links.
    pub id: &'static str,
    /// Citation key of the paper.
    pub source: &'static str,
    /// The methods that it concerns; empty where it concerns none in particular.
    pub methods: &'static [&'static str],
    /// Which program, layer or passage.
    pub place: &'static str,
    /// What is done there.
    pub does: &'static str,
    /// What the paper says, or what is right.
    pub says: &'static str,
    /// Where the effect is measured.
    pub measured: Measured,
}

/// Where an effect is measured.
#[derive(Clone, Copy, Debug)]
pub enum Measured {
    /// By a comparison of a claim, counted from 0.
    Claim {
        /// The claim.
        claim: &'static str,
        /// Which of its comparisons or numbers.
        finding: usize,
    },
    /// By a number of a probe.
    Probe {
        /// The probe.
        probe: &'static str,
        /// The number.
        value: &'static str,
        /// What it is, in words.
        about: &'static str,
    },
}

/// All of them.
pub const ERRATA: &[Erratum] = &[
    Erratum {
        id: "pixels-with-replacement",
        source: "cooijmans2017recurrent",
        methods: &["recurrent-batch"],
        place: "the released program for sequential MNIST",
        does: "draws the order of the pixels with replacement, so that some come several times and more than a third never",
        says: "the pixels are permuted",
        measured: Measured::Claim { claim: "R26", finding: 1 },
    },
    Erratum {
        id: "statistics-shared-over-steps",
        source: "cooijmans2017recurrent",
        methods: &["recurrent-batch"],
        place: "OlavHN/bnlstm, lstm.py",
        does: "keeps one population mean and variance for all time steps",
        says: "each time step has statistics of its own",
        measured: Measured::Claim { claim: "SD1", finding: 0 },
    },
    Erratum {
        id: "gain-from-one",
        source: "cooijmans2017recurrent",
        methods: &["recurrent-batch"],
        place: "renmengye/div-norm, run_ptb_exp.py, which finds recurrent batch normalization behind the plain LSTM",
        does: "starts the gain at 1",
        says: "the gain starts at 0.1",
        measured: Measured::Claim { claim: "R17", finding: 1 },
    },
    Erratum {
        id: "padding-in-statistics",
        source: "cooijmans2017recurrent",
        methods: &["recurrent-batch", "bn-rnn", "sequence-batch"],
        place: "the branch for the Attentive Reader, codes/att_reader/layers.py; jihunchoi/recurrent-batch-normalization-pytorch, \
                bnlstm.py",
        does: "takes the steps behind the end of a shorter sequence into the statistics",
        says: "statistics are those of the data",
        measured: Measured::Claim { claim: "R34", finding: 0 },
    },
    Erratum {
        id: "carried-cell",
        source: "ba2016layer",
        methods: &["layer"],
        place: "PyTorch, benchmarks/fastrnns/custom_lstms.py",
        does: "carries the normalized cell on to the next step",
        says: "the cell is normalized where it is read out, and carried on as it is",
        measured: Measured::Claim { claim: "R24", finding: 2 },
    },
    Erratum {
        id: "layer-norm-of-one-number",
        source: "ba2016layer",
        methods: &["layer"],
        place: "every layer-normalized LSTM that is given a picture pixel by pixel and normalizes the input term by itself",
        does: "normalizes the products of a vector with one number, which leaves no more than the number's sign",
        says: "the size of an input matters to what follows",
        measured: Measured::Claim { claim: "F2", finding: 0 },
    },
    Erratum {
        id: "path-sgd-takes-plain-steps",
        source: "neyshabur2015path",
        methods: &["path-sgd"],
        place: "bneyshabur/path-sgd, path_sgd.py, and what was copied from it",
        does: "keeps the parameters as a generator, which its first use exhausts, so that no gradient is ever scaled",
        says: "each gradient is divided by the path scale of its weight, which leaves the course unchanged when units are rescaled",
        measured: Measured::Claim { claim: "PS1", finding: 1 },
    },
    Erratum {
        id: "one-case-has-no-deviation",
        source: "liao2016streaming",
        methods: &["streaming", "streaming-moments"],
        place: "both published ports of streaming normalization, in fully connected layers",
        does: "averages deviations of batches, which one case does not have: one port gives NaN, the other a constant",
        says: "streaming normalization learns from one case at a time; what does is averaging moments, and deviations around them",
        measured: Measured::Claim { claim: "Q17", finding: 1 },
    },
    Erratum {
        id: "mean-of-deviations",
        source: "liao2016streaming",
        methods: &["streaming"],
        place: "the formula and both ports",
        does: "averages the deviations of batches, of as few as two cases",
        says: "the average stands for the deviation of the data",
        measured: Measured::Probe {
            probe: "batch-deviations",
            value: "mean_deviation_of_2",
            about: "mean deviation of batches of two, where that of the data is 1",
        },
    },
    Erratum {
        id: "mean-of-biased-variances",
        source: "ioffe2015batch",
        methods: &["batch", "recurrent-batch", "bn-rnn"],
        place: "the released programs of cooijmans2017recurrent, and whoever averages the variances that batches are divided by",
        does: "averages variances divided by the number of cases",
        says: "the variance of the population is the mean of those divided by one case less",
        measured: Measured::Probe {
            probe: "batch-deviations",
            value: "mean_variance_of_4",
            about: "mean variance of batches of four, where that of the data is 1",
        },
    },
    Erratum {
        id: "renorm-averages-variances",
        source: "ioffe2017renorm",
        methods: &["batch-renorm", "batch-renorm-variance"],
        place: "ports that take the stored variance of their framework's batch norm",
        does: "averages variances and takes the root",
        says: "deviations are averaged",
        measured: Measured::Probe {
            probe: "batch-deviations",
            value: "mean_deviation_over_root_of_mean_variance_of_4",
            about: "mean deviation over the root of the mean variance, batches of four",
        },
    },
    Erratum {
        id: "weight-standardization-by-one-less",
        source: "qiao2019weight",
        methods: &["weight-standardization"],
        place: "joe-siyuan-qiao/WeightStandardization, the layer of the README",
        does: "divides the sum of squares by one weight less, and adds epsilon to the deviation",
        says: "weights have deviation 1 over those that lead to a unit",
        measured: Measured::Probe {
            probe: "batch-deviations",
            value: "unbiased_over_biased_deviation_of_9",
            about: "the one deviation over the other, for a filter of nine weights",
        },
    },
];

/// What the verdicts and probes of a run say to each erratum.
pub fn errata(verdicts: &[VerdictRecord], probes: &[ProbeRecord]) -> Vec<ErratumRecord> {
    ERRATA.iter().map(|erratum| erratum.record(verdicts, probes)).collect()
}

impl Erratum {
    fn record(&self, verdicts: &[VerdictRecord], probes: &[ProbeRecord]) -> ErratumRecord {
        let (claim, probe, effect) = match self.measured {
            Measured::Claim { claim: id, finding } => {
                let verdict = verdicts.iter().find(|verdict| verdict.id == id);
                let finding = verdict.and_then(|verdict| verdict.findings.get(finding));
                (
                    verdict.map(|verdict| verdict.id.clone()),
                    None,
                    finding.map(|finding| finding.effect.clone()),
                )
            }
            Measured::Probe { probe: id, value, about } => {
                let record = probes.iter().find(|record| record.id == id);
                let found = record.and_then(|record| record.values.get(value));
                let effect = |&value| Effect::of(about, value);
                (None, record.map(|record| record.id.clone()), found.map(effect))
            }
        };
        ErratumRecord {
            id: self.id.to_owned(),
            source: self.source.to_owned(),
            methods: self.methods.iter().map(|&id| id.to_owned()).collect(),
            place: self.place.to_owned(),
            does: self.does.to_owned(),
            says: self.says.to_owned(),
            claim,
            probe,
            effect,
        }
    }
}
