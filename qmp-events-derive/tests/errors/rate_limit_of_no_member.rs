use qmp_events::*;

#[derive(QapiEvent)]
#[qapi(name = "VSERPORT_CHANGE", rate_limit(key = "ids", exempt(opened = "x")))]
struct VserportChange {
    id: String,
    open: bool,
}

#[derive(QapiEvent)]
#[qapi(name = "OTHER", rate_limit(keys = "id"))]
struct Other {
    id: String,
}

fn main() {}
