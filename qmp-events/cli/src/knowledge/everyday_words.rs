//! What people call what events tell, as a table: QEMU's names and the schema do not have these words.

/// Words, in lower case, by the event that they ask for.
const WORDS: &[(&str, &[&str])] = &[
    ("ACPI_DEVICE_OST", &["hotplug"]),
    ("BALLOON_CHANGE", &["balloon", "memory"]),
    ("BLOCK_EXPORT_DELETED", &["nbd", "export"]),
    ("BLOCK_IMAGE_CORRUPTED", &["corruption", "qcow2"]),
    ("BLOCK_IO_ERROR", &["disk", "eio", "enospc", "full"]),
    ("BLOCK_JOB_CANCELLED", &["backup", "mirror", "commit"]),
    ("BLOCK_JOB_COMPLETED", &["backup", "mirror", "commit", "finished"]),
    ("BLOCK_JOB_ERROR", &["backup", "mirror", "commit"]),
    ("BLOCK_JOB_PENDING", &["backup", "mirror", "commit"]),
    ("BLOCK_JOB_READY", &["mirror", "commit", "pivot"]),
    ("BLOCK_WRITE_THRESHOLD", &["disk", "full", "thin"]),
    ("DEVICE_DELETED", &["hotplug", "unplug", "detach", "hotunplug"]),
    ("DEVICE_TRAY_MOVED", &["cdrom", "eject"]),
    ("DEVICE_UNPLUG_GUEST_ERROR", &["hotplug", "unplug", "detach", "hotunplug"]),
    ("GUEST_CRASHLOADED", &["crash", "kdump"]),
    ("GUEST_PANICKED", &["crash", "bsod", "bugcheck", "oops"]),
    ("GUEST_PVSHUTDOWN", &["poweroff"]),
    ("HV_BALLOON_STATUS_REPORT", &["balloon", "memory"]),
    ("JOB_STATUS_CHANGE", &["backup", "mirror", "commit", "snapshot"]),
    ("MEMORY_DEVICE_SIZE_CHANGE", &["virtio-mem", "hotplug"]),
    ("MEMORY_FAILURE", &["mce", "ecc"]),
    ("MEM_UNPLUG_ERROR", &["hotplug", "unplug", "detach", "hotunplug"]),
    ("MIGRATION", &["migrate", "snapshot"]),
    ("MIGRATION_PASS", &["migrate"]),
    ("NIC_RX_FILTER_CHANGED", &["mac", "network"]),
    ("POWERDOWN", &["poweroff", "system_powerdown", "acpi"]),
    ("RESET", &["reboot", "restart"]),
    ("RESUME", &["start", "started", "unpause", "continue", "cont"]),
    ("RTC_CHANGE", &["clock", "time"]),
    ("SHUTDOWN", &["poweroff", "halt", "quit", "exit"]),
    ("SPICE_CONNECTED", &["console"]),
    ("SPICE_DISCONNECTED", &["console"]),
    ("STOP", &["pause", "paused", "stopped"]),
    ("SUSPEND", &["sleep", "s3"]),
    ("SUSPEND_DISK", &["hibernate", "s4"]),
    ("UNPLUG_PRIMARY", &["unplug", "detach", "failover"]),
    ("VFIO_MIGRATION", &["migrate", "passthrough"]),
    ("VNC_CONNECTED", &["console"]),
    ("VNC_DISCONNECTED", &["console"]),
    ("VSERPORT_CHANGE", &["agent", "qemu-ga", "guest-agent"]),
    ("WAKEUP", &["sleep", "s3"]),
    ("WATCHDOG", &["hang", "hung"]),
];

/// The words that ask for an event; none if its name says it all.
pub(crate) fn words_for(event: &str) -> &'static [&'static str] {
    WORDS.iter().find(|(name, _)| *name == event).map_or(&[], |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qmp_events::EventKind;

    #[test]
    fn the_table_names_each_event_once_and_only_those_that_exist() {
        assert!(WORDS.is_sorted_by(|(left, _), (right, _)| left < right));
        for (name, words) in WORDS {
            assert!(name.parse::<EventKind>().is_ok(), "{name}");
            assert!(!words.is_empty() && words.iter().all(|word| *word == word.to_lowercase()), "{name}");
        }
    }
}
