use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP", sinse = "0.12")]
struct Stop {}

fn main() {}
