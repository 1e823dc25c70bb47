//! A stream of QMP messages. What is not a message is told once for each run of it, however many lines it has.

use std::rc::Rc;
use std::sync::Arc;

use qmp_events::protocol::{
    DecodedEvent, Frame, RawMessage, Reply, ServerMessage, SkipReason, Skipped, Splitter,
};
use qmp_events::{Event, EventMessage};

use super::{News, Place};

/// How much of a run of garbage is kept, in bytes.
const EXCERPT: usize = 80;

/// Decides by the name whether an event is wanted.
pub(crate) type Wanted = Rc<dyn Fn(&str) -> bool>;

/// The messages of a stream that is being read.
pub(super) struct Messages {
    splitter: Splitter,
    /// What was skipped since the last message. More of it may come.
    garbage: Option<Skipped>,
    /// What comes after the garbage that was told last.
    waiting: Option<News>,
    /// Whether nothing may come for a while: garbage is told as it is.
    is_silent: bool,
    wanted: Option<Wanted>,
    left_out: u64,
}

impl Messages {
    /// Without a choice, all events are wanted.
    pub(super) fn new(wanted: Option<Wanted>) -> Self {
        Messages {
            splitter: Splitter::new(),
            garbage: None,
            waiting: None,
            is_silent: false,
            wanted,
            left_out: 0,
        }
    }

    /// How many events have names that are not wanted.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.is_silent = false;
        self.splitter.push(bytes);
    }

    pub(super) fn finish(&mut self) {
        self.is_silent = true;
        self.splitter.finish();
    }

    /// Nothing may come for a while.
    pub(super) fn flush(&mut self) {
        self.is_silent = true;
    }

    pub(super) fn next(&mut self) -> Option<News> {
        if let Some(news) = self.waiting.take() {
            return Some(news);
        }
        loop {
            if self.wanted.is_none()
                && let Some(event) = self.splitter.next_event()
            {
                return Some(self.after_garbage(event_of(event)));
            }
            match self.splitter.next_frame() {
                Some(Frame::Message(message)) => match news_of(message, self.wanted.as_deref()) {
                    Some(news) => return Some(self.after_garbage(news)),
                    None => {
                        self.left_out += 1;
                        if let Some(garbage) = self.garbage.take() {
                            return Some(malformed(garbage));
                        }
                    }
                },
                Some(Frame::Skipped(skipped)) => {
                    if let Some(earlier) = self.take_garbage(skipped) {
                        return Some(earlier);
                    }
                }
                None if self.is_silent => return self.garbage.take().map(malformed),
                None => return None,
            }
        }
    }

    /// What comes next: the run of garbage that ends here, and then `news`.
    fn after_garbage(&mut self, news: News) -> News {
        match self.garbage.take() {
            None => news,
            Some(garbage) => {
                self.waiting = Some(news);
                malformed(garbage)
            }
        }
    }

    /// Adds to the run of garbage, or begins a new one and tells the one before.
    fn take_garbage(&mut self, skipped: Skipped) -> Option<News> {
        match &mut self.garbage {
            Some(run) if [run.reason, skipped.reason] == [SkipReason::NotAMessage; 2] => {
                let end = skipped.offset + skipped.length;
                if run.excerpt.len() as u64 == run.length {
                    let room = EXCERPT.saturating_sub(run.excerpt.len()).min(skipped.excerpt.len());
                    run.excerpt.extend_from_slice(&skipped.excerpt[..room]);
                }
                run.length = end - run.offset;
                None
            }
            garbage => garbage.replace(skipped).map(malformed),
        }
    }
}

fn malformed(garbage: Skipped) -> News {
    News::Malformed { line: Some(garbage.line), malformed: Arc::new(garbage.into()) }
}

fn event_of(event: DecodedEvent<Event>) -> News {
    let DecodedEvent { message, line, offset } = event;
    News::Event { message: Box::new(message), place: Place::Recorded { line, offset }, logged: None }
}

/// What a message tells; `None` for an event that is not wanted, of which nothing but the name is read.
fn news_of(message: RawMessage<'_>, wanted: Option<&dyn Fn(&str) -> bool>) -> Option<News> {
    let RawMessage { json, line, offset, .. } = message;
    Some(match message.classify() {
        ServerMessage::Event(event) => {
            if wanted.is_some_and(|wanted| !wanted(&event.name)) {
                return None;
            }
            News::decoded(EventMessage::decode(json), Place::Recorded { line, offset }, None)
        }
        ServerMessage::Greeting(greeting) => News::Greeting(greeting),
        ServerMessage::Unrecognized(message) => {
            News::Malformed { malformed: Arc::new(message.into()), line: Some(line) }
        }
        ServerMessage::Reply(Reply { id, result: Err(error) }) => {
            News::ErrorReply { id: id.map(str::to_owned), error, line }
        }
        _ => News::Reply,
    })
}
