//! What is refused, by name, with expected and got, before anything is written.

use crate::support::{kernel64, sizes};
use sequence::{
    Cell, CellKind, Error, Gradients, Inputs, Mode, Options, Place, Placement, Reason, Slot, State,
    Statistics, Upstream, Weights, Workspace,
};

fn batch(statistics: Statistics) -> Slot<f64> {
    let mut slot = Slot::new(kernel64("batch"));
    slot.statistics = statistics;
    slot
}

fn asked(statistics: Statistics) -> Options<'static> {
    Options { statistics: Some(statistics), ..Options::default() }
}

#[test]
fn a_method_where_the_placement_is_not_defined() {
    for placement in Placement::ALL {
        for kind in CellKind::ALL {
            for id in ["batch", "layer", "none"] {
                let d = kernel64(id).descriptor;
                let made = placement.cell_with(kind, kernel64(id), Options::default());
                let Err(reason) = placement.allows(d, kind) else {
                    // What is allowed can be had, at most for the price of saying how many steps are stored.
                    let needs = Err(Reason::StepsNotSaid { place: Place::HiddenToHidden });
                    let steps = placement.statistics(d, kind, None);
                    assert!(steps.is_ok() || steps == needs || placement == Placement::JOINT, "{steps:?}");
                    assert_eq!(made.is_ok(), steps.is_ok());
                    if id == "batch" {
                        placement
                            .cell_with(kind, kernel64(id), asked(Statistics::PerStep { t_max: 2 }))
                            .unwrap();
                    }
                    continue;
                };
                let refused = made.unwrap_err();
                assert!(matches!(refused, Error::Undefined { reason: r, .. } if r == reason), "{refused}");
                let text = refused.to_string();
                assert!(text.contains(placement.name) && text.contains(id), "{text}");
            }
        }
    }
    let of = |p: Placement, id: &str, kind| p.allows(kernel64(id).descriptor, kind).unwrap_err();
    assert_eq!(of(Placement::PAPER, "batch", CellKind::Lstm), Reason::AcrossCases { pools: "batch + space" });
    assert_eq!(
        of(Placement::RECURRENT_BATCH, "layer", CellKind::Gru),
        Reason::WithinCase { pools: "features" }
    );
    let gru = of(Placement::JOINT, "layer", CellKind::Gru);
    assert_eq!(gru, Reason::Recurrence { kind: CellKind::Gru });
    assert!(gru.to_string().ends_with("are: h, ih, hh, ih_candidate, hh_candidate, hidden"), "{gru}");
    let layer = of(Placement::OPERANDS, "layer", CellKind::RnnTanh);
    assert_eq!(layer, Reason::NotOperands { site: "summed_inputs" });
    let weight = of(Placement::OPERANDS, "weight", CellKind::RnnTanh);
    assert_eq!(weight, Reason::NotOperands { site: "weights" });
    let cosine = of(Placement::INPUT, "cosine", CellKind::RnnTanh);
    assert_eq!(cosine, Reason::Site { site: "weights_and_inputs" });
    assert!(cosine.to_string().ends_with("weights and inputs together `operands`"), "{cosine}");
    // The plain recurrence is the baseline's: no method becomes it unsaid.
    assert_eq!(of(Placement::NONE, "layer", CellKind::Lstm), Reason::NothingFilled);
    assert_eq!(of(Placement::NONE, "weight", CellKind::Lstm), Reason::NothingFilled);
    assert_eq!(of(Placement::WEIGHTS, "layer", CellKind::Lstm), Reason::NotWeights { site: "summed_inputs" });
    assert_eq!(Placement::WEIGHTS.allows(kernel64("weight").descriptor, CellKind::Gru), Ok(()));
    // What is stored of the weights is kept beside the cell, by whoever says that he keeps it.
    assert_eq!(Placement::WEIGHTS.allows(kernel64("spectral").descriptor, CellKind::Lstm), Ok(()));
    let spectral = || kernel64("spectral");
    let refused = Placement::WEIGHTS.cell(CellKind::Lstm, spectral(), None).unwrap_err();
    assert!(matches!(refused, Error::Undefined { reason: Reason::LooksAtStore, .. }), "{refused}");
    let made = Placement::WEIGHTS.cell_beside_row_stores(CellKind::Lstm, spectral(), Options::default());
    assert!(made.unwrap().slots().next().is_none());
    // One of images has no place.
    assert_eq!(of(Placement::INPUT, "instance", CellKind::Lstm), Reason::NoSpace);
    let usual = |id: &str| Placement::usual(kernel64(id).descriptor);
    assert_eq!(usual("weight"), Ok(Placement::WEIGHTS));
    assert_eq!(usual("spectral"), Ok(Placement::WEIGHTS));
    assert_eq!(usual("cosine"), Ok(Placement::OPERANDS));
    assert_eq!(usual("layer"), Ok(Placement::PAPER));
    assert_eq!(usual("batch"), Ok(Placement::INPUT));
    assert_eq!(usual("streaming"), Ok(Placement::INPUT));
    assert_eq!(usual("ghost-batch"), Ok(Placement::INPUT));
    assert_eq!(Placement::find("labml"), Some(&Placement::LABML));
    assert_eq!(Placement::find("recurrent_batch"), Some(&Placement::RECURRENT_BATCH));
    assert_eq!(Placement::find("unknown"), None);
}

