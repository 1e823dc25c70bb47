//! The state of machines: against recordings, and against what real QEMUs say of themselves.

#[cfg(unix)]
mod commands;
mod recordings;
mod rules;
#[cfg(unix)]
mod saved;
#[cfg(unix)]
mod subject;
#[cfg(unix)]
mod waits;
#[cfg(unix)]
mod walk;
