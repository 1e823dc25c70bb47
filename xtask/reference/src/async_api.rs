//! AsyncAPI 3: the QMP server with all its messages, from greeting to events.
//!
//! Payloads are the open schemas, since the document is that of every QEMU.

use crate::json::{Json, object, with};
use crate::json_schema::{Schemas, reached_types};
use crate::model::{Event, Reference, summary};
use crate::release::Scope;

const SCHEMAS: &str = "#/components/schemas/";
const MESSAGES: &str = "#/components/messages/";
const CHANNEL: &str = "#/channels/monitor";
/// The message for events that the catalogue does not know, and its schema.
const UNKNOWN: &str = "unknown-event";

/// The AsyncAPI document.
pub fn async_api(reference: &Reference) -> Json {
    let version = reference.newest().map_or_else(String::new, |release| release.to_string());
    let about = "What QEMU says and hears on a QMP socket: the greeting, the negotiation of capabilities, \
                 commands with their replies, and every event that any release emits.";
    object([
        with("asyncapi", "3.0.0"),
        with("id", "urn:qmp-events:qmp"),
        with(
            "info",
            [with("title", "QEMU Machine Protocol"), with("version", version), with("description", about)],
        ),
        with("defaultContentType", "application/json"),
        with("servers", servers()),
        with("channels", [with("monitor", channel(reference))]),
        with("operations", operations(reference)),
        with("components", components(reference)),
    ])
}

fn servers() -> Json {
    let server = |host: &str, protocol: &str, about: &str| {
        object([with("host", host), with("protocol", protocol), with("description", about)])
    };
    object([
        with(
            "unix",
            server("localhost", "unix", "A socket in the file system, `-qmp unix:PATH,server=on,wait=off`."),
        ),
        with("tcp", server("localhost:4444", "tcp", "A TCP port, `-qmp tcp:HOST:PORT,server=on,wait=off`.")),
    ])
}

/// The messages of the protocol itself, with what they are.
const PROTOCOL: [(&str, &str); 5] = [
    ("greeting", "The first message of a connection: the version of QEMU, and what can be negotiated."),
    ("negotiation", "The first command of a client. Other commands are refused before it."),
    ("command", "A command of the client."),
    ("return", "The reply to a command that succeeded."),
    ("error", "The reply to a command that failed."),
];

fn channel(reference: &Reference) -> Json {
    let names = PROTOCOL.iter().map(|(name, _)| *name).chain(event_names(reference));
    let messages = names.map(|name| (name.to_owned(), reference_to(&format!("{MESSAGES}{name}"))));
    let about = "JSON objects in both directions, one after the other. Events come at any time: between a \
                 command and its reply too.";
    object([
        with("address", "monitor"),
        with("description", about),
        with("messages", Json::from_iter(messages)),
    ])
}

fn event_names(reference: &Reference) -> impl Iterator<Item = &str> {
    reference.events.iter().map(|event| event.name.as_str()).chain([UNKNOWN])
}

fn operations(reference: &Reference) -> Json {
    let messages = |names: Vec<&str>| {
        Vec::from_iter(names.iter().map(|name| reference_to(&format!("{CHANNEL}/messages/{name}"))))
    };
    let operation = |action: &str, about: &str, names: Vec<&str>, replies: Vec<&str>| {
        let reply =
            object([with("channel", reference_to(CHANNEL)), with("messages", messages(replies.clone()))]);
        object([
            with("action", action),
            with("channel", reference_to(CHANNEL)),
            with("summary", about),
            with("messages", messages(names)),
            ("reply", (!replies.is_empty()).then_some(reply)),
        ])
    };
    let events = event_names(reference).collect();
    let replies = vec!["return", "error"];
    object([
        with("greet", operation("send", "QEMU greets a client that connects.", vec!["greeting"], vec![])),
        with("emit", operation("send", "QEMU tells what happened.", events, vec![])),
        with(
            "negotiate",
            operation("receive", "The client ends the negotiation.", vec!["negotiation"], replies.clone()),
        ),
        with("execute", operation("receive", "The client asks for something.", vec!["command"], replies)),
    ])
}