/// What a message says that statistics pool is all that they pool: where there are several sets, it says that there are.
#[test]
fn no_message_names_one_of_several_sets() {
    let mut several = 0;
    for method in norms::METHODS {
        let d = method.descriptor();
        if d.sets().len() == 1 {
            continue;
        }
        several += 1;
        for asked in [Statistics::Instant, Statistics::BatchTime, Statistics::PerStep { t_max: 2 }] {
            for placement in Placement::ALL {
                let said = [
                    placement.statistics(d, CellKind::Lstm, Some(asked)).map(|_| ()),
                    placement.allows(d, CellKind::Lstm),
                ];
                for reason in said.into_iter().filter_map(Result::err).map(|r| r.to_string()) {
                    assert!(!reason.contains("statistics pool"), "{} at {}: {reason}", d.id, placement.name);
                }
            }
        }
        let (mut slot, step) = (Slot::new(*method.f64), Statistics::PerStep { t_max: 2 });
        slot.statistics = if slot.statistics == Statistics::Instant { step } else { Statistics::Instant };
        let refused = Cell::new(CellKind::Lstm).with(Place::InputToHidden, slot).unwrap_err();
        let all = refused.to_string().contains(&d.over());
        assert!(matches!(refused, Error::NotHere { .. }) || all, "{}: {refused}", d.id);
    }
    assert!(several > 2, "{several}");
}

#[test]
fn statistics_where_they_are_not_defined() {
    let of = |p: Placement, id: &str, asked| p.statistics(kernel64(id).descriptor, CellKind::Lstm, asked);
    let (sequence, step) = (Statistics::find("sequence", 5), Statistics::find("step", 5));
    assert_eq!(sequence, Some(Statistics::BatchTime));
    assert_eq!(Statistics::find("frame", 5), step);
    assert_eq!(Statistics::find("year", 5), None);
    let (input, joint, paper) = (Placement::INPUT, Placement::JOINT, Placement::PAPER);
    assert_eq!(of(input, "batch", None), Ok(Statistics::BatchTime));
    assert_eq!(of(input, "batch", sequence), Ok(Statistics::BatchTime));
    assert_eq!(of(input, "batch", step), Ok(Statistics::PerStep { t_max: 5 }));
    assert_eq!(of(joint, "batch", step), Ok(Statistics::PerStep { t_max: 5 }));
    assert_eq!(of(joint, "batch", sequence), Err(Reason::WholeSequence { place: Place::Joint }));
    assert_eq!(of(joint, "batch", None), Err(Reason::StepsNotSaid { place: Place::Joint }));
    assert_eq!(of(joint, "batch", Statistics::find("step", 0)), Err(Reason::NoSteps));
    let shared = Statistics::find("shared", 5);
    assert_eq!(of(joint, "batch", shared), Ok(Statistics::Shared));
    assert_eq!(of(joint, "streaming", None), Ok(Statistics::Shared));
    assert_eq!(of(joint, "streaming", step), Err(Reason::Streams { got: "per-step" }));
    let within = Some(Statistics::Instant);
    assert_eq!(of(input, "batch", within), Err(Reason::StatisticsOfCases { pools: "batch + space" }));
    assert_eq!(of(paper, "layer", within), Ok(Statistics::Instant));
    let stored = Reason::NothingStored { pools: "features", got: "per-step" };
    assert_eq!(of(paper, "layer", step), Err(stored));
    let error = joint.cell_with(CellKind::Lstm, kernel64("batch"), asked(Statistics::BatchTime)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "placement `joint` is not defined for `batch`: slot `joint` follows from the step before, so a statistic \
         over all steps does not exist yet: choose `step`"
    );
}

