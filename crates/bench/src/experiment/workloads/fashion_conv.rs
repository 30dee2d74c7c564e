//! Pictures of clothes through the network that the cluttered digits go through. They are downloaded, so no tier trains on them
//! unasked.

use std::sync::OnceLock;

use data::{DATA_VARIABLE, DataFolder, Fractions, Images, Split, TrainTest};
use results::CellSettings;

use super::cluttered_conv;
use crate::error::Error;
use crate::experiment::axes::Axes;
use crate::experiment::cases::Cases;
use crate::experiment::workload::{Epochs, Goal, Rates, Workload};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "fashion-conv",
    title: "Clothes, convolved",
    data: "Fashion-MNIST: of 60000 pictures of clothes 10000 train and 2000 others validate, drawn by the seed with as many of each class, and 10000 more judge; means of 2 by 2 of their 28 by 28 pixels, framed to 16 by 16; grey levels 0 to 255 scaled to 0 to 1",
    attribution: "Xiao, Rasul and Vollgraf, Fashion-MNIST, MIT; downloaded by `just data fashion-mnist`",
    model: cluttered_conv::WORKLOAD.model,
    about: cluttered_conv::WORKLOAD.about,
    optimizer: "Adam",
    settings: &[],
    batch_size: 64,
    epochs: Epochs { smoke: 1, quick: 5, full: 10 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.80),
    caveats: &[
        "A picture has a quarter of its pixels: what the literature says of whole ones is another task.",
    ],
    recurrence: None,
    cases,
    // The same types: nothing is compiled for this workload.
    arms: cluttered_conv::WORKLOAD.arms,
    updates: &[],
};

/// The sides of what the network takes. Records name the workload only, so neither this nor what is drawn may ever change.
const SIDE: usize = 16;

/// Of the cases that are published to learn from, in the parts of a division by a seed: those that validate, and as its second
/// part those that train.
const DRAWN: Fractions = Fractions { validation: 1.0 / 30.0, test: 1.0 / 6.0 };

/// Both parts, once they were read.
static PICTURES: OnceLock<TrainTest> = OnceLock::new();

fn small(pictures: &Images) -> data::Result<Images> {
    data::framed(&data::halved(pictures)?, SIDE)
}

fn read(folder: &DataFolder) -> data::Result<TrainTest> {
    let published = folder.fashion_mnist()?;
    Ok(TrainTest { train: small(&published.train)?, test: small(&published.test)? })
}

fn pictures() -> Result<&'static TrainTest, Error> {
    if let Some(pictures) = PICTURES.get() {
        return Ok(pictures);
    }
    let missing = |why: String| Error::NoData { workload: WORKLOAD.id, why, set: "fashion-mnist" };
    let folder = DataFolder::from_env()
        .ok_or_else(|| missing(format!("{DATA_VARIABLE}, which names their folder, is not set")))?;
    let read = read(&folder).map_err(|e| missing(e.to_string()))?;
    Ok(PICTURES.get_or_init(|| read))
}

fn cases(cell: &CellSettings, _: &Axes<'_>) -> Result<Cases, Error> {
    let TrainTest { train, test } = pictures()?;
    let drawn = Split::stratified(train.labels(), DRAWN, cell.seed)?;
    let chosen = [drawn.test.as_slice(), &drawn.validation].concat();
    let mut values = Vec::new();
    train.gather_images(&chosen, &mut values)?;
    values.extend(test.scaled());
    let mut labels: Vec<u8> = chosen.iter().map(|&case| train.labels()[case]).collect();
    labels.extend_from_slice(test.labels());
    let (learning, seen) = (drawn.test.len(), chosen.len());
    let split = Split {
        train: (0..learning).collect(),
        validation: (learning..seen).collect(),
        test: (seen..labels.len()).collect(),
    };
    Ok(Cases::classes(values, labels, split))
}
