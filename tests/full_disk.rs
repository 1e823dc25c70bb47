//! A disk that is really full: a small file system, mounted where only the program under test sees it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// `$1` has the files that are on the disk, and it is mounted on `$2`. The rest is the command, whose exit
/// status is the result unless a file is not what it was.
const SCRIPT: &str = r#"
before=$1 disk=$2
shift 2
mount -t tmpfs tmpfs "$disk" && cp -a "$before/." "$disk" && cd "$disk" || exit
used=$(df -k --output=used . | tail -n 1)
mount -o "remount,size=$((used + 8))k" "$disk" || exit
echo mounted
"$@"
status=$?
cd /
diff -r "$before" "$disk" || exit 99
exit $status
"#;

/// Runs a program in a directory of a disk that holds the same files, of which 8 KiB are free, and fails
/// unless they are the same afterwards, without any others. `None`, and a word about it, where one may not
/// mount: that takes root or user namespaces. In CI that is a failure.
pub(crate) fn run_on_full_disk(files: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    let disk = files.with_extension("disk");
    std::fs::create_dir_all(&disk).expect("a directory can be made");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]).arg(files).arg(&disk);
    let output = command.arg(program).args(arguments).env("TZ", "UTC").output();
    std::fs::remove_dir(&disk).expect("nothing was written outside of the disk");
    let why = match output {
        Ok(output) if output.stdout.starts_with(b"mounted\n") => {
            assert_ne!(output.status.code(), Some(99), "{}", String::from_utf8_lossy(&output.stdout));
            return Some(output);
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => format!("unshare cannot be started: {error}"),
    };
    assert!(std::env::var_os("CI").is_none(), "CI needs a disk that can be filled: {why}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {arguments:?} on a full disk: {why}");
    None
}
