//! The program `qmp-events`.

use std::process::ExitCode;

fn main() -> ExitCode {
    qmp_events_cli::main()
}
