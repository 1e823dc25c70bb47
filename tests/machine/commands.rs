//! Commands and doings of guests, by chance.

use super::subject::{Gone, Subject};
use serde_json::{Value, json};
use std::env;

/// `QMP_EVENTS_WALK_STEPS` and `QMP_EVENTS_WALK_SEED` take another walk.
fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

pub(super) fn steps() -> u64 {
    number("QMP_EVENTS_WALK_STEPS", 500)
}

/// The generator known as splitmix64: the same walk for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(salt: u64) -> Self {
        Dice(number("QMP_EVENTS_WALK_SEED", 7) ^ salt)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// Does something to the machine; says what.
pub(super) fn take_step(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    let group = dice.one_of(&[
        life, life, life, life, guest, guest, guest, settings, job, job, job, migration, migration, devices,
    ]);
    group(subject, dice)
}

fn run(subject: &mut Subject, command: &str, arguments: Value) -> Result<String, Gone> {
    let shown = format!("{command} {arguments}");
    let answer = subject.execute(command, arguments)?;
    Ok(if answer.is_some() { shown } else { format!("{shown} (refused)") })
}

fn life(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    let commands =
        ["cont", "cont", "cont", "stop", "stop", "system_reset", "system_powerdown", "system_wakeup"];
    run(subject, dice.one_of(&commands), Value::Null)
}

/// What a guest does. It powers off and sleeps only if it runs: QEMU does not expect it of one that does not.
fn guest(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    let is_running = subject.look()?.status == "running";
    match dice.below(10) {
        0 | 1 => poke(subject, "the guest panics", &["outb 0x505 1"]),
        2 => poke(subject, "the guest lets the watchdog run out", &["outb 0x443 0x0f"]),
        3 | 9 if is_running => {
            poke(subject, "the guest powers off", POWER_MANAGEMENT)?;
            poke(subject, "the guest powers off", &["outw 0x604 0x2000"])
        }
        4 | 5 if is_running => {
            poke(subject, "the guest sleeps", POWER_MANAGEMENT)?;
            poke(subject, "the guest sleeps", &["outw 0x604 0x2400"])
        }
        6 => access_sector(subject, "the guest reads a bad sector", 100, "0x20"),
        7 => access_sector(subject, "the guest reads a sector that is bad once", 200, "0x20"),
        _ => {
            access_sector(subject, "the guest writes to a full disk", 300, "0x30")?;
            poke(subject, "the guest writes to a full disk", &["outw 0x1f0 0x1234"; 256])
        }
    }
}

fn poke(subject: &mut Subject, what: &str, pokes: &[&str]) -> Result<String, Gone> {
    pokes.iter().try_for_each(|poke| subject.poke(poke))?;
    Ok(what.to_owned())
}

/// As firmware does: gives the registers of power management their place.
const POWER_MANAGEMENT: &[&str] =
    &["outl 0xcf8 0x8000f840", "outl 0xcfc 0x601", "outl 0xcf8 0x8000f844", "outb 0xcfc 0x80"];

/// Resets the disk's channel and gives it a command for a sector.
fn access_sector(subject: &mut Subject, what: &str, sector: u32, command: &str) -> Result<String, Gone> {
    let low = format!("outb 0x1f3 {}", sector & 0xff);
    let high = format!("outb 0x1f4 {}", sector >> 8);
    let command = format!("outb 0x1f7 {command}");
    let reset = ["outb 0x3f6 4", "outb 0x3f6 0", "outb 0x1f6 0xe0", "outb 0x1f2 1"];
    poke(subject, what, &reset)?;
    poke(subject, what, &[&low, &high, "outb 0x1f5 0", &command])
}

