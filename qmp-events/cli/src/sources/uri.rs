//! URI references, as CloudEvents name their sources.

/// A text as a URI reference: what it may not contain is percent-encoded.
pub(crate) fn uri_reference(text: &str) -> String {
    let mut uri = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(byte.into()),
            b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@' | b',' | b'=' | b'+' | b'[' | b']' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
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
