use qmp_events::*;

#[derive(QapiEvent)]
struct Stop {}

fn main() {}
