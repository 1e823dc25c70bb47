//! What `decode` prints of an input, for tests that try millions of inputs in one process. It must never be
//! a second way to decode.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::commands::decode_bytes;
use crate::terminal::output::Output;

/// Both outputs of a run.
#[derive(Debug)]
pub struct Decoded {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs `decode` with these options on this input.
///
/// # Errors
///
/// If the options are not those of `decode`, or the run fails.
pub fn decode(options: &[&str], input: &[u8]) -> Result<Decoded, String> {
    let arguments = ["qmp-events", "decode"].iter().chain(options);
    let arguments = Arguments::try_parse_from(arguments).map_err(|error| error.to_string())?;
    let Command::Decode(arguments) = arguments.command else { return Err("not decode".to_owned()) };
    let (stdout, stderr) = (Kept::default(), Kept::default());
    let mut output = Output::into_writers(stdout.clone(), stderr.clone());
    let run = decode_bytes(&arguments, input, &mut output).and_then(|_| Ok(output.flush()?));
    run.map_err(|error| format!("{error:#}"))?;
    Ok(Decoded { stdout: stdout.0.take(), stderr: stderr.0.take() })
}

#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
