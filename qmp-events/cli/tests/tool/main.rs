//! The command-line tool as its users meet it: arguments in, two streams and an exit status out.

mod browser;
mod decode;
mod hostile;
mod knowledge;
mod large;
mod live;
mod log;
mod published;
mod qemu;
mod recipes;
mod report;
mod run;
mod scripted;
mod state;
mod status;
mod unknown;
