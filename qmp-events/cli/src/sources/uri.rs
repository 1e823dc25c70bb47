//! URI references, as CloudEvents name their sources.

use crate::percent;

/// A text as a URI reference: what it may not contain is percent-encoded.
pub(crate) fn uri_reference(text: &str) -> String {
    percent::encode(text, |character| character.is_ascii_alphanumeric() || "-._~/:@,=+[]".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_uri_references() {
        assert_eq!(uri_reference("unix:/run/vm 1.sock"), "unix:/run/vm%201.sock");
        assert_eq!(uri_reference("tcp:[::1]:4444"), "tcp:[::1]:4444");
        assert_eq!(uri_reference("a%b?ü"), "a%25b%3F%C3%BC");
    }
}
