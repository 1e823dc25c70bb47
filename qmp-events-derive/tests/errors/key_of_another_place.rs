use qmp_events::*;

#[derive(QapiStruct)]
#[qapi(name = "Point")]
struct Point {
    #[qapi(bare)]
    x: i64,
}

fn main() {}
