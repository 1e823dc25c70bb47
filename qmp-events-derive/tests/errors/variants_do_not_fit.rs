use qmp_events::*;

#[derive(QapiEnum)]
#[qapi(name = "Action")]
enum Action {
    Stop(String),
    Pair(String, String),
    #[qapi(unknown)]
    Other(UnknownValue),
}

#[derive(QapiAlternate)]
#[qapi(name = "Value")]
enum Value {
    Nothing,
    #[qapi(unknown)]
    Other(serde_json::Value),
}

#[derive(QapiEvents)]
enum MyEvent {
    #[qapi(name = "STOP")]
    Stop,
    Resume(events::Resume),
    #[qapi(unknown)]
    Unknown(UnknownEvent),
}

fn main() {}