fn settings(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    let (what, actions): (_, &[&str]) = dice.one_of(&[
        ("panic", &["pause", "pause", "pause", "none", "shutdown"][..]),
        (
            "watchdog",
            &["pause", "pause", "none", "pause", "pause", "debug", "reset", "shutdown", "poweroff"][..],
        ),
        ("shutdown", &["pause", "pause", "pause", "poweroff"][..]),
        ("reboot", &["reset", "reset", "reset", "shutdown"][..]),
    ]);
    run(subject, "set-action", json!({what: dice.one_of(actions)}))
}

fn job(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    let id = format!("job-{}", dice.below(3));
    let target = format!("target-{}", dice.below(3));
    let (auto_dismiss, auto_finalize) = (dice.below(2) == 0, dice.below(3) > 0);
    let mut new = json!({
        "job-id": id, "device": "source", "target": target, "sync": "full",
        "auto-dismiss": auto_dismiss, "auto-finalize": auto_finalize,
    });
    match dice.below(14) {
        0 => run(subject, "blockdev-backup", new),
        1 | 12 => {
            new["speed"] = json!(1 << 16);
            run(subject, "blockdev-backup", new)
        }
        2 => {
            new["target"] = json!("full");
            new["on-target-error"] = json!(dice.one_of(&["report", "stop"]));
            run(subject, "blockdev-backup", new)
        }
        3 | 4 => run(subject, "blockdev-mirror", new),
        5 => run(subject, "job-complete", json!({"id": id})),
        6 => run(subject, "job-finalize", json!({"id": id})),
        7 => run(subject, "job-dismiss", json!({"id": id})),
        8 => run(subject, "job-cancel", json!({"id": id})),
        9 => run(subject, "block-job-cancel", json!({"device": id, "force": dice.below(2) == 0})),
        10 => run(subject, dice.one_of(&["job-pause", "job-resume"]), json!({"id": id})),
        11 => {
            let options =
                json!({"driver": "qcow2", "file": dice.one_of(&["target-1", "nothing"]), "size": 1 << 20});
            run(subject, "blockdev-create", json!({"job-id": id, "options": options}))
        }
        _ => snapshot(subject, dice, &id),
    }
}

fn snapshot(subject: &mut Subject, dice: &mut Dice, id: &str) -> Result<String, Gone> {
    let (tag, devices) = (dice.one_of(&["a", "b"]), json!(["vmstate"]));
    match dice.below(5) {
        0 => run(subject, "snapshot-delete", json!({"job-id": id, "tag": tag, "devices": devices})),
        kind => {
            let command = if kind < 3 { "snapshot-save" } else { "snapshot-load" };
            let arguments = json!({"job-id": id, "tag": tag, "vmstate": "vmstate", "devices": devices});
            run(subject, command, arguments)
        }
    }
}

fn migration(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    match dice.below(8) {
        0 => {
            let pauses = dice.below(3) > 0;
            let capability = json!([{"capability": "pause-before-switchover", "state": pauses}]);
            run(subject, "migrate-set-capabilities", json!({"capabilities": capability}))
        }
        1 => {
            run(subject, "migrate", json!({"uri": dice.one_of(&["exec:false", "unix:/nowhere", "nonsense"])}))
        }
        2 | 3 => run(subject, "migrate", json!({"uri": "exec:cat >/dev/null"})),
        4 | 5 => run(subject, "migrate-continue", json!({"state": "pre-switchover"})),
        _ => run(subject, "migrate_cancel", Value::Null),
    }
}

fn devices(subject: &mut Subject, dice: &mut Dice) -> Result<String, Gone> {
    // QEMU 7.2 hangs now and then in `device_add` while the guest runs: it waits for a processor that missed its call.
    let is_running = subject.look()?.status == "running";
    match dice.below(3) {
        0 if !is_running => {
            run(subject, "device_add", json!({"driver": "usb-tablet", "id": "tablet", "bus": "usb.0"}))
        }
        1 => run(subject, "device_del", json!({"id": "tablet"})),
        _ => match dice.below(10) {
            0 => run(subject, "quit", Value::Null),
            _ => run(subject, "query-version", Value::Null),
        },
    }
}
