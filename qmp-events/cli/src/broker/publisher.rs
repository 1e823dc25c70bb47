//! Publishes the messages of a backlog to JetStream: each once, in order for each machine, and again until it is
//! acknowledged. It must never give up, and never keep more than the backlog gave it.
//!
//! Where it is not known what the broker has (after a start, and after a message without an acknowledgement), it asks
//! for the last message of the machine: so a message is stored once, however long the broker was away. The id of a
//! message does the same within the broker's duplicate window.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use async_nats::{HeaderMap, Request};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::backlog::Backlog;
use super::lanes::Lanes;
use super::note::{Note, Notes};
use super::server::{Connection, Link, TIMEOUT, Unanswered, in_one};
use super::store::{COUNT_KIND, Entry, MessageIds};
use super::stream::{Found, Obstacle, STREAM, ensure};
use super::subject::token;

/// The header by which JetStream knows a message that it has.
pub(crate) const MESSAGE_ID: &str = "Nats-Msg-Id";

/// How many machines' messages are on their way at a time.
const PARALLEL: usize = 256;

/// How long it pauses after a failure: at first, and at most.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long there may be no connection until that is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes the message that takes the place of one that can never be published.
pub(crate) type Replacement = fn(id: &str, message: &[u8]) -> Vec<u8>;

/// Publishes what a backlog gives.
pub(crate) struct Publisher {
    connection: Connection,
    backlog: Backlog,
    entries: mpsc::UnboundedReceiver<Vec<Entry>>,
    /// What all subjects begin with.
    prefix: String,
    replacement: Replacement,
    notes: Notes,
    lanes: Lanes,
    tasks: JoinSet<(Entry, Result<u64, Obstacle>)>,
    stream: Option<Stream<()>>,
    /// Whether it takes what the backlog has.
    takes: bool,
    pause: Duration,
    paused_until: Option<Instant>,
    absent_since: Option<Instant>,
    /// Whether the last message of a machine can be asked for.
    can_ask: bool,
    /// What people were told last.
    told: Option<String>,
    is_trust_told: bool,
    is_window_told: bool,
}

impl Publisher {
    pub(crate) fn new(
        connection: Connection,
        backlog: Backlog,
        entries: mpsc::UnboundedReceiver<Vec<Entry>>,
        prefix: String,
        replacement: Replacement,
        notes: Notes,
    ) -> Self {
        Publisher {
            connection,
            backlog,
            entries,
            prefix,
            replacement,
            notes,
            lanes: Lanes::default(),
            tasks: JoinSet::new(),
            stream: None,
            takes: false,
            pause: PAUSE,
            paused_until: None,
            absent_since: None,
            can_ask: true,
            told: None,
            is_trust_told: false,
            is_window_told: false,
        }
    }

    /// Publishes until the backlog is gone.
    pub(crate) async fn run(mut self) {
        let mut link = self.connection.link.clone();
        loop {
            let is_connected = link.borrow_and_update().is_connected;
            let now = Instant::now();
            let is_paused = self.paused_until.is_some_and(|until| until > now);
            if is_connected && !is_paused {
                if self.stream.is_none() {
                    self.find_stream().await;
                    continue;
                }
                if !mem::replace(&mut self.takes, true) {
                    self.backlog.take();
                }
                self.send();
            }
            if (!is_connected || self.stream.is_none()) && self.tasks.is_empty() {
                self.give_back();
            }
            let absent = self.absence(is_connected, &link.borrow());
            let wake = [self.paused_until.filter(|_| is_paused), self.lanes.rest_ends(), absent];
            let wake = wake.into_iter().flatten().min();
            tokio::select! {
                entries = self.entries.recv() => match entries {
                    Some(entries) => self.lanes.add(entries),
                    None => return,
                },
                Some(done) = self.tasks.join_next() => {
                    // A task that panicked has lost its message, which is on disk.
                    if let Ok((entry, result)) = done {
                        self.done(entry, result);
                    }
                }
                changed = link.changed() => if changed.is_err() { return },
                () = until(wake) => {}
            }
        }
    }

