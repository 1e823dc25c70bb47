use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP", name = "STOPPED")]
struct Stop {}

fn main() {}
