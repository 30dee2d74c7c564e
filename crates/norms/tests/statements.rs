//! What the page says of each method: every answer is made of what the kernels were seen to do, and these tests hold the
//! answers that are known beforehand, and that a method which behaves otherwise gets another answer.

mod making;

use norm_core::Kernel;
use norm_core::conformance::Verdict::{self, Depends, No, Yes};
use norm_core::conformance::{Behaviour, Single, Statements};

fn seen(id: &str) -> Behaviour {
    Behaviour::measured(norms::find(id).unwrap().f64).unwrap()
}

fn said(id: &str) -> Statements {
    Statements::of(norms::find(id).unwrap().descriptor(), &seen(id))
}

/// Training = evaluation, batch of one, longer sequences, padding without a mask, foldable.
const KNOWN: [(&str, [Verdict; 5]); 36] = [
    ("none", [Yes, Yes, Yes, Yes, Yes]),
    ("batch", [No, Depends, Yes, No, Depends]),
    ("ghost-batch", [No, Depends, Yes, No, Depends]),
    ("recurrent-batch", [No, No, Depends, No, Depends]),
    ("time-batch", [No, Depends, Depends, No, Depends]),
    ("bn-rnn", [No, No, Depends, No, Depends]),
    ("sequence-batch", [No, Depends, Yes, No, Depends]),
    ("layer", [Yes, Yes, Yes, Yes, No]),
    ("rms", [Yes, Yes, Yes, Yes, No]),
    ("weight", [Yes, Yes, Yes, Yes, Yes]),
    ("weight-exp", [Yes, Yes, Yes, Yes, Yes]),
    ("mean-only-batch", [No, Depends, Yes, No, Depends]),
    ("cosine", [Yes, Yes, Yes, Yes, No]),
    ("cosine-centred", [Yes, Yes, Yes, Yes, No]),
    ("ndp", [Yes, Yes, Yes, Yes, No]),
    ("streaming", [Depends, Depends, Yes, No, Depends]),
    ("streaming-moments", [Depends, Depends, Yes, No, Depends]),
    ("instance", [Yes, Yes, Yes, Yes, No]),
    ("group", [Yes, Yes, Yes, Yes, No]),
    ("dyt", [Yes, Yes, Yes, Yes, No]),
    ("weight-standardization", [Yes, Yes, Yes, Yes, Yes]),
    ("filter-response", [Yes, Yes, Yes, Yes, No]),
    ("filter-response-learned", [Yes, Yes, Yes, Yes, No]),
    ("scale", [Yes, Yes, Yes, Yes, No]),
    ("derf", [Yes, Yes, Yes, Yes, No]),
    ("batch-renorm", [Depends, Depends, Yes, No, Depends]),
    ("batch-renorm-variance", [Depends, Depends, Yes, No, Depends]),
    ("power", [Depends, Yes, Yes, No, Depends]),
    ("online", [Depends, Yes, Yes, No, No]),
    ("local-response", [Yes, Yes, Yes, Yes, No]),
    ("divisive", [Yes, Yes, Yes, Yes, No]),
    ("divisive-units", [Yes, Yes, Yes, Yes, No]),
    ("local-contrast", [Yes, Yes, Yes, Yes, No]),
    ("switchable", [No, Depends, Yes, No, No]),
    ("switchable-vectors", [No, Depends, Yes, No, No]),
    ("spectral", [Depends, Yes, Yes, Yes, Yes]),
];

#[test]
fn every_answer_is_the_known_one() {
    for m in norms::METHODS {
        let id = m.descriptor().id;
        let Some(known) = KNOWN.iter().find(|k| k.0 == id) else {
            assert!(making::is_in_the_making(id), "{id} has no known answers");
            continue;
        };
        let s = said(id);
        let all = [&s.training_is_evaluation, &s.batch_of_one, &s.longer_sequences, &s.padding, &s.foldable];
        assert_eq!(all.map(|s| s.verdict), known.1, "{id}: {:?}\n{s:#?}", seen(id));
    }
}

/// What one case of one position comes to is said as it was seen.
#[test]
fn one_case_of_one_position_is_told_apart() {
    for (id, single, words) in [
        ("batch", Single::Nothing, "only the bias is left; with space"),
        ("recurrent-batch", Single::Nothing, "of one case at a step only the bias"),
        ("sequence-batch", Single::Nothing, "with steps to pool"),
        ("mean-only-batch", Single::Nothing, "only the bias is left"),
        ("streaming", Single::RunsAway, "later ones run away"),
        ("streaming-moments", Single::FollowsLater, "the first case gives the bias"),
        ("batch-renorm", Single::AsInBatchNear, "at no bound"),
        ("switchable", Single::Follows, "the part of the batch is the case itself"),
        ("power", Single::AsInBatch, "made of what is stored"),
        ("layer", Single::AsInBatch, "alone what it gives in a batch"),
    ] {
        assert_eq!(seen(id).single, single, "{id}");
        assert!(said(id).batch_of_one.reason.contains(words), "{id}: {}", said(id).batch_of_one.reason);
    }
}

norm_core::formula! {
    /// Centred over the batch, divided by nothing, and nothing stored
    Centred(none) as "centred" over batch + space {
        mu = mean(x);
        y = x - mu;
    }
}

norm_core::formula! {
    /// A scale that is learned
    Scaled(none) as "scaled" over nothing {
        param gain = 1.0;
        y = gain * x;
    }
}

norm_core::formula! {
    /// A gain that starts at 0, as that of global response normalization
    Response(none) as "response" over features {
        param gain = 0.0;
        const eps = 1e-6;
        ms = mean(square(x));
        y = gain * x * rsqrt(ms + eps) + x;
    }
}

/// A method that is not registered is seen like any other.
#[test]
fn what_is_said_follows_what_is_seen() {
    let of = |k: &Kernel<f64>| Statements::of(k.descriptor, &Behaviour::measured(k).unwrap());
    let centred = of(&Kernel::portable::<Centred>());
    assert_eq!((centred.foldable.verdict, centred.padding.verdict), (No, No));
    assert_eq!(centred.training_is_evaluation.verdict, Yes);
    let scaled = of(&Kernel::portable::<Scaled>());
    assert_eq!((scaled.foldable.verdict, scaled.batch_of_one.verdict), (Yes, Yes));
    // At a gain of 0 it would be the identity.
    let response = of(&Kernel::portable::<Response>());
    assert_eq!(response.foldable.verdict, No);
}
