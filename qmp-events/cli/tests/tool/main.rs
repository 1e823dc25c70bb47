//! The command-line tool as its users meet it: arguments in, two streams and an exit status out.

#[cfg(unix)]
mod agent;
#[cfg(unix)]
mod attach;
mod browser;
mod decode;
#[cfg(unix)]
mod directory;
#[cfg(unix)]
mod endpoints;
mod formats;
#[cfg(target_os = "linux")]
#[path = "../../../../tests/full_disk.rs"]
mod full_disk;
mod hostile;
mod knowledge;
mod large;
#[cfg(target_os = "linux")]
mod libvirt;
#[cfg(target_os = "linux")]
mod libvirtd;
#[cfg(unix)]
mod listen;
mod live;
mod log;
#[cfg(unix)]
mod metrics;
#[cfg(all(feature = "nats", unix))]
mod nats;
#[cfg(all(feature = "nats", unix))]
mod nats_durable;
#[cfg(all(feature = "nats", target_os = "linux"))]
mod nats_full_disk;
#[cfg(all(feature = "nats", unix))]
mod nats_lossless;
#[cfg(all(feature = "nats", unix))]
mod nats_reading;
#[cfg(all(feature = "nats", unix))]
mod nats_server;
#[cfg(unix)]
mod peer;
mod published;
mod qemu;
mod recipes;
mod report;
mod run;
mod scripted;
#[cfg(unix)]
mod share;
mod state;
mod status;
mod unknown;
