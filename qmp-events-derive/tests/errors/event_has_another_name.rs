use qmp_events::*;

#[derive(QapiEvents)]
enum MyEvent {
    #[qapi(name = "STOPPED")]
    Stop(events::Stop),
    #[qapi(unknown)]
    Unknown(UnknownEvent),
}

fn main() {}
