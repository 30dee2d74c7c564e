//! One file per rejection of the macros; the expected text shows the error on the user's token.
//! `TRYBUILD=overwrite` rewrites the expected texts.

#[test]
fn every_rejection_points_at_the_users_token() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
