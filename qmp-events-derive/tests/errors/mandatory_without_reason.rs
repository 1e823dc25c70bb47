use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "RTC_CHANGE")]
struct RtcChange {
    #[qapi(mandatory)]
    offset: i64,
    #[qapi(mandatory)]
    qom_path: Option<String>,
}

fn main() {}
