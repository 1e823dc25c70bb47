//! Typed commands, for programs that use the crates [`qapi-spec`] and [`qapi-qmp`].
//!
//! This crate types events, not commands. Its clients take any [`qapi_spec::Command`], so that commands
//! can be typed by the crate that has them.
//!
//! [`qapi-spec`]: https://docs.rs/qapi-spec
//! [`qapi-qmp`]: https://docs.rs/qapi-qmp

use crate::QapiEvents;
use crate::client::{Error, decode_reply};
use qapi_spec::Command;
use serde_json::Value;

#[cfg(feature = "blocking")]
impl<S: std::io::Read + std::io::Write, E: QapiEvents> crate::blocking::Client<S, E> {
    /// As [`execute`](Self::execute), with the types of a command from [`qapi-qmp`] or another crate.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute); [`Error::Arguments`] if the command cannot be written as JSON.
    ///
    /// [`qapi-qmp`]: https://docs.rs/qapi-qmp
    pub fn execute_typed<C: Command>(&mut self, command: C) -> Result<C::Ok, Error> {
        decode_reply(self.execute_undecoded(C::NAME, Some(arguments_of(&command)?))?)
    }

    /// Refuses to execute a command out of band: the capability `oob` is not negotiated.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBand`], always.
    pub fn execute_typed_oob<C: Command>(&mut self, _command: C) -> Result<C::Ok, Error> {
        Err(Error::OutOfBand { command: C::NAME.to_owned() })
    }
}

#[cfg(feature = "tokio")]
impl<E: QapiEvents> crate::tokio::Client<E> {
    /// As [`execute`](Self::execute), with the types of a command from [`qapi-qmp`] or another crate.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute); [`Error::Arguments`] if the command cannot be written as JSON.
    ///
    /// [`qapi-qmp`]: https://docs.rs/qapi-qmp
    pub async fn execute_typed<C: Command>(&self, command: C) -> Result<C::Ok, Error> {
        let arguments = arguments_of(&command)?;
        decode_reply(self.execute_undecoded(C::NAME, Some(arguments)).await?)
    }

    /// Refuses to execute a command out of band: the capability `oob` is not negotiated.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfBand`], always.
    pub fn execute_typed_oob<C: Command>(&self, _command: C) -> Result<C::Ok, Error> {
        Err(Error::OutOfBand { command: C::NAME.to_owned() })
    }
}

fn arguments_of<C: Command>(command: &C) -> Result<Value, Error> {
    serde_json::to_value(command)
        .map_err(|error| Error::Arguments { command: C::NAME.to_owned(), problem: error.to_string() })
}
