use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "RTC_CHANGE")]
struct RtcChange {
    offset: i64,
    #[qapi(name = "offset")]
    other: i64,
    #[qapi(alias = "other")]
    third: i64,
    #[qapi(alias = "third")]
    fourth: i64,
}

fn main() {}
