use qmp_events::*;

#[derive(QapiEnum)]
#[qapi(name = "Action")]
enum Action {
    Stop,
}

#[derive(QapiEnum)]
#[qapi(name = "Reaction")]
enum Reaction {
    Stop,
    #[qapi(unknown)]
    Other,
}

#[derive(QapiEnum)]
#[qapi(name = "Inaction")]
enum Inaction {
    #[qapi(unknown)]
    One(UnknownValue),
    #[qapi(unknown)]
    Two(UnknownValue),
}

fn main() {}
