use qmp_events::{Event, QapiEvents, UnknownEvent};

#[derive(QapiEvents)]
enum Empty {
    #[qapi(rest)]
    Qemu,
}

#[derive(QapiEvents)]
enum Both {
    #[qapi(rest)]
    Qemu(Event),
    #[qapi(unknown)]
    Other(UnknownEvent),
}

fn main() {}
