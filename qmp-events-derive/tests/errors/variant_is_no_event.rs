use qmp_events::*;

#[derive(QapiEvents)]
enum MyEvent {
    #[qapi(name = "STOP")]
    Stop(String),
    #[qapi(unknown)]
    Unknown(UnknownEvent),
}

fn main() {}
