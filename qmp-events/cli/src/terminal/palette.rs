//! The few styles of the program.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const LIFECYCLE: Style = AnsiColor::Green.on_default().bold();
pub(crate) const UNKNOWN: Style = AnsiColor::Magenta.on_default().bold();
pub(crate) const LABEL: Style = AnsiColor::Cyan.on_default();

/// A text in a style, as a part of a [`Line`](super::line::Line).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Painted<T> {
    pub(super) style: Style,
    pub(super) text: T,
}

pub(crate) fn paint<T: Display>(style: Style, text: T) -> Painted<T> {
    Painted { style, text }
}
