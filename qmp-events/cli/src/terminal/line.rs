//! Lines for people. All text in them becomes harmless: nothing that is put into a [`Line`] can move the
//! cursor, change colours, hide or reorder what is beside it, or begin a line.

use std::fmt::{self, Display, Write};

use qmp_events_frontend::printable::{is_plain, printable};
use textwrap::core::display_width;

use super::palette::{Painted, Style};
use super::text::{is_word, printable as quoted};

const SPACES: &str = "                                ";

/// A line, or a part of one. [`Output`](super::output::Output) prints nothing else for people.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    text: String,
    /// Where styles begin, in order.
    styles: Vec<(usize, Style)>,
    /// The last of them.
    style: Style,
    width: usize,
}

/// What a line is made of: anything that can be displayed, or is painted; and other lines.
pub(crate) trait Part {
    /// Appends it.
    fn append_to(&self, line: &mut Line);
}

/// A line of several parts.
macro_rules! line {
    ($($part:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut line = $crate::terminal::line::Line::default();
        $(line.push(&$part);)*
        line
    }};
}
pub(crate) use line;

impl Line {
    pub(crate) fn push(&mut self, part: &(impl Part + ?Sized)) {
        part.append_to(self);
    }

    /// Appends a text of the program itself, which is plain.
    #[inline]
    pub(crate) fn push_own(&mut self, style: Style, text: &'static str) {
        debug_assert!(is_plain(text), "{text:?}");
        self.push_plain(style, text);
    }

    /// Appends a text as it is if it is a word, otherwise quoted and escaped.
    #[inline]
    pub(crate) fn push_word(&mut self, style: Style, text: &str) {
        if is_word(text) { self.push_plain(style, text) } else { self.push_text(style, &quoted(text)) }
    }

    fn push_plain(&mut self, style: Style, text: &str) {
        self.set_style(style);
        self.text.push_str(text);
        self.width += text.len();
    }

    /// Appends a text in a style.
    pub(crate) fn push_text(&mut self, style: Style, text: &str) {
        self.set_style(style);
        self.push_printable(text);
    }

    fn push_printable(&mut self, text: &str) {
        if is_plain(text) {
            self.text.push_str(text);
            self.width += text.len();
        } else {
            let text = printable(text);
            self.text.push_str(&text);
            self.width += display_width(&text);
        }
    }

    fn push_display(&mut self, text: &(impl Display + ?Sized)) {
        // Writing to a string does not fail.
        let _ = write!(Escaping(self), "{text}");
    }

    /// Appends so many spaces.
    pub(crate) fn pad(&mut self, count: usize) {
        let mut rest = count;
        while rest > 0 {
            let part = rest.min(SPACES.len());
            self.push_plain(Style::Plain, &SPACES[..part]);
            rest -= part;
        }
    }

    /// The columns that it takes on a screen.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The text without its styles.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Makes it empty, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.styles.clear();
        self.style = Style::Plain;
        self.width = 0;
    }

    /// Writes it, with or without its styles.
    pub(crate) fn write_to(&self, output: &mut impl std::io::Write, styled: bool) -> std::io::Result<()> {
        if !styled || self.styles.is_empty() {
            return output.write_all(self.text.as_bytes());
        }
        let mut position = 0;
        let mut current = Style::Plain;
        for (start, style) in &self.styles {
            output.write_all(&self.text.as_bytes()[position..*start])?;
            write!(output, "{:#}{}", current.ansi(), style.ansi())?;
            (position, current) = (*start, *style);
        }
        output.write_all(&self.text.as_bytes()[position..])?;
        write!(output, "{:#}", current.ansi())
    }

    /// How what is appended next looks. Only changes are kept: a line may have millions of parts in one style.
    #[inline]
    fn set_style(&mut self, style: Style) {
        if self.style != style {
            self.change_style(style);
        }
    }

    fn change_style(&mut self, style: Style) {
        while self.styles.last().is_some_and(|(start, _)| *start == self.text.len()) {
            self.styles.pop();
        }
        let current = self.styles.last().map_or(Style::Plain, |(_, style)| *style);
        if current != style {
            self.styles.push((self.text.len(), style));
        }
        self.style = style;
    }
}

impl<T: Display + ?Sized> Part for T {
    fn append_to(&self, line: &mut Line) {
        line.set_style(Style::Plain);
        line.push_display(self);
    }
}

impl<T: Display> Part for Painted<T> {
    fn append_to(&self, line: &mut Line) {
        line.set_style(self.style);
        line.push_display(&self.text);
    }
}

impl Part for Line {
    fn append_to(&self, line: &mut Line) {
        line.set_style(Style::Plain);
        let offset = line.text.len();
        line.text.push_str(&self.text);
        line.styles.extend(self.styles.iter().map(|(start, style)| (start + offset, *style)));
        line.style = self.style;
        line.width += self.width;
    }
}

/// Appends text, with everything escaped that is not printable.
struct Escaping<'a>(&'a mut Line);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_printable(text);
        Ok(())
    }
}

/// A text with everything escaped that a line would escape.
pub(crate) fn harmless(text: impl Display) -> String {
    line![text].text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::palette::{Style, paint};

    fn written(line: &Line, styled: bool) -> String {
        let mut bytes = Vec::new();
        line.write_to(&mut bytes, styled).expect("a vector takes everything");
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn nothing_in_a_line_controls_a_terminal() {
        for letter in ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain(
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2028}\u{2029}\
             \u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{e0041}"
                .chars(),
        ) {
            let text = format!("a{letter}b");
            for line in [line![text], line![paint(Style::Bold, &text)], line![line![text]]] {
                let plain = written(&line, false);
                assert!(plain.is_ascii() && !plain.contains(char::is_control), "{plain:?}");
                assert!(plain.contains('\\') && plain.len() >= 4, "{plain:?}");
            }
        }
        assert_eq!(written(&line!["it's \u{1b}[2J \"ü\" \\ 日本"], false), "it's \\u{1b}[2J \"ü\" \\ 日本");
    }

    #[test]
    fn styles_are_around_their_parts_and_can_be_left_out() {
        let line = line![paint(Style::Bold, "a"), "b", line!["c", paint(Style::Dim, "d")]];
        assert_eq!(written(&line, false), "abcd");
        assert_eq!(written(&line, true), "\u{1b}[1ma\u{1b}[0mbc\u{1b}[2md\u{1b}[0m");
        assert_eq!(line.width(), 4);
    }
}
