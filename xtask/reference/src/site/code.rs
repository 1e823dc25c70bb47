//! What to type to see an event, in three languages.

use serde::Serialize;

use crate::model::Event;

#[derive(Debug, Serialize)]
pub(super) struct Snippets {
    shell: String,
    rust: String,
    python: String,
}

pub(super) fn snippets(event: &Event) -> Snippets {
    let Event { name, rust, .. } = event;
    let shell = format!("qmp-events watch unix:/run/vm.sock --event {name}");
    // Without data there is nothing to name.
    let (pattern, shown) = match event.data.object.members.first() {
        Some(member) => (format!("Event::{rust}(event)"), format!("\"{{:?}}\", event.{}", member.rust)),
        None => (format!("Event::{rust}(_)"), format!("\"{}\"", name.to_lowercase().replace('_', " "))),
    };
    let rust = format!(
        "use qmp_events::{{Event, blocking}};

for message in blocking::connect(\"unix:/run/vm.sock\")?.events() {{
    if let {pattern} = message?.event {{
        println!({shown});
    }}
}}"
    );
    let python = format!(
        "import asyncio
from qemu.qmp import QMPClient

async def main():
    client = QMPClient()
    with client.listener(\"{name}\") as events:
        await client.connect(\"/run/vm.sock\")
        async for event in events:
            print(event.get(\"data\"))

asyncio.run(main())"
    );
    Snippets { shell, rust, python }
}
