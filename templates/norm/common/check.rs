//! What `just check-norm {{id}}` runs.

norm_dfdx::check!(norm_{{module}}::{{norm}});
