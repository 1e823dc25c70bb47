//! How the work of the tool grows with its input: each command that reads input, on each shape of hostile
//! input, at sizes that double. A factor near 2 is linear work, one near 4 quadratic.
//!
//! Processor time is measured, the least of several runs, without what the start of the program takes: what
//! else the machine does changes it little. Where it is doubtful, counted instructions are exact.

mod server;
mod shapes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::callgrind;
use super::cargo::{cargo, output_of};
use crate::commands::output::say;
use crate::commands::workspace::workspace;
use server::Server;
use shapes::{REPLIES, STREAMS, Shape};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The size of the largest input, in KiB; half and a quarter of it are measured too. `decode` takes no
    /// messages over 1 MiB from logs: what is larger tells how fast they are left out
    #[arg(long, value_name = "KIB", default_value_t = 960)]
    largest: usize,

    /// How often each is run; the least time counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    times: usize,

    /// Count instructions instead, in one run: exact, and some 50 times slower; needs valgrind
    #[arg(long, conflicts_with = "times")]
    instructions: bool,

    /// Only commands with this in them
    #[arg(long, value_name = "TEXT", default_value = "")]
    command: String,

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

const CASES: [Case; 9] = [
    Case { command: "decode", input: Input::File, shapes: STREAMS },
    Case { command: "decode --input qmp", input: Input::File, shapes: STREAMS },
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
    let unit = if options.instructions { "million instructions" } else { "ms" };
    say(&format!("| command | shape | {unit} from the start on | a doubling |\n|---|---|---:|---:|"));
    let mut worst = 0.0_f64;
    for case in CASES.iter().filter(|case| case.command.contains(&options.command)) {
        for shape in case.shapes.iter().filter(|shape| shape.name.contains(&options.shape)) {
            // What is read before anything grows, then three sizes.
            let mut costs = Vec::new();
            for size in [0, options.largest << 8, options.largest << 9, options.largest << 10] {
                fs::write(&file, shape.of_size(size))?;
                costs.push(cost(options, &tool, case, &file)?);
            }
            let factor = factor(&costs, if options.instructions { 0.0 } else { LEAST_TIME });
            worst = worst.max(factor.unwrap_or_default());
            let costs: Vec<_> = costs.iter().map(|cost| format!("{cost:.0}")).collect();
            let factor = factor.map_or_else(|| "—".to_owned(), |factor| format!("{factor:.2}"));
            say(&format!("| {} | {} | {} | {factor} |", case.command, shape.name, costs.join(", ")));
        }
    }
    fs::remove_file(&file)?;
    say(&format!("\nThe greatest factor is {worst:.2}. A dash is for what costs too little to tell."));
    Ok(())
}

/// Milliseconds that the smallest input must cost to be compared with larger ones.
const LEAST_TIME: f64 = 5.0;

/// How many times more a doubling costs, on average over all of them, without what nothing costs; `None` if
/// the smallest input costs no more than `least`.
fn factor(costs: &[f64], least: f64) -> Option<f64> {
    let [nothing, first, .., last] = costs else { return None };
    let doublings = (costs.len() - 2) as f64;
    (first - nothing > least).then(|| ((last - nothing) / (first - nothing)).powf(doublings.recip()))
}

/// The tool, as users run it.
fn build() -> anyhow::Result<PathBuf> {
    let workspace = workspace()?;
    let build = ["build", "--quiet", "--release", "--package", "qmp-events-cli"];
    output_of(cargo().args(build).current_dir(&workspace))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("qmp-events{}", std::env::consts::EXE_SUFFIX)))
}

/// What a run of the tool costs: milliseconds of processor time, or millions of instructions.
fn cost(options: &Options, tool: &Path, case: &Case, input: &Path) -> anyhow::Result<f64> {
    if options.instructions {
        let mut valgrind = Command::new("valgrind");
        let report = run_tool(valgrind.args(callgrind::OPTIONS).arg(tool), case, input)?;
        return Ok(callgrind::collected(&report)? as f64 / 1e6);
    }
    let mut least = f64::INFINITY;
    for _ in 0..options.times.max(1) {
        let mut bash = Command::new("bash");
        let time = r#"TIMEFORMAT="%3U %3S"; time "$0" "$@" 2>/dev/null"#;
        let report = run_tool(bash.args(["-c", time]).arg(tool), case, input)?;
        let seconds = report.split_whitespace().map(str::parse::<f64>).sum::<Result<f64, _>>();
        least = least.min(seconds.with_context(|| report.clone())? * 1e3);
    }
    Ok(least)
}

/// Runs the tool by another program, and gives what that says about the run. The tool's own answer does not
/// matter, as long as it gives one.
fn run_tool(command: &mut Command, case: &Case, input: &Path) -> anyhow::Result<String> {
    command.args(case.command.split(' ')).stdout(Stdio::null());
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
    let output = command.output().with_context(|| format!("{command:?}"))?;
    anyhow::ensure!(output.status.code().is_some_and(|code| code != 101), "{command:?}: {}", output.status);
    server.map_or(Ok(()), Server::finish)?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}