    async fn find_stream(&mut self) {
        match ensure(&self.connection, &self.prefix).await {
            Ok(Found { stream, unchecked }) => {
                if let Some(denial) = unchecked
                    && !mem::replace(&mut self.is_trust_told, true)
                {
                    let text = format!("the stream {STREAM} is not checked: {denial}");
                    (self.notes)(Note::Trouble(text));
                }
                self.stream = Some(stream);
            }
            Err(obstacle) => self.retreat(obstacle),
        }
    }

    /// Leaves to the backlog what it has, so that the bounds hold for all that waits.
    fn give_back(&mut self) {
        if mem::take(&mut self.takes) {
            self.backlog.give_back();
            while self.entries.try_recv().is_ok() {}
            self.lanes = Lanes::default();
            // Permissions may be others by then.
            self.can_ask = true;
        }
    }

    /// Starts as many messages as may be on their way.
    fn send(&mut self) {
        let Some(stream) = &self.stream else { return };
        while self.lanes.on_their_way() < PARALLEL {
            let Some((entry, is_doubtful)) = self.lanes.next() else { return };
            let (connection, stream) = (self.connection.clone(), stream.clone());
            let asks = (is_doubtful && self.can_ask).then_some(stream);
            let ids = self.backlog.ids().clone();
            self.tasks.spawn(async move {
                let result = publish(&connection, asks, &ids, &entry).await;
                (entry, result)
            });
        }
    }

    fn done(&mut self, mut entry: Entry, result: Result<u64, Obstacle>) {
        if result.is_err() {
            self.backlog.failed();
        }
        match result {
            Ok(up_to) => {
                self.backlog.published(entry.seq);
                for seq in self.lanes.stored(&entry.machine, up_to) {
                    self.backlog.published(seq);
                }
                self.pause = PAUSE;
                if self.lanes.rest_ends().is_none() {
                    self.tell_success();
                }
            }
            Err(Obstacle::Unpublishable(why)) => {
                let subject = format!("{}.{}", entry.machine, entry.kind);
                (self.notes)(Note::Trouble(format!("a message to {subject} is dropped: {why}")));
                entry.payload = (self.replacement)(&self.backlog.ids().message(entry.seq), &entry.payload);
                entry.kind = COUNT_KIND.into();
                self.lanes.failed(entry, false);
            }
            Err(Obstacle::CannotAsk(denial)) => {
                self.lanes.failed(entry, false);
                self.can_ask = false;
                if !mem::replace(&mut self.is_window_told, true) {
                    let text = "messages are stored once only within the broker's duplicate window";
                    (self.notes)(Note::Trouble(format!("{denial}; {text}")));
                }
            }
            Err(Obstacle::Refused(why)) => {
                self.lanes.failed(entry, true);
                self.tell_trouble(why);
            }
            Err(obstacle) => {
                self.lanes.failed(entry, false);
                // All that were on their way fail together: they are one failure.
                if self.stream.take().is_some() {
                    self.retreat(obstacle);
                }
            }
        }
    }

    /// Pauses, and looks for the stream again.
    fn retreat(&mut self, obstacle: Obstacle) {
        self.paused_until = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        match obstacle {
            // The link tells.
            Obstacle::Lost => {}
            Obstacle::Unready(why)
            | Obstacle::Refused(why)
            | Obstacle::CannotAsk(why)
            | Obstacle::Unpublishable(why) => {
                self.tell_trouble(why);
            }
        }
    }

    /// Tells that there is no connection, if that lasts; or when to look again.
    fn absence(&mut self, is_connected: bool, link: &Link) -> Option<Instant> {
        if is_connected {
            self.absent_since = None;
            return None;
        }
        let patience_ends = *self.absent_since.get_or_insert_with(Instant::now) + PATIENCE;
        if Instant::now() < patience_ends {
            return Some(patience_ends);
        }
        let problem = link.problem.as_ref().map(|problem| format!(": {problem}")).unwrap_or_default();
        self.tell_trouble(format!("no connection to {}{problem}", self.connection.servers()));
        None
    }

