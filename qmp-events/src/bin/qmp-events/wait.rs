//! `wait`: one event of a running machine, for scripts.

use qmp_events::tokio::{Options, Subscription};

use crate::args::{Selection, Wait};
use crate::cloud_events::uri_reference;
use crate::exit::Exit;
use crate::live::{self, Json, Outcome};
use crate::output::Output;
use crate::palette::{ERROR, paint};
use crate::printer::{Origin, Printer};

pub(crate) fn wait(arguments: &Wait, output: &mut Output) -> anyhow::Result<Exit> {
    live::note_unknown_names(&arguments.events, output)?;
    live::runtime()?.block_on(async {
        let (_, subscription) = Options::new().start(&arguments.machine.endpoint)?;
        let waited = run(arguments, subscription.raw(), output);
        let Some(timeout) = arguments.timeout else { return waited.await };
        match tokio::time::timeout(timeout, waited).await {
            Ok(exit) => exit,
            Err(_) => {
                let text = format!("no such event came within {timeout:?}");
                output.note(format_args!("{} {text}", paint(ERROR, "error:")))?;
                Ok(Exit::No)
            }
        }
    })
}

async fn run(arguments: &Wait, mut items: Subscription<Json>, output: &mut Output) -> anyhow::Result<Exit> {
    let selection = Selection { events: arguments.events.clone(), conditions: arguments.conditions.clone() };
    let mut origin =
        Origin { source: uri_reference(&arguments.machine.endpoint.to_string()), ..Origin::default() };
    let mut exit = Exit::Disconnected;
    while let Some(item) = items.next().await {
        match live::take(item, &arguments.machine.label, &mut origin, output)? {
            Outcome::Event(record) if selection.takes(&record) => {
                let id = jiff::Timestamp::now().as_microsecond().to_string();
                Printer::new(&arguments.display, []).print(output, &origin, &id, &record)?;
                return Ok(Exit::Done);
            }
            Outcome::Event(_) | Outcome::Noted => {}
            // Even QEMU's normal end is not what was waited for.
            Outcome::Disconnected(cause) => exit = live::exit_of(&cause).max(Exit::Disconnected),
        }
    }
    Ok(exit)
}
