//! The command-line tool as its users meet it: arguments in, two streams and an exit status out.

mod decode;
mod hostile;
mod knowledge;
mod live;
mod published;
mod qemu;
mod run;
mod scripted;
