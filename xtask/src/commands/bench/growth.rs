//! How the time of the tool grows with its input: each command that reads input, on each shape of hostile
//! input, at sizes that double. A factor near 2 is linear time, one near 4 quadratic.

mod server;
mod shapes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::cargo::{cargo, output_of};
use crate::commands::output::say;
use crate::commands::workspace::workspace;
use server::Server;
use shapes::{REPLIES, STREAMS, Shape};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The size of the largest input, in KiB; half and a quarter of it are measured too
    #[arg(long, value_name = "KIB", default_value_t = 4096)]
    largest: usize,

    /// How often each is run; the least time counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    times: usize,

    /// Only shapes with this in their names
    #[arg(long, value_name = "TEXT", default_value = "")]
    shape: String,
}

/// A command of the tool, and how its input gets there.
struct Case {
    command: &'static str,
    input: Input,
    shapes: &'static [Shape],
}

#[derive(Clone, Copy)]
enum Input {
    /// The last argument.
    File,
    /// What a server sends after the negotiation.
    Events,
    /// What a server replies to the first command.
    Reply,
}

const CASES: [Case; 8] = [
    Case { command: "decode", input: Input::File, shapes: STREAMS },
    Case { command: "decode --format json", input: Input::File, shapes: STREAMS },
    Case { command: "decode --format cloudevents", input: Input::File, shapes: STREAMS },
    Case { command: "decode --where a.b!=c --severity error", input: Input::File, shapes: STREAMS },
    Case { command: "watch", input: Input::Events, shapes: STREAMS },
    Case { command: "wait --event NO_SUCH_EVENT", input: Input::Events, shapes: STREAMS },
    Case { command: "diff --from 10.0 --to", input: Input::File, shapes: REPLIES },
    Case { command: "check", input: Input::Reply, shapes: REPLIES },
];

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let tool = build()?;
    let file = std::env::temp_dir().join(format!("qmp-events-growth-{}", std::process::id()));
    let sizes = [options.largest << 8, options.largest << 9, options.largest << 10];
    say("| command | shape | ms | a doubling |\n|---|---|---:|---:|");
    let mut worst = 0.0_f64;
    for case in &CASES {
        for shape in case.shapes.iter().filter(|shape| shape.name.contains(&options.shape)) {
            let mut times = Vec::new();
            for size in sizes {
                fs::write(&file, shape.of_size(size))?;
                times.push(least(options.times, || time(&tool, case, &file))?);
            }
            let factor = factor(&times);
            worst = worst.max(factor);
            let times: Vec<_> = times.iter().map(|time| format!("{:.0}", time.as_secs_f64() * 1e3)).collect();
            say(&format!("| {} | {} | {} | {factor:.2} |", case.command, shape.name, times.join(", ")));
        }
    }
    fs::remove_file(&file)?;
    say(&format!("\nThe greatest factor is {worst:.2}."));
    Ok(())
}

/// How many times longer a doubling takes, on average over all of them.
fn factor(times: &[Duration]) -> f64 {
    let [first, .., last] = times else { return 1.0 };
    let doublings = u32::try_from(times.len() - 1).unwrap_or(u32::MAX);
    (last.as_secs_f64() / first.as_secs_f64()).powf(f64::from(doublings).recip())
}

/// The tool, as users run it.
fn build() -> anyhow::Result<PathBuf> {
    let workspace = workspace()?;
    let build = ["build", "--quiet", "--release", "--package", "qmp-events-cli"];
    output_of(cargo().args(build).current_dir(&workspace))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("qmp-events{}", std::env::consts::EXE_SUFFIX)))
}

fn least(times: usize, mut run: impl FnMut() -> anyhow::Result<Duration>) -> anyhow::Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..times.max(1) {
        least = least.min(run()?);
    }
    Ok(least)
}

/// How long the tool takes. Its answer does not matter, as long as it gives one.
fn time(tool: &Path, case: &Case, input: &Path) -> anyhow::Result<Duration> {
    let mut command = Command::new(tool);
    command.args(case.command.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    let server = match case.input {
        Input::File => {
            command.arg(input);
            None
        }
        Input::Events | Input::Reply => {
            let server = Server::start(fs::read(input)?, matches!(case.input, Input::Reply))?;
            command.arg(server.endpoint());
            Some(server)
        }
    };
    let start = Instant::now();
    let status = command.status().with_context(|| format!("{command:?}"))?;
    let time = start.elapsed();
    anyhow::ensure!(status.code().is_some_and(|code| code != 101), "{command:?}: {status}");
    server.map_or(Ok(()), Server::finish)?;
    Ok(time)
}
