//! `agent`: keeps the monitors of machines, and hands on what happens to many readers.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;

use super::runtime::runtime;
use super::unknown_names::note_unknown_names;
use crate::agent::backlog::Backlog;
use crate::agent::control::{self, Control};
use crate::agent::journal::{Journal, journal};
use crate::agent::keeper::Keeper;
use crate::agent::metrics::{Metrics, server};
use crate::agent::print::Print;
#[cfg(feature = "nats")]
use crate::agent::publish::{Publish, notes};
use crate::agent::reader::Reader;
use crate::agent::share::ShareAll;
use crate::args::{Address, Agent};
#[cfg(feature = "nats")]
use crate::broker::publication::Publication;
use crate::exit::Exit;
use crate::handed_over::{self, Socket};
use crate::signals::{Reloads, end_signal};
use crate::sinks;
use crate::sources::live::Live;
use crate::sources::machines::Machines;
use crate::terminal::line::line;
use crate::terminal::output::Output;
use crate::terminal::palette::{Style, paint};

pub(crate) fn agent(arguments: &Agent, output: &mut Output) -> anyhow::Result<Exit> {
    arguments.machines.iter().try_for_each(Machines::ensure_kept)?;
    note_unknown_names(&arguments.selection.events, output)?;
    let runtime = runtime()?;
    let sink = arguments.print.then(|| sinks::open(&arguments.display, &[]));
    let (journal, printer) = journal();
    std::thread::scope(|scope| {
        let agent = scope.spawn(|| {
            let kept = runtime.block_on(keep(arguments, journal.clone()));
            journal.end();
            kept
        });
        let printed = printer.print(output, sink);
        agent.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        printed?;
        Ok(Exit::Done)
    })
}

async fn keep(arguments: &Agent, journal: Journal) -> anyhow::Result<()> {
    let (end, reloads) = (end_signal()?, Reloads::new()?);
    let readers = readers(arguments, &journal).await?;
    // Others go on without it.
    let is_printing_all = arguments.print && readers.len() == 1;
    let (mut source, roster) = Live::with_roster(control::options());
    let (machines, list) = (arguments.machines.clone(), arguments.endpoints.clone());
    let control = Control::begin(roster, machines, list, journal.clone()).await?;
    let mut keeper = Keeper::new(readers, journal.clone());
    let end = async {
        tokio::select! {
            () = end => {}
            () = journal.stdout_gone(), if is_printing_all => {}
        }
    };
    let ended = control.follow(reloads, keeper.population(), end);
    keeper.keep(&mut source, ended).await?;
    keeper.finish().await
}

/// Whoever is to be told.
async fn readers(arguments: &Agent, journal: &Journal) -> anyhow::Result<Vec<Box<dyn Reader>>> {
    let mut readers = Vec::<Box<dyn Reader>>::new();
    if arguments.print {
        let (selection, has_states) = (arguments.selection.clone(), arguments.state);
        readers.push(Box::new(Print { selection, has_states, journal: journal.clone() }));
    }
    if let Some(directory) = &arguments.share {
        readers.push(Box::new(ShareAll::open(directory, &arguments.allow, journal.clone())?));
    }
    let backlog = publish(arguments, journal, &mut readers).await?;
    if let Some(address) = &arguments.metrics {
        let listener = listen(address).await?;
        journal.note(line![paint(Style::Dim, format_args!("metrics at {}", server::url(&listener)?))]);
        let metrics = Metrics::new(backlog);
        tokio::spawn(server::serve(listener, metrics.clone()));
        readers.push(Box::new(metrics));
    }
    Ok(readers)
}

async fn listen(address: &Address) -> anyhow::Result<TcpListener> {
    match address {
        Address::Tcp { host, port } => {
            let bound = TcpListener::bind((host.as_str(), *port)).await;
            bound.with_context(|| format!("cannot show metrics at {host}:{port}"))
        }
        Address::Systemd(name) => {
            take(name).with_context(|| format!("cannot show metrics at systemd:{name}"))
        }
    }
}

/// A socket that systemd hands over.
fn take(name: &str) -> io::Result<TcpListener> {
    let Socket::Tcp(listener) = handed_over::socket(name)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the socket is not one of TCP"));
    };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Begins to publish, if that is wished. Gives the figures of it.
#[cfg(feature = "nats")]
async fn publish(
    arguments: &Agent,
    journal: &Journal,
    readers: &mut Vec<Box<dyn Reader>>,
) -> anyhow::Result<Option<Arc<Backlog>>> {
    let Some(servers) = &arguments.publishing.servers else { return Ok(None) };
    let backlog = Arc::<Backlog>::default();
    let notes = notes(journal);
    let publication = Publication::start(&arguments.publishing, servers, backlog.clone(), notes).await?;
    readers.push(Box::new(Publish::new(publication)));
    Ok(Some(backlog))
}

#[cfg(not(feature = "nats"))]
async fn publish(
    _: &Agent,
    _: &Journal,
    _: &mut Vec<Box<dyn Reader>>,
) -> anyhow::Result<Option<Arc<Backlog>>> {
    Ok(None)
}
