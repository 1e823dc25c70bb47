//! Prose as the reference has it: `code` in backticks, and no other markup.

/// The text without markup of QAPI's documentation: literals in double backticks and `@name` become
/// code, and white space within a paragraph is one space.
pub(super) fn plain(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        names_as_code(&words.join(" ").replace("``", "`"))
    });
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn names_as_code(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        // Every other part is code.
        if index % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(at) = rest.find('@') {
            let name = &rest[at + 1..];
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            let length = name.find(|letter| !is_part(letter)).unwrap_or(name.len());
            out.push_str(&rest[..at]);
            match name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                true => out.push_str(&format!("`{}`", &name[..length])),
                false => out.push_str(&rest[at..at + 1 + length]),
            }
            rest = &name[length..];
        }
        out.push_str(rest);
    }
    out
}

/// What a file of the schema says of itself: the first paragraph of the comment at its top, after
/// the line about its licence.
pub(super) fn first_comment(text: &str) -> String {
    let comment = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let lines = comment.skip_while(|line| line.is_empty() || line.starts_with("SPDX-"));
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    plain(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{first_comment, plain};

    #[test]
    fn a_file_says_what_it_is_about() {
        let text =
            "# SPDX-License-Identifier: MIT\n#\n# Clocks, and\n# ``rtc``.\n#\n# More.\n\n##\n# @X:\n##\n";
        assert_eq!(first_comment(text), "Clocks, and `rtc`.");
        assert_eq!(first_comment("{ 'include': 'x' }"), "");
    }

    #[test]
    fn markup_becomes_code() {
        assert_eq!(
            plain("a ``-rtc base``  and\n@id-1, a@ b\n\n\n\nc"),
            "a `-rtc base` and `id-1`, a@ b\n\nc"
        );
        assert_eq!(plain("`@name` stays"), "`@name` stays");
    }
}
