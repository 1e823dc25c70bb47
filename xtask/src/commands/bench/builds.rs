//! Clean builds of two small programs that decode an event.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::cargo::{cargo, output_of};
use crate::commands::output::say;
use crate::commands::workspace::workspace;

/// A program, and what it depends on.
struct Program {
    name: &'static str,
    dependencies: String,
    main: &'static str,
}

fn programs() -> anyhow::Result<[Program; 2]> {
    let path = workspace()?.join("qmp-events");
    Ok([
        Program {
            name: "qmp-events",
            dependencies: format!("qmp-events = {{ path = {path:?} }}"),
            main: "fn main() {
                let line = std::env::args().nth(1).expect(\"an event\");
                println!(\"{:?}\", <qmp_events::EventMessage>::decode(line.as_bytes()));
            }",
        },
        Program {
            name: "qapi",
            dependencies: "qapi = { version = \"0.15\", features = [\"qmp\"] }\nserde_json = \"1\""
                .to_owned(),
            main: "fn main() {
                let line = std::env::args().nth(1).expect(\"an event\");
                println!(\"{:?}\", serde_json::from_slice::<qapi::qmp::Event>(line.as_bytes()));
            }",
        },
    ])
}

/// Builds each in turn, `times` times. Whatever else the machine does only adds to a time.
pub(super) fn run(times: usize) -> anyhow::Result<()> {
    let directory = std::env::temp_dir().join(format!("qmp-events-builds-{}", std::process::id()));
    let programs = programs()?;
    let mut least = [Duration::MAX; 2];
    for program in &programs {
        write(&directory.join(program.name), program)?;
    }
    for _ in 0..times {
        for (program, least) in programs.iter().zip(&mut least) {
            *least = build(&directory.join(program.name))?.min(*least);
        }
    }
    say("| a program on | clean release build, s | dependencies |\n|---|---:|---:|");
    for (program, least) in programs.iter().zip(least) {
        let count = dependencies(&directory.join(program.name))?;
        say(&format!("| {} | {:.1} | {count} |", program.name, least.as_secs_f64()));
    }
    fs::remove_dir_all(&directory)?;
    Ok(())
}

fn write(directory: &Path, program: &Program) -> anyhow::Result<()> {
    fs::create_dir_all(directory.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"small\"\nedition = \"2024\"\n[dependencies]\n{}\n[workspace]\n",
        program.dependencies
    );
    fs::write(directory.join("Cargo.toml"), manifest)?;
    fs::write(directory.join("src/main.rs"), program.main)?;
    output_of(cargo().arg("fetch").current_dir(directory)).map(drop)
}

fn build(directory: &Path) -> anyhow::Result<Duration> {
    let target = directory.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let mut command = cargo();
    command.args(["build", "--release", "--quiet", "--offline", "--target-dir"]).arg(&target);
    output_of(command.current_dir(directory))?;
    Ok(start.elapsed())
}

/// How many crates are built besides the program.
fn dependencies(directory: &Path) -> anyhow::Result<usize> {
    let mut command = cargo();
    command.args(["tree", "--offline", "--prefix", "none", "--no-dedupe", "--format", "{p}"]);
    let tree = output_of(command.current_dir(directory))?;
    let crates: std::collections::BTreeSet<&str> = tree.lines().skip(1).collect();
    Ok(crates.len())
}
