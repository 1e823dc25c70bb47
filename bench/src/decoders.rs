//! The decoders that are compared: each turns one line into a value, and drops it.

use std::hint::black_box;

use qmp_events::{Envelope, EventMessage};
use serde::de::IgnoredAny;

/// What takes part in the comparison.
pub struct Row {
    /// What the tables call it.
    pub name: &'static str,
    /// A decoder, ready to be used for line after line.
    pub start: fn() -> Box<dyn Pass>,
}

/// One way to decode lines.
pub trait Pass {
    /// Decodes one line, and says whether that went well.
    fn decode(&mut self, line: &[u8]) -> bool;

    /// Decodes all lines, one after the other. The call of this method is the only dynamic one.
    fn decode_all(&mut self, lines: &[&[u8]]);
}

/// The name of the row that others are measured by.
pub const QAPI: &str = "qapi_qmp::Event";
/// The name of the row that skips, and decodes nothing.
pub const IGNORED_ANY: &str = "serde_json IgnoredAny";

/// All rows, in the order of the table.
pub const ROWS: &[Row] = &[
    row::<Decoded>("EventMessage::decode"),
    row::<Enveloped>("Envelope::decode"),
    row::<ThroughSerde>("EventMessage through serde_json"),
    row::<Qapi>(QAPI),
    row::<QapiAny>("qapi_qmp::QmpMessageAny"),
    row::<Qmp>("qmp::types::EventMessage"),
    row::<JsonValue>("serde_json Value"),
    row::<Ignored>(IGNORED_ANY),
    row::<SonicValue>("sonic-rs Value"),
    row::<ThroughSonic>("EventMessage through sonic-rs"),
    row::<SimdValue>("simd-json BorrowedValue"),
    row::<ThroughSimd>("EventMessage through simd-json"),
    row::<Utf8>("UTF-8 check only"),
];

/// The row of this name.
pub fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

const fn row<D: Decoder + 'static>(name: &'static str) -> Row {
    Row { name, start: || Box::new(Running(D::default())) }
}

struct Running<D>(D);

impl<D: Decoder> Pass for Running<D> {
    fn decode(&mut self, line: &[u8]) -> bool {
        self.0.decode(line)
    }

    fn decode_all(&mut self, lines: &[&[u8]]) {
        for line in lines {
            assert!(self.0.decode(black_box(line)), "a line that cannot be decoded");
        }
    }
}

/// How a row decodes. It may keep buffers from line to line.
trait Decoder: Default {
    fn decode(&mut self, line: &[u8]) -> bool;
}

/// Makes the optimiser believe that the result is used.
#[inline(always)]
fn done<T, E>(result: Result<T, E>) -> bool {
    black_box(&result).is_ok()
}

/// A decoder without buffers.
macro_rules! decoders {
    ($($name:ident: $line:ident => $result:expr;)*) => {$(
        #[derive(Default)]
        struct $name;

        impl Decoder for $name {
            #[inline]
            fn decode(&mut self, $line: &[u8]) -> bool {
                done($result)
            }
        }
    )*};
}

decoders! {
    Decoded: line => <EventMessage>::decode(line);
    Enveloped: line => Envelope::decode(line);
    ThroughSerde: line => serde_json::from_slice::<EventMessage>(line);
    ThroughSonic: line => sonic_rs::from_slice::<EventMessage>(line);
    Qapi: line => serde_json::from_slice::<qapi_qmp::Event>(line);
    QapiAny: line => serde_json::from_slice::<qapi_qmp::QmpMessageAny>(line);
    Qmp: line => serde_json::from_slice::<qmp::types::EventMessage>(line);
    JsonValue: line => serde_json::from_slice::<serde_json::Value>(line);
    Ignored: line => serde_json::from_slice::<IgnoredAny>(line);
    SonicValue: line => sonic_rs::from_slice::<sonic_rs::Value>(line);
    Utf8: line => std::str::from_utf8(line);
}

/// simd-json writes into its input, so it gets a copy; its buffers are used again.
#[derive(Default)]
struct SimdValue {
    line: Vec<u8>,
    buffers: simd_json::Buffers,
}

impl Decoder for SimdValue {
    #[inline]
    fn decode(&mut self, line: &[u8]) -> bool {
        self.line.clear();
        self.line.extend_from_slice(line);
        done(simd_json::to_borrowed_value_with_buffers(&mut self.line, &mut self.buffers))
    }
}

#[derive(Default)]
struct ThroughSimd {
    line: Vec<u8>,
    buffers: simd_json::Buffers,
}

impl Decoder for ThroughSimd {
    #[inline]
    fn decode(&mut self, line: &[u8]) -> bool {
        self.line.clear();
        self.line.extend_from_slice(line);
        done(simd_json::serde::from_slice_with_buffers::<EventMessage>(&mut self.line, &mut self.buffers))
    }
}
