use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP", since = "v7")]
struct Stop {}

fn main() {}
