//! Wrong widths do not compile, and the message names both.
//!
//! What is asserted in a `const` block (`W = 4 H`, a placement that a method has) is seen only when code is really
//! generated. These cases are checked, not built, so those stand as `compile_fail` examples at `Lstm` and `PlacedIn`.

#[test]
fn wrong_widths_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
