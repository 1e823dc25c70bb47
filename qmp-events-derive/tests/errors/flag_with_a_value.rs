use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP", unstable = "yes")]
struct Stop {}

fn main() {}
