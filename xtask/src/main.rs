//! `cargo xtask …`: see `cargo xtask --help`.

use std::process::ExitCode;

use clap::Parser as _;
use qmp_events_frontend::printable::printable_lines;
use xtask::commands::Arguments;

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(status) => status,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "the one place where this program reports its own failure"
            )]
            {
                eprintln!("{}", printable_lines(&format!("error: {error:#}")));
            }
            ExitCode::from(2)
        }
    }
}
