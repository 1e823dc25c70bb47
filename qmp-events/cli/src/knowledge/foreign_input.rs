//! What an input may be that holds no message of QMP, and how to get at its events.

/// How files of formats begin that are not read here.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"BZh", "it is compressed with bzip2: try `bzcat FILE | qmp-events decode`"),
    (b"\x04\x22\x4d\x18", "it is compressed with lz4: try `lz4cat FILE | qmp-events decode`"),
    (b"PK\x03\x04", "it is a ZIP archive: try `unzip -p FILE | qmp-events decode`"),
    (b"LPKSHHRH", "it is the journal's own format: try `journalctl --file FILE | qmp-events decode`"),
    (b"\xff\xfe", "it is UTF-16: try `iconv -f UTF-16 -t UTF-8 FILE | qmp-events decode`"),
    (b"\xfe\xff", "it is UTF-16: try `iconv -f UTF-16 -t UTF-8 FILE | qmp-events decode`"),
];

/// A guess from the beginning of an input.
pub(crate) fn guess(beginning: &[u8]) -> Option<&'static str> {
    let found = SIGNATURES.iter().find(|(signature, _)| beginning.starts_with(signature));
    found.map(|(_, advice)| *advice)
}
