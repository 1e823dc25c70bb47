//! Every rule of the derive macros: where the error points, and what remedy it names.

#[test]
fn errors_of_the_derives_name_the_remedy() {
    trybuild::TestCases::new().compile_fail("tests/derive_errors/*.rs");
}
