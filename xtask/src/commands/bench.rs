//! `cargo xtask bench`: runs the programs of `bench/` and makes tables of what they write.
//!
//! Measures nothing itself but builds, and judges nothing: whoever reads the table does.

mod builds;
mod callgrind;
mod cargo;
mod decoding;
mod growth;
mod schemas;
mod stream;

use std::path::PathBuf;

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    decoding: decoding::Options,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Count the instructions an event costs, under callgrind
    Instructions {
        /// A file of event lines, instead of the even mix of all kinds
        #[arg(long, value_name = "FILE")]
        corpus: Option<PathBuf>,
    },
    /// Time streams of events: the splitter, sessions and clients, and the tool beside other programs
    Stream {
        /// A file of event lines, instead of the recorded stream and the even mix
        #[arg(long, value_name = "FILE")]
        corpus: Option<PathBuf>,
    },
    /// Time reading a QEMU tree and generating code, beside qapi-codegen and QEMU's generator
    Schemas {
        /// The directory that holds QEMU's qapi-schema.json
        #[arg(long, value_name = "DIRECTORY")]
        qemu_tree: PathBuf,
        /// QEMU's scripts/qapi-gen.py
        #[arg(long, value_name = "FILE")]
        qemu_generator: Option<PathBuf>,
    },
    /// Measure the tool on hostile inputs of growing size: how many times longer does twice as much take?
    Growth(growth::Options),
    /// Time clean release builds of a small program on qmp-events and of one on qapi
    Builds {
        /// How often each is built; the least time counts
        #[arg(long, value_name = "N", default_value_t = 3)]
        times: usize,
    },
}

pub(super) fn run(bench: Bench) -> anyhow::Result<()> {
    match bench.what {
        None => decoding::run(bench.decoding),
        Some(What::Instructions { corpus }) => decoding::run_instructions(corpus.as_deref()),
        Some(What::Stream { corpus }) => stream::run(corpus.as_deref()),
        Some(What::Schemas { qemu_tree, qemu_generator }) => {
            schemas::run(&qemu_tree, qemu_generator.as_deref())
        }
        Some(What::Growth(options)) => growth::run(&options),
        Some(What::Builds { times }) => builds::run(times),
    }
}
