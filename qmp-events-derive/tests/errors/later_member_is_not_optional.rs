use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "RTC_CHANGE", since = "0.13")]
struct RtcChange {
    offset: i64,
    #[qapi(since = "7.0")]
    qom_path: String,
}

fn main() {}