    fn tell_trouble(&mut self, why: String) {
        // What it says about single machines is not another kind of trouble.
        if self.told.as_deref().is_none_or(|told| kind_of(told) != kind_of(&why)) {
            (self.notes)(Note::Trouble(format!("{why}; events wait in the backlog")));
            self.told = Some(why);
        }
    }

    fn tell_success(&mut self) {
        if self.told.take().is_some() {
            (self.notes)(Note::Remark(format!("publishing to {}", self.connection.servers())));
        }
    }
}

/// What two troubles of a kind have in common: the text up to the first quote.
fn kind_of(text: &str) -> &str {
    text.split(['"', '\'']).next().unwrap_or(text)
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// Publishes a message, unless the broker turns out to have it. Gives the number up to which it has the machine's.
async fn publish(
    connection: &Connection,
    asks: Option<Stream<()>>,
    ids: &MessageIds,
    entry: &Entry,
) -> Result<u64, Obstacle> {
    if let Some(stream) = asks
        && let Some(last) = last_stored(connection, &stream, ids, &entry.machine).await?
        && last >= entry.seq
    {
        return Ok(last);
    }
    let subject = format!("{}.{}", entry.machine, token(&entry.kind));
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, ids.message(entry.seq).as_str());
    let request =
        Request::new().headers(headers).payload(entry.payload.clone().into()).timeout(Some(TIMEOUT));
    let sent = connection.client.send_request(subject.clone(), request);
    let reply = match connection.unless_lost(&subject, sent).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => {
            return Err(match error.kind() {
                RequestErrorKind::NoResponders => {
                    Obstacle::Unready(format!("no stream takes {subject}, or JetStream is not ready"))
                }
                RequestErrorKind::MaxPayloadExceeded => Obstacle::Unpublishable(in_one(&error)),
                RequestErrorKind::TimedOut => Obstacle::Unready(format!(
                    "{} did not acknowledge a message within {TIMEOUT:?}",
                    connection.servers()
                )),
                _ => Obstacle::Unready(in_one(&error)),
            });
        }
        Err(Unanswered::Lost) => return Err(Obstacle::Lost),
        Err(Unanswered::Denied(denial)) => return Err(Obstacle::Refused(denial)),
    };
    match serde_json::from_slice::<Response<PublishAck>>(&reply.payload) {
        Ok(Response::Ok(ack)) if ack.stream == STREAM => Ok(entry.seq),
        Ok(Response::Ok(ack)) => {
            Err(Obstacle::Refused(format!("another stream, {:?}, takes {subject}", ack.stream)))
        }
        Ok(Response::Err { error }) if error.error_code() == ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM => {
            Err(Obstacle::Unpublishable(error.to_string()))
        }
        Ok(Response::Err { error }) => {
            Err(Obstacle::Refused(format!("the stream {STREAM} refuses: {error}")))
        }
        Err(error) => Err(Obstacle::Unready(format!("the answer to a message cannot be read: {error}"))),
    }
}

/// The number of the last message of a machine that the stream has of this store.
async fn last_stored(
    connection: &Connection,
    stream: &Stream<()>,
    ids: &MessageIds,
    machine: &Arc<str>,
) -> Result<Option<u64>, Obstacle> {
    let subject = format!("$JS.API.STREAM.MSG.GET.{STREAM}");
    let all = format!("{machine}.>");
    match connection.unless_lost(&subject, stream.get_last_raw_message_by_subject(&all)).await {
        Ok(Ok(message)) => {
            Ok(message.headers.get(MESSAGE_ID).and_then(|message| ids.up_to(message.as_str())))
        }
        Ok(Err(error)) => match error.kind() {
            LastRawMessageErrorKind::NoMessageFound => Ok(None),
            LastRawMessageErrorKind::JetStream(error) => {
                Err(Obstacle::Unready(format!("the stream {STREAM} does not say what it has: {error}")))
            }
            _ => Err(Obstacle::Unready(format!(
                "the stream {STREAM} does not say what it has: {}",
                in_one(&error)
            ))),
        },
        Err(Unanswered::Lost) => Err(Obstacle::Lost),
        Err(Unanswered::Denied(denial)) => Err(Obstacle::CannotAsk(denial)),
    }
}
