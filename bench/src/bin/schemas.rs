//! `schemas TREE XTASK [GENERATOR]`: milliseconds to read schemas and to generate code from them.
//!
//! TREE holds QEMU's `qapi-schema.json`, XTASK is the built program, and GENERATOR is QEMU's
//! `scripts/qapi-gen.py`. In this process take turns: our code from our schema, our check of the
//! tree, and qapi-codegen on the tree. Then, as processes started alike: our check of the tree,
//! Python that does nothing, and QEMU's generator.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use bench::median;
use serde_json::json;
use qmp_events_frontend::diagnostics::Diagnostics;
use qmp_events_frontend::files::Disk;
use qmp_events_frontend::source::SourceMap;
use qmp_events_frontend::qapi;
use xtask::pipeline;

const ROUNDS: usize = 21;

/// A row: what it is called, and how it is done once.
type Row<'a> = (&'static str, Box<dyn Fn() -> anyhow::Result<()> + 'a>);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [tree, program, generator @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: schemas TREE XTASK [GENERATOR]");
    };
    let root = tree.join("qapi-schema.json");
    let output = env::temp_dir().join(format!("qmp-events-bench-{}", std::process::id()));
    std::fs::create_dir_all(&output)?;
    let mut rows: Vec<Row<'_>> = vec![
        ("codegen of schema/, in process", Box::new(generate)),
        ("check of the tree, in process", Box::new(|| check(&root))),
        ("qapi-codegen of the tree, in process", Box::new(|| {
            qapi_codegen::codegen(tree, output.join("qmp.rs"), "Command".to_owned())?;
            Ok(())
        })),
        ("cargo xtask check of the tree, process", Box::new(|| {
            run(Command::new(program).arg("check").arg(&root))
        })),
        ("python3 -c pass, process", Box::new(|| run(Command::new("python3").args(["-c", "pass"])))),
    ];
    let (output_directory, root) = (&output, &root);
    for generator in generator {
        rows.push(("QEMU's generator on the tree, process", Box::new(move || {
            run(Command::new("python3").arg(generator).arg("-o").arg(output_directory).arg(root))
        })));
    }
    let measured = measure(&rows);
    std::fs::remove_dir_all(&output)?;
    for ((name, _), times) in rows.iter().zip(measured?) {
        println!("{}", json!({ "row": name, "ms": median(times) }));
    }
    Ok(())
}

fn generate() -> anyhow::Result<()> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let generated = pipeline::generate(&Disk, &schema)?;
    anyhow::ensure!(!generated.diagnostics.has_errors(), "schema/ has errors");
    Ok(())
}

fn check(root: &Path) -> anyhow::Result<()> {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    qapi::read(root, &mut sources, &mut diagnostics, qapi::Options::default())?;
    anyhow::ensure!(!diagnostics.has_errors(), "{} has errors", root.display());
    Ok(())
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let output = output.with_context(|| format!("{command:?}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?}: {}\n{report}", output.status);
    Ok(())
}

/// The milliseconds of each round of each row; the rows take turns.
fn measure(rows: &[Row<'_>]) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut times = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((_, row), times) in rows.iter().zip(&mut times) {
            let start = Instant::now();
            row()?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(times)
}
