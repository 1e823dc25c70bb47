use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "RTC_CHANGE")]
struct RtcChange {
    offset: std::time::Duration,
}

fn main() {}
