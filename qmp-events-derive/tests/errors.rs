//! Every rule of the derive macros: where the error points, and what remedy it names.
//!
//! Here and not in the library's tests: trybuild compiles all dev-dependencies of its package anew.

#[test]
fn errors_of_the_derives_name_the_remedy() {
    trybuild::TestCases::new().compile_fail("tests/errors/*.rs");
}
