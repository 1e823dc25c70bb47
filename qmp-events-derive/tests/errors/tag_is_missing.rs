use qmp_events::*;

#[derive(QapiUnion)]
#[qapi(name = "Address")]
enum Address {
    #[qapi(unknown)]
    Other(UnknownBranch),
}

fn main() {}
