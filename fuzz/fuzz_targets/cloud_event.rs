//! What can be read as a CloudEvent can be written, and is the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmp_events::cloud_event::CloudEvent;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = CloudEvent::decode(bytes) {
        let written = event.to_string();
        let again = CloudEvent::decode(written.as_bytes()).expect("what was written");
        assert_eq!(again.to_string(), written);
    }
});
