//! {{title}} under the kit of updates.

norm_core::conformance!(update divisors: norm_{{module}}::{{type}});
