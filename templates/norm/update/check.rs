//! What `just check-norm {{id}}` runs.

norm_core::check_update!(norm_{{module}}::{{type}});
