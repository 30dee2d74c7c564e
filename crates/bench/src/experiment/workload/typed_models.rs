//! Where a method is a type of the model: the models of a workload are written down once, and a method that is refused compiles
//! nothing.

/// Writes down the models of a workload, for each [`Stand`] the places by name and the dfdx type with the method in it; in brackets
/// who builds it, where the model hears settings. Makes `ARMS` of it and of the file's `stand`.
macro_rules! models {
    (
        $([value $at:expr => $by_value:expr])?
        $formula:ident in $view:ty, $classes:literal classes, by $rule:ident;
        $($stand:ident { $($place:expr => $model:ty $([$builder:ident])?),+ $(,)? })+
    ) => {
        struct Model<F, const STAND: u8>(std::marker::PhantomData<F>);

        impl<F: norm_core::Formula> $crate::experiment::workload::Placed for Model<F, 0> {
            const PLACES: &'static [$crate::experiment::workload::Place] = &[];
        }

        $(impl<F: norm_core::Formula> $crate::experiment::workload::Placed
            for Model<F, { $crate::experiment::workload::Stand::Value as u8 }>
        {
            const PLACES: &'static [$crate::experiment::workload::Place] =
                &[$crate::experiment::workload::Place { name: $at, build: $by_value }];
        })?

        $(impl<$formula: norm_core::Formula> $crate::experiment::workload::Placed
            for Model<$formula, { $crate::experiment::workload::Stand::$stand as u8 }>
        {
            const PLACES: &'static [$crate::experiment::workload::Place] = &[$($crate::experiment::workload::Place {
                name: $place,
                build: $crate::experiment::workload::builder!(
                    [$($builder)?] $view, $model, $crate::experiment::typed::$rule, $classes
                ),
            }),+];
        })+

        const VALUE: &[$crate::experiment::workload::Place] =
            &[$($crate::experiment::workload::Place { name: $at, build: $by_value })?];

        const ARMS: $crate::experiment::workload::Arms = $crate::experiment::workload::Arms::Types {
            own: norms::for_each_norm!(table),
            added: |d| $crate::experiment::workload::Arm::added(d, stand(d), VALUE),
        };
    };
}
pub(crate) use models;

/// Who builds a model: `build`, or who is named.
macro_rules! builder {
    ([] $view:ty, $model:ty, $rule:ty, $classes:literal) => {
        $crate::experiment::typed::build::<$view, $model, $rule, $classes>
    };
    ([$builder:ident] $view:ty, $model:ty, $rule:ty, $classes:literal) => {
        $crate::experiment::typed::$builder::<$view, $model, $rule, $classes>
    };
}
pub(crate) use builder;

macro_rules! table {
    ($($formula:path),+ $(,)?) => {
        &[$($crate::experiment::workload::Arm::of::<
            Model<
                $formula,
                { $crate::experiment::workload::number(stand(<$formula as norm_core::Formula>::DESCRIPTOR)) },
            >,
        >(
            <$formula as norm_core::Formula>::DESCRIPTOR,
            stand(<$formula as norm_core::Formula>::DESCRIPTOR),
        )),+]
    };
}
pub(crate) use table;
