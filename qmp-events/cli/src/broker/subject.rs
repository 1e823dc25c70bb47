//! Subjects of NATS: `qmp.events.HOST.MACHINE.EVENT`, and what may be in their tokens.

use crate::percent;

/// What all subjects begin with.
pub(crate) const ROOT: &str = "qmp.events";

/// A text as one token: what a token may not hold is percent-encoded. An empty one is `%`.
pub(crate) fn token(text: &str) -> String {
    if text.is_empty() {
        return "%".to_owned();
    }
    percent::encode(text, |character| {
        let has_meaning = matches!(character, '.' | '*' | '>' | '%');
        !has_meaning && !character.is_whitespace() && !character.is_control()
    })
}

/// The text of a token. What is not an encoded byte stays as it is.
pub(crate) fn text(token: &str) -> String {
    if token == "%" {
        return String::new();
    }
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let encoded =
            (byte == b'%').then(|| after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()));
        match encoded.flatten().and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the subjects of a machine begin with.
pub(crate) fn of_machine(host: &str, machine: &str) -> String {
    format!("{ROOT}.{}.{}", token(host), token(machine))
}

/// The host, the machine and the kind of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) host: String,
    pub(crate) machine: String,
    /// The name of an event, or in lower case what happened to a connection.
    pub(crate) kind: String,
}

impl Subject {
    /// Reads one; `None` if it is not one of ours.
    pub(crate) fn parse(subject: &str) -> Option<Self> {
        let mut tokens = subject.strip_prefix(ROOT)?.strip_prefix('.')?.split('.');
        let mut next = || tokens.next().filter(|token| !token.is_empty()).map(text);
        let (host, machine, kind) = (next()?, next()?, next()?);
        tokens.next().is_none().then_some(Subject { host, machine, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_hold_what_subjects_may_not() {
        for (text, wanted) in [
            ("web", "web"),
            ("my vm", "my%20vm"),
            ("__com.example_FOO", "__com%2Eexample_FOO"),
            ("*>%", "%2A%3E%25"),
            ("", "%"),
            ("a/b:ü", "a/b:ü"),
        ] {
            assert_eq!(token(text), wanted);
        }
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        for subject in
            ["", "qmp.events", "qmp.events.a.b", "qmp.events.a.b.c.d", "qmp.events.a..c", "x.y.a.b.c"]
        {
            assert_eq!(Subject::parse(subject), None, "{subject}");
        }
    }

    proptest! {
        #[test]
        fn subjects_are_read_as_they_were_written(host in ".*", machine in ".*", kind in ".*") {
            let subject = format!("{}.{}", of_machine(&host, &machine), token(&kind));
            prop_assert!(!subject.contains(|c: char| c.is_whitespace() || c.is_control() || c == '*' || c == '>'));
            prop_assert_eq!(Subject::parse(&subject), Some(Subject { host, machine, kind }));
        }

        #[test]
        fn no_token_is_too_bad_to_read(token in ".*") {
            text(&token);
        }
    }
}
