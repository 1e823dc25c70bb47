//! The client side of the protocol, from bytes to clients, against scripted servers.

mod splitter;