fn components(reference: &Reference) -> Json {
    let schemas = Schemas::new(reference, Scope::Any).at(SCHEMAS);
    let protocol_messages = PROTOCOL.iter().map(|(name, about)| {
        let correlated = matches!(*name, "command" | "return" | "error" | "negotiation");
        let correlation = reference_to("#/components/correlationIds/command");
        let message = object([
            with("name", *name),
            with("summary", *about),
            with("payload", schemas.reference_to(name)),
            ("correlationId", correlated.then_some(correlation)),
        ]);
        ((*name).to_owned(), message)
    });
    let event_messages = reference.events.iter().map(|event| (event.name.clone(), message(&schemas, event)));
    let unknown = object([
        with("name", UNKNOWN),
        with("summary", "An event of a newer QEMU, or of a vendor's."),
        with("payload", schemas.reference_to(UNKNOWN)),
    ]);
    let messages = protocol_messages.chain(event_messages).chain([(UNKNOWN.to_owned(), unknown)]);
    let events = reference.events.iter().map(|event| (event.name.clone(), schemas.event(event)));
    let types = schemas.definitions(reached_types(reference, &reference.events, Scope::Any));
    let types = types.as_object().cloned().unwrap_or_default();
    let all = protocol_schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema));
    let all = all.chain(events).chain([(UNKNOWN.to_owned(), schemas.unknown_event())]).chain(types);
    let about = "A reply has the id of its command, if the client gave one.";
    object([
        with("messages", Json::from_iter(messages)),
        with(
            "correlationIds",
            [with("command", [with("description", about), with("location", "$message.payload#/id")])],
        ),
        with("schemas", Json::from_iter(all)),
    ])
}

fn message(schemas: &Schemas<'_>, event: &Event) -> Json {
    let examples = event.examples.iter().map(|example| {
        let label = example.label.as_deref().map(Json::from);
        object([("summary", label), with("payload", example.message.clone())])
    });
    object([
        with("name", event.name.as_str()),
        with("summary", summary(&event.description)),
        with("tags", vec![object([with("name", event.module.as_str())])]),
        with("payload", schemas.reference_to(&event.name)),
        with("examples", Vec::from_iter(examples)),
    ])
}

/// The messages of the protocol itself: facts of QMP, not of the schema.
fn protocol_schemas() -> [(&'static str, Json); 5] {
    let string = || object([with("type", "string")]);
    let integer = || object([with("type", "integer")]);
    let id = || object([with("description", "any JSON value of the client's choice")]);
    let any_object = || object([with("type", "object")]);
    let strings = || object([with("type", "array"), with("items", string())]);
    let qemu = record([("major", integer()), ("minor", integer()), ("micro", integer())], 3);
    let version = record([("qemu", qemu), ("package", string())], 2);
    let greeting = record([("version", version), ("capabilities", strings())], 2);
    let enable = record([("enable", strings())], 0);
    let capabilities = object([with("const", "qmp_capabilities")]);
    let error = record([("class", string()), ("desc", string())], 2);
    let mut command =
        record([("execute", string()), ("exec-oob", string()), ("arguments", any_object()), ("id", id())], 0);
    if let Json::Object(members) = &mut command {
        let either = |name: &str| object([with("required", vec![name])]);
        members.insert("oneOf".to_owned(), vec![either("execute"), either("exec-oob")].into());
    }
    [
        ("greeting", record([("QMP", greeting)], 1)),
        ("negotiation", record([("execute", capabilities), ("arguments", enable), ("id", id())], 1)),
        ("command", command),
        ("return", record([("return", object([])), ("id", id())], 1)),
        ("error", record([("error", error), ("id", id())], 1)),
    ]
}

/// An object whose first members are required.
fn record<const N: usize>(members: [(&str, Json); N], required: usize) -> Json {
    let names: Vec<&str> = members.iter().take(required).map(|(name, _)| *name).collect();
    let properties = members.into_iter().map(|(name, schema)| (name.to_owned(), schema));
    object([
        with("type", "object"),
        with("properties", Json::from_iter(properties)),
        ("required", (!names.is_empty()).then(|| names.into())),
    ])
}

fn reference_to(place: &str) -> Json {
    object([with("$ref", place)])
}
