//! {{title}} under the kit of updates.

norm_core::conformance!(update kit: norm_{{module}}::{{type}});
