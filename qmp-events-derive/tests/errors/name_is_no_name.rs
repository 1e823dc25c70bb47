use qmp_events::{QapiEnum, QapiEvent, UnknownValue};

#[derive(QapiEvent)]
#[qapi(name = "SAID \"HELLO\"")]
struct Said {
    #[qapi(name = "to whom")]
    to: String,
    #[qapi(alias = "a\\b")]
    how: String,
}

#[derive(QapiEnum)]
#[qapi(name = "Tone")]
enum Tone {
    #[qapi(name = "loud!")]
    Loud,
    #[qapi(unknown)]
    Other(UnknownValue),
}

fn main() {}
