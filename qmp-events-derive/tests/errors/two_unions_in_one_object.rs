use qmp_events::*;

#[derive(QapiStruct)]
#[qapi(name = "Pair")]
struct Pair {
    #[qapi(branches)]
    left: events::SocketAddress,
    #[qapi(branches, name = "right")]
    right: events::SocketAddress,
}

fn main() {}