#[test]
fn slots_that_cannot_be() {
    for (id, place) in [("weight", Place::InputToHidden), ("ndp", Place::Hidden), ("cosine", Place::Joint)] {
        let refused = Cell::new(CellKind::RnnTanh).with(place, Slot::new(kernel64(id))).unwrap_err();
        assert!(matches!(refused, Error::NotHere { .. }), "{refused}");
        let text = refused.to_string();
        assert!(text.contains(id) && text.contains(place.name()) && text.contains("it normalizes"), "{text}");
    }
    let lstm = || Cell::<f64>::new(CellKind::Lstm);
    let whole = lstm().with(Place::HiddenToHidden, batch(Statistics::BatchTime)).unwrap_err();
    assert!(
        matches!(whole, Error::Statistics { place: Place::HiddenToHidden, got: "batch + time", .. }),
        "{whole}"
    );
    let unstored = lstm().with(Place::InputToHidden, batch(Statistics::Instant)).unwrap_err();
    assert!(matches!(unstored, Error::Statistics { got: "instant", .. }), "{unstored}");
    let none = lstm().with(Place::ReadOut, batch(Statistics::PerStep { t_max: 0 })).unwrap_err();
    assert_eq!(none, Error::NoSteps { place: Place::ReadOut });
    let mut layer = Slot::new(kernel64("layer"));
    layer.statistics = Statistics::PerStep { t_max: 4 };
    let kept = lstm().with(Place::ReadOut, layer).unwrap_err();
    assert!(matches!(kept, Error::Statistics { method: "layer", got: "per-step", .. }), "{kept}");
    for place in [Place::Carried, Place::ReadOut] {
        let rnn = Cell::new(CellKind::RnnTanh).with(place, Slot::new(kernel64("layer"))).unwrap_err();
        assert_eq!(rnn, Error::NoSuchPlace { kind: CellKind::RnnTanh, place });
    }
}

struct Call {
    cell: Cell<f64>,
    state: State<f64>,
    x: Vec<f64>,
    mask: Option<Vec<bool>>,
    h0: Option<Vec<f64>>,
    ih: Vec<f64>,
    bias: Option<Vec<f64>>,
    slots: Vec<Vec<f64>>,
    y: usize,
}

impl Call {
    fn good() -> Self {
        let cell = Placement::INPUT.cell(CellKind::Lstm, kernel64("batch"), None).unwrap();
        let state = State::new(&cell, 3);
        let slots = vec![vec![1.0; 12], vec![0.0; 12]];
        Self {
            cell,
            state,
            x: vec![0.5; 16],
            mask: None,
            h0: None,
            ih: vec![0.1; 24],
            bias: None,
            slots,
            y: 24,
        }
    }
    fn forward(&mut self, steps: usize, ws: &mut Workspace<f64>) -> Result<(), Error> {
        let slots: Vec<&[f64]> = self.slots.iter().map(|s| &s[..]).collect();
        let w = Weights {
            ih: &self.ih,
            hh: &[0.1; 36],
            bias: self.bias.as_deref(),
            recurrent_bias: None,
            slots: &slots,
        };
        let (mask, h0) = (self.mask.as_deref(), self.h0.as_deref());
        let inputs = Inputs { sizes: sizes(steps, 4, 2, 3), x: &self.x, mask, h0, c0: None };
        let mut y = vec![f64::NAN; self.y];
        let done = self.cell.forward(&w, &inputs, Mode::Train(&mut self.state), ws, &mut y);
        assert!(done.is_ok() || y.iter().all(|v| v.is_nan()), "nothing is written");
        done.map(|_| ())
    }
    fn backward(&self, steps: usize, ws: &mut Workspace<f64>) -> Result<(), Error> {
        let slots: Vec<&[f64]> = self.slots.iter().map(|s| &s[..]).collect();
        let w = Weights { ih: &self.ih, hh: &[0.1; 36], bias: None, recurrent_bias: None, slots: &slots };
        let x = vec![0.5; steps * 8];
        let inputs = Inputs { sizes: sizes(steps, 4, 2, 3), x: &x, mask: None, h0: None, c0: None };
        let (mut a, mut b, mut gain, mut bias) = ([0.0; 24], [0.0; 36], [0.0; 12], [0.0; 12]);
        let mut slots = [&mut gain[..], &mut bias[..]];
        let mut out = Gradients {
            x: None,
            ih: &mut a,
            hh: &mut b,
            bias: None,
            recurrent_bias: None,
            slots: &mut slots,
            h0: None,
            c0: None,
        };
        let dy = vec![1.0; steps * 12];
        self.cell.backward(&w, &inputs, &Upstream { y: &dy, h: None, c: None }, ws, &mut out)
    }
}

