//! The few styles of the program.

use std::fmt::Display;

use anstyle::AnsiColor;

/// How a text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Plain,
    Bold,
    Dim,
    Error,
    Warning,
    Lifecycle,
    Unknown,
    Label,
}

impl Style {
    pub(super) const fn ansi(self) -> anstyle::Style {
        match self {
            Style::Plain => anstyle::Style::new(),
            Style::Bold => anstyle::Style::new().bold(),
            Style::Dim => anstyle::Style::new().dimmed(),
            Style::Error => AnsiColor::Red.on_default().bold(),
            Style::Warning => AnsiColor::Yellow.on_default().bold(),
            Style::Lifecycle => AnsiColor::Green.on_default().bold(),
            Style::Unknown => AnsiColor::Magenta.on_default().bold(),
            Style::Label => AnsiColor::Cyan.on_default(),
        }
    }
}

/// A text in a style, as a part of a [`Line`](super::line::Line).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Painted<T> {
    pub(super) style: Style,
    pub(super) text: T,
}

pub(crate) fn paint<T: Display>(style: Style, text: T) -> Painted<T> {
    Painted { style, text }
}
