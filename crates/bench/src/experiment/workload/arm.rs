//! What becomes of each method in a workload: where it stands in the model and who builds that.

use norm_core::Descriptor;
use results::CellSettings;

use crate::error::Error;

use super::super::axes::Axes;
use super::super::learner::Learner;
use super::{Reason, Stand, Workload};

/// What becomes of each method in a workload.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arms {
    /// One by one, where a method is a type of the model.
    Types {
        /// Those of normlab.
        own: &'static [Arm],
        /// That of another repository's method.
        added: fn(&'static Descriptor) -> Arm,
    },
    /// By what a method says of itself, where it is a value.
    Values {
        /// Where tables compare it.
        place: fn(&'static Descriptor) -> Result<&'static str, Reason>,
        /// Builds it there, or where the settings of a cell say.
        build: Build,
    },
}

/// One method in one workload.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// The method.
    pub method: &'static str,
    /// Whether it is the plain model, which has no place to name.
    plain: bool,
    /// Where it stands, or why it does not.
    stands: Result<Places, Reason>,
    /// Builds it in any place by name, where place and method are values.
    anywhere: Option<Build>,
}

#[derive(Clone, Copy, Debug)]
enum Places {
    Several(&'static [Place]),
    One(Place),
}

impl Places {
    fn all(&self) -> &[Place] {
        match self {
            Self::Several(places) => places,
            Self::One(place) => std::slice::from_ref(place),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) build: Build,
}

/// Makes the model of a cell, with fresh weights; or says in words why not.
pub(crate) type Build = fn(&CellSettings, &Axes<'_>) -> Result<Box<dyn Learner>, String>;

/// A method in the models for the way it stands; in none for one that is refused, so that nothing is compiled for it.
pub(crate) trait Placed {
    const PLACES: &'static [Place];
}

pub(crate) const fn number(stand: Result<Stand, Reason>) -> u8 {
    match stand {
        Ok(stand) => stand as u8,
        Err(_) => 0,
    }
}

impl Arm {
    pub(crate) const fn of<P: Placed>(d: &Descriptor, stand: Result<Stand, Reason>) -> Self {
        let stands = match stand {
            Ok(_) => Ok(Places::Several(P::PLACES)),
            Err(reason) => Err(reason),
        };
        Self { method: d.id, plain: d.is_identity(), stands, anywhere: None }
    }

    pub(super) fn by_value(
        d: &'static Descriptor,
        place: Result<&'static str, Reason>,
        build: Build,
    ) -> Self {
        let stands = place.map(|name| Places::One(Place { name, build }));
        Self { method: d.id, plain: d.is_identity(), stands, anywhere: Some(build) }
    }

    /// A method of another repository in a model whose methods are types of normlab's own build: it stands where a method is a value.
    pub(crate) fn added(
        d: &'static Descriptor,
        stand: Result<Stand, Reason>,
        value: &'static [Place],
    ) -> Self {
        let stands = match (stand, value) {
            (Ok(Stand::Value), [_, ..]) => Ok(Places::Several(value)),
            (Ok(_), _) => {
                Err("what stands there is a type, of which normlab's own build has those of its methods")
            }
            (Err(reason), _) => Err(reason),
        };
        Self { method: d.id, plain: d.is_identity(), stands, anywhere: None }
    }

    pub(crate) const fn refused(method: &'static str, reason: Reason) -> Self {
        Self { method, plain: false, stands: Err(reason), anywhere: None }
    }

    pub(crate) const fn of_update(method: &'static str, places: &'static [Place]) -> Self {
        Self { method, plain: false, stands: Ok(Places::Several(places)), anywhere: None }
    }

    /// Where the method stands in the model: several names where several models have it; the error is why not.
    pub fn placements(&self) -> Result<Vec<&'static str>, Reason> {
        let plain = self.plain;
        Ok(self.stands?.all().iter().map(|place| if plain { "none" } else { place.name }).collect())
    }

    pub(crate) fn build(&self, workload: &Workload, placement: &str) -> Result<Build, Error> {
        let refused = |reason| Error::Refused { workload: workload.id, method: self.method, reason };
        let places = self.stands.map_err(refused)?;
        let mut named = places.all().iter().filter(|p| self.plain || p.name == placement);
        let elsewhere = self.anywhere.filter(|_| sequence::Placement::find(placement).is_some());
        named.next().map(|place| place.build).or(elsewhere).ok_or_else(|| Error::UnknownPlacement {
            workload: workload.id,
            method: self.method,
            got: placement.to_owned(),
            known: places.all().iter().map(|p| p.name).collect::<Vec<_>>().join(", "),
        })
    }
}
