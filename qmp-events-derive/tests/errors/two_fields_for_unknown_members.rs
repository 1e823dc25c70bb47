use qmp_events::{QapiEvent, UnknownMembers};

#[derive(QapiEvent)]
#[qapi(name = "__com.example_FAN_FAILED")]
struct FanFailed {
    #[qapi(unknown, name = "others")]
    unknown: UnknownMembers,
    #[qapi(unknown)]
    more: UnknownMembers,
    #[qapi(unknown, bare)]
    bare: UnknownMembers,
}

fn main() {}