#[test]
fn calls_that_do_not_fit() {
    let length = |what: &str, expected, got| Err(Error::Length { what: what.into(), expected, got });
    let mut ws = Workspace::default();
    let mut refuse = |change: fn(&mut Call), expected: Result<(), Error>| {
        let mut call = Call::good();
        change(&mut call);
        assert_eq!(call.forward(2, &mut ws), expected);
    };
    refuse(|_| {}, Ok(()));
    refuse(|c| c.x = vec![0.5; 15], length("x", 16, 15));
    refuse(|c| c.ih = vec![0.5; 23], length("weight_ih", 24, 23));
    refuse(|c| c.mask = Some(vec![true; 7]), length("mask", 8, 7));
    refuse(|c| c.h0 = Some(vec![0.0; 11]), length("h0", 12, 11));
    refuse(|c| c.y = 23, length("y", 24, 23));
    refuse(|c| c.slots[1] = vec![0.0; 3], length("ih.bias", 12, 3));
    refuse(
        |c| c.bias = Some(vec![0.0; 12]),
        Err(Error::Bias { what: "bias".into(), expected: "has none", got: "gave one" }),
    );
    refuse(
        |c| c.slots.truncate(1),
        Err(Error::SlotParameters { expected: 2, got: 1, names: "ih.gain, ih.bias".into() }),
    );
    refuse(
        |c| c.state = State::new(&c.cell, 2),
        Err(Error::State { place: Place::InputToHidden, expected: 24, got: 16 }),
    );
}

#[test]
fn sizes_of_nothing_and_of_too_much() {
    let cell = Cell::<f64>::new(CellKind::RnnTanh);
    let mut state = State::new(&cell, 2);
    for (s, what) in [
        (sizes(0, 1, 1, 2), "steps"),
        (sizes(1, 0, 1, 2), "cases"),
        (sizes(1, 1, 0, 2), "inputs"),
        (sizes(1, 1, 1, 0), "units"),
    ] {
        let w = Weights { ih: &[], hh: &[], bias: None, recurrent_bias: None, slots: &[] };
        let inputs = Inputs { sizes: s, x: &[], mask: None, h0: None, c0: None };
        let done = cell.forward(&w, &inputs, Mode::Train(&mut state), &mut Workspace::default(), &mut []);
        assert_eq!(done, Err(Error::Empty { what }));
    }
    for s in [sizes(usize::MAX, 1, 1, 1), sizes(2, usize::MAX / 2, 1, 3), sizes(1, 1, 1, usize::MAX / 2)] {
        let w = Weights { ih: &[], hh: &[], bias: None, recurrent_bias: None, slots: &[] };
        let inputs = Inputs { sizes: s, x: &[], mask: None, h0: None, c0: None };
        let done = cell.forward(&w, &inputs, Mode::Train(&mut state), &mut Workspace::default(), &mut []);
        assert!(matches!(done, Err(Error::TooLarge { .. })), "{done:?}");
    }
}

#[test]
fn backward_without_its_forward() {
    let mut ws = Workspace::default();
    let mut call = Call::good();
    assert!(matches!(call.backward(2, &mut ws), Err(Error::NoForward { .. })));
    call.forward(2, &mut ws).unwrap();
    let refused = call.backward(1, &mut ws).unwrap_err();
    assert!(matches!(refused, Error::NoForward { .. }), "{refused}");
    assert_eq!(call.backward(2, &mut ws), Ok(()));
}
