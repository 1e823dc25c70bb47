use qmp_events::*;

#[derive(QapiAlternate)]
#[qapi(name = "Number")]
enum Number {
    Small(u8),
    Large(u64),
    #[qapi(unknown)]
    Other(serde_json::Value),
}

fn main() {}
