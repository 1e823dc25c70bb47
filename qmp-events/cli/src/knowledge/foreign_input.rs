//! What an input may be that holds no message of QMP, and how to get at its events.

/// How files of other formats begin.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "it is compressed with gzip: try `zcat FILE | qmp-events decode`"),
    (b"\xfd7zXZ\0", "it is compressed with xz: try `xzcat FILE | qmp-events decode`"),
    (b"\x28\xb5\x2f\xfd", "it is compressed with zstd: try `zstdcat FILE | qmp-events decode`"),
    (b"BZh", "it is compressed with bzip2: try `bzcat FILE | qmp-events decode`"),
    (b"\xff\xfe", "it is UTF-16: try `iconv -f UTF-16 -t UTF-8 FILE | qmp-events decode`"),
    (b"\xfe\xff", "it is UTF-16: try `iconv -f UTF-16 -t UTF-8 FILE | qmp-events decode`"),
];

/// What is in the text of other formats, all of it.
const MARKS: &[(&[&str], &str)] = &[
    (
        &["event ", " for domain "],
        "it looks like what `virsh qemu-monitor-event` prints: the library's `log::Reader` reads that",
    ),
    (&["{'"], "it looks like Python's spelling of messages, which is not JSON: print them with `json.dumps`"),
];

/// A guess from the beginning of an input.
pub(crate) fn guess(beginning: &[u8]) -> Option<&'static str> {
    let signature = SIGNATURES.iter().find(|(signature, _)| beginning.starts_with(signature));
    let text = String::from_utf8_lossy(beginning);
    let mark = || MARKS.iter().find(|(marks, _)| marks.iter().all(|mark| text.contains(mark)));
    signature.map(|(_, advice)| *advice).or_else(|| mark().map(|(_, advice)| *advice))
}
