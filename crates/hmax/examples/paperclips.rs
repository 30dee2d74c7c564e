//! How far a view-tuned unit stands turning, scaling and moving its paperclip, with MAX and with SUM pooling, and
//! how often it finds the clip beside another one: `cargo run --release -p hmax --example paperclips [published]
//! [targets] [distractors]`.
//!
//! The range of a target is that around its training view in which its unit answers more than to any distractor at the
//! training view. Without `published` the frames are 96×96 and the filters 5 to 17 pixels; with it 160×160 and 7 to 29.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use hmax::{FilterBank, Gray, Model, Paperclip, Pool, Result, View, Vtu};
use rayon::prelude::*;

/// Afferents of a unit.
const STRONGEST: usize = 40;

struct Setting {
    model: Model,
    training: View,
    /// C2 of every distractor at the training view.
    distractors: Vec<Vec<f32>>,
    clutter: Vec<Paperclip>,
}

impl Setting {
    fn see(&self, image: Result<Gray>) -> Result<Vec<f32>> {
        self.model.c2(&image?)
    }

    /// The unit of a target, and how close the nearest distractor comes to its view.
    fn unit(&self, target: &Paperclip) -> Result<(Vtu, f64)> {
        let unit = Vtu::new(&self.see(target.view(&self.training))?, STRONGEST, 0.1)?;
        let mut nearest = f64::MAX;
        for other in &self.distractors {
            nearest = nearest.min(unit.squared_distance(other)?);
        }
        Ok((unit, nearest))
    }

    /// How far the unit holds without a break around 0, among `values`, which rise.
    fn range(&self, target: &Paperclip, values: &[f64], view: impl Fn(f64) -> View) -> Result<f64> {
        let (unit, nearest) = self.unit(target)?;
        let holds = |&value: &f64| -> Result<bool> {
            Ok(unit.squared_distance(&self.see(target.view(&view(value)))?)? < nearest)
        };
        let holds: Vec<bool> = values.iter().map(holds).collect::<Result<_>>()?;
        let middle = values.iter().position(|&v| v == 0.0).unwrap_or(0);
        let high = (middle..values.len()).take_while(|&i| holds[i]).last().unwrap_or(middle);
        let low = (0..=middle).rev().take_while(|&i| holds[i]).last().unwrap_or(middle);
        Ok(values[high] - values[low])
    }

    /// Whether the target is told from every distractor while one of them stands beside it.
    fn beside(&self, target: &Paperclip, number: usize) -> Result<bool> {
        let (unit, nearest) = self.unit(target)?;
        let aside = self.training.clip / 2.0;
        let other = &self.clutter[number % self.clutter.len()];
        let pair = target
            .view(&self.training.shifted(-aside, 0.0))?
            .overlaid(&other.view(&self.training.shifted(aside, 0.0))?)?;
        Ok(unit.squared_distance(&self.model.c2(&pair)?)? < nearest)
    }
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let published = words.iter().any(|w| w == "published");
    let mut counts = words.iter().filter_map(|w| w.parse::<u64>().ok());
    let (targets, distractors) = (counts.next().unwrap_or(20), counts.next().unwrap_or(60));
    let training = if published { View::PUBLISHED } else { View::SMALL };
    println!(
        "{targets} targets, {distractors} distractors, clips of {} in {}×{}",
        training.clip, training.frame, training.frame
    );
    println!(
        "{:8} {:>18} {:>18} {:>18} {:>10}",
        "pooling", "turn (degrees)", "scale (octaves)", "shift (pixels)", "beside"
    );
    let clips: Vec<Paperclip> = (0..targets).map(|n| Paperclip::random(1, n)).collect();
    let clutter: Vec<Paperclip> = (0..distractors).map(|n| Paperclip::random(2, n)).collect();
    let room = (training.frame as f64 - training.clip) / 2.0;
    let degrees: Vec<f64> = (-24..=24).map(|i| f64::from(i) * 3.75).collect();
    let octaves: Vec<f64> = (-6..=4).map(|i| f64::from(i) * 0.25).collect();
    let shifts: Vec<f64> = (-6..=6).map(|i| f64::from(i) * room / 6.0).collect();
    for pool in [Pool::Max, Pool::Mean] {
        let bank = if published { FilterBank::second_derivatives()? } else { FilterBank::small()? };
        let model = Model::arrangements(bank, pool)?;
        let seen = clutter.par_iter().map(|c| model.c2(&c.view(&training)?)).collect::<Result<_>>()?;
        let setting = Setting { model, training, distractors: seen, clutter: clutter.clone() };
        let ranges = |values: &[f64], view: &(dyn Fn(f64) -> View + Sync)| -> Result<Vec<f64>> {
            clips.par_iter().map(|c| setting.range(c, values, view)).collect()
        };
        let turn = ranges(&degrees, &|v| training.turned(v))?;
        let scale = ranges(&octaves, &|v| training.scaled(v))?;
        let shift = ranges(&shifts, &|v| training.shifted(v, 0.0))?;
        let beside: Vec<bool> =
            clips.par_iter().enumerate().map(|(n, c)| setting.beside(c, n)).collect::<Result<_>>()?;
        let share = beside.iter().filter(|&&b| b).count() as f64 / beside.len() as f64;
        println!(
            "{:8} {} {} {} {:9.0}%",
            if pool == Pool::Max { "MAX" } else { "SUM" },
            spread(turn),
            spread(scale),
            spread(shift),
            100.0 * share
        );
    }
    Ok(())
}

/// Mean and, in brackets, lowest and highest.
fn spread(mut ranges: Vec<f64>) -> String {
    ranges.sort_by(f64::total_cmp);
    let mean = ranges.iter().sum::<f64>() / ranges.len() as f64;
    let (low, high) = (ranges.first().unwrap_or(&0.0), ranges.last().unwrap_or(&0.0));
    format!("{:>18}", format!("{mean:.2} ({low:.1}-{high:.1})"))
}
