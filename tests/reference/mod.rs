//! What is published of the catalogue, against messages that QEMU sent and against the decoder.

mod metadata;
mod mutations;
mod schemas;
