//! Completion scripts and manual pages, from the definition of the command line.

use std::fs;
use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::terminal::output::Output;

pub(crate) fn completions(shell: Shell, output: &mut Output) -> anyhow::Result<Exit> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    std::io::Write::write_all(output, &script)?;
    Ok(Exit::Done)
}

/// Writes a page for the program and one for each of its commands.
pub(crate) fn pages(directory: &Path) -> anyhow::Result<Exit> {
    let write = || {
        fs::create_dir_all(directory)?;
        clap_mangen::generate_to(Arguments::command(), directory)
    };
    write().with_context(|| format!("cannot write to {}", directory.display()))?;
    Ok(Exit::Done)
}
