//! What a client says, and what follows from that alone: the server's half of the protocol, without socket.
//!
//! It answers as QEMU does: with the same classes of errors, and never by ending the connection.

use super::reply::{Refusal, write_reply};
use crate::protocol::{Frame, Splitter};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The longest command, in bytes.
const COMMAND_LIMIT: usize = 1 << 20;

const NEGOTIATION: &str = "qmp_capabilities";

/// The dialogue with one client.
#[derive(Debug)]
pub(super) struct Dialogue {
    splitter: Splitter,
    is_negotiated: bool,
}

/// A command to be executed, after the negotiation.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) call: Call,
    /// As JSON text in one line.
    pub(super) id: Option<String>,
}

/// What is to be executed.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// An object.
    pub(super) arguments: Option<Value>,
}

impl Dialogue {
    pub(super) fn new() -> Self {
        Dialogue { splitter: Splitter::with_limit(COMMAND_LIMIT), is_negotiated: false }
    }

    /// Whether the client gets events.
    pub(super) fn is_negotiated(&self) -> bool {
        self.is_negotiated
    }

    /// Where bytes from the client go, with room for `length` at least.
    pub(super) fn input(&mut self, length: usize) -> &mut Vec<u8> {
        self.splitter.buffer(length)
    }

    /// Says that the client will send no more.
    pub(super) fn finish(&mut self) {
        self.splitter.finish();
    }

    /// The next command that is not answered here; `None` if there is none yet, or the answers fill the output
    /// up to `limit`.
    pub(super) fn next_command(&mut self, output: &mut Vec<u8>, limit: usize) -> Option<Command> {
        while output.len() < limit {
            let (id, read) = match self.splitter.next_frame()? {
                Frame::Message(message) => read_command(message.json),
                Frame::Skipped(skipped) => (None, Err(Refusal::generic(format!("invalid input: {skipped}")))),
            };
            match read.and_then(|call| self.negotiate(call)) {
                Ok(Some(call)) => return Some(Command { call, id }),
                Ok(None) => write_reply(id.as_deref(), Ok("{}"), output),
                Err(refusal) => write_reply(id.as_deref(), Err(&refusal), output),
            }
        }
        None
    }

    /// Gives the call back if it is not about the negotiation.
    fn negotiate(&mut self, call: Call) -> Result<Option<Call>, Refusal> {
        match (call.name == NEGOTIATION, self.is_negotiated) {
            (false, true) => Ok(Some(call)),
            (false, false) => Err(Refusal::not_found(format!(
                "capabilities must be negotiated first, with '{NEGOTIATION}'"
            ))),
            (true, true) => Err(Refusal::not_found("capabilities are negotiated already")),
            (true, false) => {
                check_enabled(call.arguments.as_ref())?;
                self.is_negotiated = true;
                Ok(None)
            }
        }
    }
}

/// Nothing is offered, so nothing can be enabled.
fn check_enabled(arguments: Option<&Value>) -> Result<(), Refusal> {
    for (name, value) in arguments.and_then(Value::as_object).into_iter().flatten() {
        match (name.as_str(), value.as_array().map(Vec::as_slice)) {
            ("enable", Some([])) => {}
            ("enable", Some([capability, ..])) => {
                return Err(Refusal::generic(format!("capability {capability} is not offered")));
            }
            ("enable", None) => return Err(Refusal::generic("parameter 'enable' must be an array")),
            _ => return Err(Refusal::generic(format!("parameter '{name}' is unexpected"))),
        }
    }
    Ok(())
}

type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The id of a command, as far as there is one, and what it calls.
fn read_command(json: &[u8]) -> (Option<String>, Result<Call, Refusal>) {
    match serde_json::from_slice::<Members<'_>>(json) {
        Ok(mut members) => {
            let id = members.remove("id").map(|id| compact(id.get()));
            (id, read_call(&members))
        }
        Err(error) => (None, Err(Refusal::generic(format!("JSON parse error: {error}")))),
    }
}

/// The same without white space, since a reply is one line. [`RawJson`](crate::RawJson) would spell numbers anew, and
/// a client may compare texts.
fn compact(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let is_kept = |&character: &char| {
        let is_quote = character == '"' && !is_escaped;
        is_escaped = in_string && character == '\\' && !is_escaped;
        in_string ^= is_quote;
        in_string || !character.is_ascii_whitespace()
    };
    json.chars().filter(is_kept).collect()
}

