use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP", since = "7.2", removed = "7.2")]
struct Stop {}

fn main() {}
