use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "STOP")]
enum Stop {}

#[derive(QapiEnum)]
#[qapi(name = "Action")]
struct Action {}

#[derive(QapiStruct)]
#[qapi(name = "Pair")]
struct Pair(i64, i64);

#[derive(QapiStruct)]
#[qapi(name = "Generic")]
struct Generic<T> {
    value: T,
}

fn main() {}
