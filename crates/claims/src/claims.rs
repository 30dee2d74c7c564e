//! Every claim, once. A claim is added by its file in `claims/` and one line here.

use crate::claim::Claim;
use crate::error::Error;

macro_rules! register {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every claim, in the order of the page.
        pub static CLAIMS: &[&Claim] = &[$(&$name::CLAIM),+];
    };
}

register! {
    bn_weight_scale,
    bn_bears_high_rates,
    bn_converges_faster,
    population_statistics_suffice,
    gradient_orthogonal,
    layer_norm_invariances,
    layer_norm_bears_small_batches,
    layer_norm_faster_in_long_sequences,
    layer_norm_needs_no_small_gain,
    layer_norm_of_the_cell_alone_helps,
    layer_norm_behind_batch_in_convolutions,
    weights_grow_and_steps_turn_less,
    tanh_slope_falls_with_input_size,
    gradient_survives_a_small_gain,
    rbn_faster,
    rbn_generalizes_better,
    high_gain_hurts_a_loss_at_the_end,
    per_step_statistics_are_needed,
    statistics_become_stationary,
    last_statistics_serve_longer_sequences,
    noise_tames_a_start_without_variance,
    noise_at_test_is_harmless,
    separate_terms_beat_joint,
    normalizing_the_carried_cell_hurts,
    learned_first_state_has_no_gradient,
    drawing_with_replacement_changes_the_task,
    shared_weights_come_close_to_unshared,
    time_specific_bn_for_shared_weights,
    shallow_recurrence_is_a_deep_residual_net,
    input_to_hidden_bn_speeds_up_training,
    input_to_hidden_bn_overfits,
    joint_bn_at_gain_one_does_not_help,
    small_gain_rescues_the_recurrent_term,
    masking_mends_padding,
    sequence_wise_gain_grows_with_depth,
    running_averages_serve_single_cases,
    rms_norm_equals_layer_norm,
    sigma_helps_more_than_l1,
    batch_renorm_better_in_small_batches,
    online_norm_works_one_case_at_a_time,
    bounded_maps_replace_layer_norm,
    weight_standardization_helps_group_norm,
    spectral_norm_bounds_the_recurrence,
    streaming_holds_batch_norm,
    streaming_bears_tiny_batches,
    streaming_shares_statistics_over_time,
    streaming_competes_with_layer_norm,
    streaming_works_in_convolutions,
    streaming_in_recurrent_convolutions,
    absolute_deviation_does_as_well,
    streaming_the_gradient_helps,
    streaming_reads_unseen_lengths,
    more_batches_for_an_update_replace_larger_ones,
    weight_norm_gradient_is_orthogonal,
    weight_norm_bears_a_range_of_rates,
    weight_norm_converges_faster,
    weight_norm_as_fast_as_batch_norm,
    mean_only_batch_norm_beside_weight_norm,
    data_start_normalizes_every_layer,
    weight_norm_in_recurrent_nets,
    exponential_scale_brings_nothing,
    weight_norm_length_is_not_essential,
    weight_norm_suits_reinforcement,
    cosine_is_bounded,
    cosine_lowers_variance,
    cosine_is_best_in_perceptrons,
    cosine_results_spread_less,
    centred_cosine_as_good,
    cosine_speeds_up_convolutions,
    cosine_logits_floor_the_loss,
    path_sgd_ignores_rescaling,
    path_sgd_bears_unbalanced_starts,
    path_sgd_faster_when_balanced,
    path_sgd_generalizes_as_well,
    path_sgd_is_cheap,
    path_norm_by_one_pass,
    second_path_term_is_negligible,
    dropping_the_second_path_term_changes_nothing,
    path_sgd_learns_long_dependencies,
    path_sgd_better_on_pixels,
    path_sgd_narrows_the_gap_to_lstm,
    path_sgd_ignores_recurrent_rescaling,
    view_units_bear_scale_and_shift,
    maximum_beats_sum_pooling,
    maximum_bears_clutter,
    hmax_ignores_contrast,
    normalized_product_replaces_gaussian,
    softmax_circuit_approaches_maximum,
    c2_beats_pixels_from_few_cases,
    sparsity_inhibition_and_range_help,
    cell_engine_equals_direct_code,
    cells_run_in_parallel,
    divisive_saturation,
    divisive_suppression,
    rectified_local_contrast_is_key,
    random_filters_nearly_suffice,
    local_response_norm_gains_little,
    batch_layer_divisive_are_one_formula,
    step_statistics_beat_shared_ones,
    small_initial_gain_matters,
    normalizing_the_input_term_alone,
    weight_norm_and_cosine_are_relatives,
    invariance_table_of_all_methods,
    which_methods_are_reparametrizations,
    separate_step_statistics_work_best,
    initial_gain_decides_the_end,
    weight_norm_puts_length_for_variance,
    path_sgd_is_the_relu_symmetry,
    layer_norm_weak_in_convolutions,
    time_specific_bn_in_recurrent_convolutions,
    streaming_learns_one_case_at_a_time,
    streaming_overcomes_most_issues,
    length_can_be_learned_later,
    cosine_is_close_to_weight_norm,
    normalized_product_is_hmax,
    cns_layout_by_coordinates,
    layer_norm_of_one_input_is_its_sign,
    layer_norm_needs_more_than_a_level,
    three_recurrent_norms_on_pixels,
    running_averages_lag_behind,
    layer_norm_for_several_lengths,
    layer_norm_bears_one_case,
}

/// Claims that a run of the standard tier has no time for: the two that cost most, and some that neither the question nor a need
/// rests on. The full tier has, and so has whoever asks for one by its id.
const LEFT_TO_THE_FULL_TIER: [&str; 9] = ["R22", "R24", "R38", "R40", "CN6", "LC2", "LR1", "PR3", "WN5"];

/// The claims that the standard tier decides.
pub fn standard() -> Vec<&'static Claim> {
    CLAIMS.iter().copied().filter(|claim| !LEFT_TO_THE_FULL_TIER.contains(&claim.id)).collect()
}

/// The claim of that id.
///
/// # Errors
///
/// [`Error::Unknown`], with the ids that there are.
pub fn find(id: &str) -> Result<&'static Claim, Error> {
    let known = || Error::Unknown {
        got: id.to_owned(),
        known: CLAIMS.iter().map(|claim| claim.id).collect::<Vec<_>>().join(", "),
    };
    CLAIMS.iter().copied().find(|claim| claim.id == id).ok_or_else(known)
}
