//! Lines of a plain text: headings, wrapped paragraphs, JSON laid out by hand.

use crate::json::Json;

/// A space at which no line is broken.
pub(super) const NO_BREAK: char = '\u{a0}';

/// The width of the event document.
const WIDTH: usize = 70;

/// A text that grows by lines.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn push(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    pub(super) fn heading(&mut self, text: &str, underline: char) {
        self.push(text);
        self.push(&underline.to_string().repeat(text.chars().count()));
    }

    /// A paragraph, with what its first line and its others begin with.
    pub(super) fn wrap(&mut self, first: &str, others: &str, text: &str) {
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(others)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            self.push(&line.replace(NO_BREAK, " "));
        }
    }

    /// A message, each of its members on a line of its own.
    pub(super) fn message(&mut self, message: &Json) {
        let mut text = String::new();
        match message.as_object() {
            Some(_) => lay_out(message, 0, true, &mut text),
            None => text = message.to_string(),
        }
        self.push(&text);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Writes a value that begins in a column: on one line if it fits there, else a member a line.
fn lay_out(value: &Json, column: usize, broken: bool, out: &mut String) {
    let line = inline(value);
    let members = match value {
        Json::Object(members) if !members.is_empty() && (broken || column + line.len() > WIDTH) => members,
        _ => return out.push_str(&line),
    };
    for (index, (name, value)) in members.iter().enumerate() {
        out.push_str(if index == 0 { "{ " } else { ",\n" });
        if index > 0 {
            out.push_str(&" ".repeat(column + 2));
        }
        let name = format!("{}: ", Json::from(name.as_str()));
        let fits = column + 2 + name.len() + inline(value).len() <= WIDTH;
        out.push_str(&name);
        match value {
            // Hanging under its name would leave no room: begin anew, two columns further in.
            Json::Object(inner) if !fits && inner.values().any(|value| inline(value).len() > WIDTH / 2) => {
                out.push_str("{\n");
                out.push_str(&" ".repeat(column + 4));
                let mut rest = String::new();
                lay_out(value, column + 2, true, &mut rest);
                out.push_str(rest.strip_prefix("{ ").unwrap_or(&rest));
            }
            _ => lay_out(value, column + 2 + name.len(), false, out),
        }
    }
    out.push_str(" }");
}

/// A value on one line, with spaces as people write them.
fn inline(value: &Json) -> String {
    match value {
        Json::Object(members) if !members.is_empty() => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{}: {}", Json::from(name.as_str()), inline(value)));
            format!("{{ {} }}", Vec::from_iter(members).join(", "))
        }
        Json::Array(items) => format!("[{}]", Vec::from_iter(items.iter().map(inline)).join(", ")),
        _ => value.to_string(),
    }
}