fn read_call(members: &Members<'_>) -> Result<Call, Refusal> {
    let is_known = |name: &str| matches!(name, "execute" | "arguments");
    if let Some(name) = members.keys().find(|name| !is_known(name)) {
        return Err(Refusal::generic(format!("input member '{name}' is unexpected")));
    }
    let name = members.get("execute").ok_or_else(|| Refusal::generic("input lacks member 'execute'"))?;
    let name = serde_json::from_str(name.get())
        .map_err(|_| Refusal::generic("input member 'execute' must be a string"))?;
    let arguments = match members.get("arguments") {
        None => None,
        Some(arguments) => match serde_json::from_str(arguments.get()) {
            Ok(arguments @ Value::Object(_)) => Some(arguments),
            _ => return Err(Refusal::generic("input member 'arguments' must be an object")),
        },
    };
    Ok(Call { name, arguments })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The replies to what a client says in pieces of this size, and the commands that are to be executed.
    fn talk(said: &[u8], piece: usize) -> (Vec<String>, Vec<Command>) {
        let mut dialogue = Dialogue::new();
        let (mut output, mut commands) = (Vec::new(), Vec::new());
        for piece in said.chunks(piece) {
            dialogue.input(piece.len()).extend_from_slice(piece);
            commands.extend(std::iter::from_fn(|| dialogue.next_command(&mut output, usize::MAX)));
        }
        dialogue.finish();
        commands.extend(std::iter::from_fn(|| dialogue.next_command(&mut output, usize::MAX)));
        let text = String::from_utf8(output).expect("UTF-8");
        (text.lines().map(str::to_owned).collect(), commands)
    }

    fn replies(said: &str) -> Vec<String> {
        talk(said.as_bytes(), usize::MAX).0
    }

    #[test]
    fn nothing_but_the_negotiation_is_answered_before_it_and_it_is_answered_once() {
        let found = replies(
            r#"{"execute": "stop", "id": 1} {"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}
               {"execute": "qmp_capabilities", "arguments": {"enable": []}, "id": [{"a": 1e2}]}
               {"execute": "qmp_capabilities", "id": null}"#,
        );
        let expected = [
            r#"{"error": {"class": "CommandNotFound", "desc": "capabilities must be negotiated first, with 'qmp_capabilities'"}, "id": 1}"#,
            r#"{"error": {"class": "GenericError", "desc": "capability \"oob\" is not offered"}}"#,
            r#"{"return": {}, "id": [{"a":1e2}]}"#,
            r#"{"error": {"class": "CommandNotFound", "desc": "capabilities are negotiated already"}, "id": null}"#,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_id_comes_back_in_one_line_with_its_digits_and_strings() {
        let id = "{\"a b\" :\r\n[1,\t2.50 , 18446744073709551616],\"c\\\\\\\" d\": \" \\n\" }";
        let found = replies(&format!("{{\"execute\": \"qmp_capabilities\", \"id\": {id}}}"));
        let compact = r#"{"a b":[1,2.50,18446744073709551616],"c\\\" d":" \n"}"#;
        assert_eq!(found, [format!("{{\"return\": {{}}, \"id\": {compact}}}")]);
    }

    #[test]
    fn what_is_not_a_command_gets_an_error_and_ends_nothing() {
        let negotiated = "{\"execute\": \"qmp_capabilities\"}\n";
        for wrong in [
            "garbage",
            "[1, 2]",
            "\"x\"",
            "{}",
            r#"{"execute": 5}"#,
            r#"{"execute": "a", "arguments": []}"#,
            r#"{"execute": "a", "arguments": null}"#,
            r#"{"execute": "a", "foo": 1}"#,
            r#"{"exec-oob": "a"}"#,
            r#"{"execute": bad}"#,
            r#"{"execute": "\ud800"}"#,
            "\u{7f}\u{fffd}",
        ] {
            let said = format!("{negotiated}{wrong}\n{{\"execute\": \"query-status\", \"id\": 7}}");
            let (replies, commands) = talk(said.as_bytes(), usize::MAX);
            let [agreed, error] = &replies[..] else { panic!("{wrong}: {replies:?}") };
            assert_eq!(agreed, r#"{"return": {}}"#);
            assert!(
                error.starts_with(r#"{"error": {"class": "GenericError", "desc": ""#),
                "{wrong}: {error}"
            );
            let [command] = &commands[..] else { panic!("{wrong}: {commands:?}") };
            assert_eq!((&*command.call.name, command.id.as_deref()), ("query-status", Some("7")));
        }
    }

    #[test]
    fn a_command_without_end_takes_no_memory_without_end() {
        let mut said = br#"{"execute": "qmp_capabilities"} {"execute": ""#.to_vec();
        said.resize(3 * COMMAND_LIMIT, b'x');
        said.extend(b"\"} {\"execute\": \"stop\"}");
        let (replies, commands) = talk(&said, 4096);
        assert!(replies[1].contains("over the limit"), "{replies:?}");
        assert_eq!(commands.len(), 1);
    }

    #[test]
    fn a_client_that_floods_is_answered_in_portions() {
        let mut dialogue = Dialogue::new();
        dialogue.input(0).extend("{\"execute\": \"stop\"}\n".repeat(1000).bytes());
        let mut output = Vec::new();
        assert!(dialogue.next_command(&mut output, 1000).is_none());
        assert!((1000..1200).contains(&output.len()), "{}", output.len());
    }

    /// JSON with white space and line ends wherever they may be.
    fn spaced_id() -> impl Strategy<Value = String> {
        let leaves = vec!["7", "-1.50", "1e2", "null", "\"\"", r#""a  b""#, r#""\\\" , \n""#];
        prop::sample::select(leaves).prop_map(str::to_owned).prop_recursive(3, 16, 4, |inner| {
            let spaced = |inner: BoxedStrategy<String>| {
                ("[ \t\r\n]{0,3}", inner, "[ \t\r\n]{0,3}").prop_map(|(a, value, b)| format!("{a}{value}{b}"))
            };
            let name = spaced(Just(r#""a ""#.to_owned()).boxed());
            let member = (name, spaced(inner.clone())).prop_map(|(name, value)| format!("{name}:{value}"));
            prop_oneof![
                prop::collection::vec(spaced(inner), 0..4)
                    .prop_map(|values| format!("[{}]", values.join(","))),
                prop::collection::vec(member, 1..4).prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    fn anything() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            3 => prop::collection::vec(any::<u8>(), 0..8),
            2 => prop::sample::select(vec![
                &b"{\"execute\": \"qmp_capabilities\", \"id\": 5}"[..],
                b"{\"execute\": \"query-status\", \"arguments\": {\"a\": [1]}}",
                b"{\"execute\":",
                b"\"",
                b"}",
                b"\r\n",
            ]).prop_map(<[u8]>::to_vec),
            1 => spaced_id().prop_map(|id| {
                format!("{{\"execute\": \"qmp_capabilities\", \"id\": {id}}}").into_bytes()
            }),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        /// Every reply is JSON in a line of its own, and depends on the bytes alone.
        #[test]
        fn whatever_a_client_says_is_answered_however_it_is_cut(said in anything(), piece in 1_usize..9) {
            let (replies, commands) = talk(&said, usize::MAX);
            for reply in &replies {
                let reply: Value = serde_json::from_str(reply).expect("JSON");
                prop_assert!(reply.get("return").is_some() != reply.get("error").is_some());
            }
            let (again, commands_again) = talk(&said, piece);
            prop_assert_eq!(again, replies);
            prop_assert_eq!(commands_again.len(), commands.len());
        }

        /// Whether it is answered here or elsewhere.
        #[test]
        fn an_id_comes_back_as_the_same_value_in_one_line(id in spaced_id()) {
            let said = ["qmp_capabilities", "x"].map(|name| format!("{{\"execute\": \"{name}\", \"id\": {id}}}"));
            let (replies, commands) = talk(said.concat().as_bytes(), usize::MAX);
            let ([reply], [command]) = (&replies[..], &commands[..]) else { panic!("{replies:?}") };
            let value = |json: &str| serde_json::from_str::<Value>(json).expect("JSON");
            prop_assert_eq!(&value(reply)["id"], &value(&id));
            let kept = command.id.as_deref().expect("an id");
            prop_assert!(!kept.contains(['\r', '\n']));
            prop_assert_eq!(value(kept), value(&id));
        }

        /// Of lines that are commands among lines that are not, each is answered, in order.
        #[test]
        fn every_command_among_garbage_is_answered_in_its_order(
            garbage in prop::collection::vec("[a-z0-9,:\\]}]{0,9}", 0..20),
        ) {
            let mut said = String::from("{\"execute\": \"qmp_capabilities\"}\n");
            for (number, line) in garbage.iter().enumerate() {
                said += &format!("{line}\n{{\"execute\": \"x\", \"id\": {number}}}\n");
            }
            let (_, commands) = talk(said.as_bytes(), usize::MAX);
            let ids: Vec<usize> =
                commands.iter().filter_map(|command| command.id.as_ref()?.parse().ok()).collect();
            prop_assert_eq!(ids, (0..garbage.len()).collect::<Vec<_>>());
        }
    }
}
