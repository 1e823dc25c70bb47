//! Names: from Rust's spelling to the wire's, and from a typing error to what was meant.

/// The wire name of a field: its identifier with `-` for `_`.
pub(crate) fn member_name(ident: &syn::Ident) -> String {
    unraw(ident).replace('_', "-")
}

/// The wire name of a variant: its identifier in kebab-case.
pub(crate) fn value_name(ident: &syn::Ident) -> String {
    let mut name = String::new();
    for letter in unraw(ident).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn unraw(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// "; did you mean …?" if one of `candidates` is near `typed`, else nothing.
pub(crate) fn suggestion<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    candidates
        .into_iter()
        .map(|candidate| (distance(typed, candidate), candidate))
        .filter(|&(distance, candidate)| distance * 3 <= candidate.len().max(3))
        .min()
        .map_or(String::new(), |(_, candidate)| format!("; did you mean `{candidate}`?"))
}

/// How many single-letter edits lead from `from` to `to`.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, left) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, &right) in to.iter().enumerate() {
            let above = row[column + 1];
            let replaced = diagonal + usize::from(left != right);
            row[column + 1] = replaced.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[to.len()]
}

/// `a`, `b` and `c`, for messages.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::from("none"),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    #[test]
    fn variants_become_kebab_case() {
        assert_eq!(value_name(&format_ident!("HostQmpQuit")), "host-qmp-quit");
        assert_eq!(value_name(&format_ident!("S390")), "s390");
    }

    #[test]
    fn fields_lose_the_raw_prefix_and_the_underscores() {
        assert_eq!(member_name(&format_ident!("r#type")), "type");
        assert_eq!(member_name(&format_ident!("node_name")), "node-name");
    }

    #[test]
    fn a_distance_counts_letters_that_are_missing_added_or_others() {
        for (from, to, expected) in
            [("", "", 0), ("ab", "", 2), ("", "ab", 2), ("xab", "ab", 1), ("ab", "axb", 1), ("abc", "axc", 1)]
        {
            assert_eq!(distance(from, to), expected, "from {from:?} to {to:?}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(suggestion("sinse", ["name", "since"]), "; did you mean `since`?");
        assert_eq!(suggestion("snice", ["name", "since"]), "", "two letters of five");
        assert_eq!(suggestion("tug", ["name", "tag"]), "; did you mean `tag`?");
        assert_eq!(suggestion("colour", ["name", "since"]), "");
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&[]), "none");
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
