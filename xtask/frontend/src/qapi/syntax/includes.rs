//! A schema's files: what includes what, each file once, in order.
//!
//! Never follows an include without end: cycles are errors, also through links, and the number,
//! the depth and the size of files are bounded.

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostics;
use crate::diagnostics::show;
use crate::files::Files;
use crate::qapi::syntax::ast::{Comment, Entry, Item, ValueKind};
use crate::qapi::syntax::parser;
use crate::qapi::syntax::pragma::{self, Pragmas};
use crate::schema::Module;
use crate::source::{FileId, SourceMap, Span};

const MAX_FILES: usize = 1000;
const MAX_DEPTH: usize = 64;
const MAX_FILE_BYTES: u64 = 8 << 20;
const MAX_TOTAL_BYTES: u64 = 64 << 20;

/// All files of a schema, parsed.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The files, in the order of inclusion.
    pub(crate) modules: Vec<Module>,
    /// Everything but directives, in order, with the index of its module.
    pub(crate) items: Vec<(usize, Item)>,
    /// Comments that document no definition, even if they claim to.
    pub(crate) free_comments: Vec<Comment>,
    /// What the pragmas say together; QEMU applies them to all files.
    pub(crate) pragmas: Pragmas,
    /// Definitions are missing, for a reason that was reported.
    pub(crate) incomplete: bool,
}

/// Reads a root and all that it includes, as far as that is `within` a directory, by default the
/// root's. Only a root that cannot be read is an `Err`.
pub(crate) fn load(
    root: &Path,
    within: Option<&Path>,
    files: &dyn Files,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> io::Result<Tree> {
    let bytes = files.read(root, MAX_FILE_BYTES)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large for a schema"));
    }
    let within = within.unwrap_or_else(|| root.parent().unwrap_or(Path::new("")));
    // The directory of a file named alone is the working directory.
    let within = if within == Path::new("") { Path::new(".") } else { within };
    let mut loader = Loader {
        files,
        within: files.identity(within),
        sources,
        diagnostics,
        tree: Tree::default(),
        known: Vec::new(),
        chain: Vec::new(),
        bytes: 0,
    };
    let identity = files.identity(root);
    loader.take_in(root, identity, &bytes, None);
    Ok(loader.tree)
}

struct Loader<'a> {
    files: &'a dyn Files,
    /// The directory that no include leaves.
    within: PathBuf,
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Diagnostics,
    tree: Tree,
    /// Identities of all files so far.
    known: Vec<PathBuf>,
    /// The files that are being read, outermost first, with the directives that lead further.
    chain: Vec<(PathBuf, Option<Span>)>,
    bytes: u64,
}

impl Loader<'_> {
    fn take_in(&mut self, path: &Path, identity: PathBuf, bytes: &[u8], included_at: Option<Span>) {
        self.bytes += bytes.len() as u64;
        let file = self.sources.add(path.display().to_string(), String::from_utf8_lossy(bytes), included_at);
        let repaired = self.report_invalid_utf8(file, bytes);
        let text = self.sources.file(file).text();
        let parsed = parser::parse(file, text, repaired, self.diagnostics);

        let module = self.tree.modules.len();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        self.tree.modules.push(Module { name, file });
        self.tree.incomplete |= parsed.lost_definitions;
        self.tree.free_comments.extend(parsed.free_comments);
        self.known.push(identity.clone());
        self.chain.push((identity, included_at));
        for mut item in parsed.items {
            let directive =
                item.entries.iter().position(|entry| matches!(&*entry.key.text, "include" | "pragma"));
            match directive {
                Some(index) => {
                    self.tree.free_comments.extend(item.comment.take());
                    self.tree.incomplete |= !item.complete;
                    if item.complete {
                        self.follow(&item, index, path);
                    }
                }
                None => self.tree.items.push((module, item)),
            }
        }
        self.chain.pop();
    }

    fn follow(&mut self, item: &Item, index: usize, path: &Path) {
        // QEMU looks for an include first, whatever else there is.
        let index = item.entries.iter().position(|entry| entry.key.text == "include").unwrap_or(index);
        let directive = &item.entries[index];
        let word = directive.key.text.as_str();
        if let Some(other) = item.entries.iter().find(|entry| entry.key.text != word) {
            let message = format!("{} has no place beside '{word}'", show(&other.key.text));
            self.at_line_of(item, other.key.span, "directive-extra-key", message);
            self.tree.incomplete |= word == "include";
        } else if word == "include" {
            self.include(item, directive, path);
        } else {
            pragma::read(item, directive, &mut self.tree.pragmas, self.sources, self.diagnostics);
        }
    }

    fn at_line_of(&mut self, item: &Item, span: Span, code: &'static str, message: String) {
        crate::diagnostics::report(self.sources, self.diagnostics, item.span, code, span, message);
    }

    fn include(&mut self, item: &Item, directive: &Entry, from: &Path) {
        let span = directive.value.span;
        let ValueKind::String(name) = &directive.value.kind else {
            self.tree.incomplete = true;
            let message = "the value of 'include' must be a string".to_owned();
            return self.at_line_of(item, span, "include-not-string", message);
        };
        let path = from.parent().unwrap_or(Path::new("")).join(name);
        let identity = self.files.identity(&path);
        if let Some(start) = self.chain.iter().position(|(open, _)| *open == identity) {
            return self.report_cycle(item, span, name, start);
        }
        if self.known.contains(&identity) {
            return;
        }
        match self.read_included(&path, &identity, name) {
            Ok(bytes) => self.take_in(&path, identity, &bytes, Some(item.span)),
            Err((code, message)) => {
                self.tree.incomplete = true;
                self.at_line_of(item, span, code, message);
            }
        }
    }

    fn read_included(
        &self,
        path: &Path,
        identity: &Path,
        name: &str,
    ) -> Result<Vec<u8>, (&'static str, String)> {
        let shown = show(name);
        if !identity.starts_with(&self.within) || identity.starts_with("..") {
            let message = format!("{shown} is not read: it is outside of the tree of the root");
            return Err(("include-outside", message));
        }
        let too_large = |what: String| Err(("include-limit", format!("{shown} is not read: {what}")));
        if self.known.len() >= MAX_FILES {
            return too_large(format!("more than {MAX_FILES} files"));
        }
        if self.chain.len() >= MAX_DEPTH {
            return too_large(format!("includes nest more than {MAX_DEPTH} levels deep"));
        }
        let limit = MAX_FILE_BYTES.min(MAX_TOTAL_BYTES - self.bytes.min(MAX_TOTAL_BYTES));
        match self.files.read(path, limit) {
            Ok(bytes) if bytes.len() as u64 > limit => too_large(format!(
                "more than {} MiB in a file or {} MiB in all",
                MAX_FILE_BYTES >> 20,
                MAX_TOTAL_BYTES >> 20
            )),
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(("include-unreadable", format!("cannot read {shown}: {error}"))),
        }
    }

    fn report_cycle(&mut self, item: &Item, span: Span, name: &str, start: usize) {
        let message = format!("{} includes itself", show(name));
        let links: Vec<Span> = self.chain[start + 1..].iter().filter_map(|(_, at)| *at).collect();
        let report = crate::diagnostics::report(
            self.sources,
            self.diagnostics,
            item.span,
            "include-cycle",
            span,
            message,
        );
        for link in links {
            report.note(link, "which leads to the next file of the cycle");
        }
    }

    /// Reports the first byte that is no UTF-8; the place counts in the repaired text.
    fn report_invalid_utf8(&mut self, file: FileId, bytes: &[u8]) -> bool {
        let Err(error) = std::str::from_utf8(bytes) else { return false };
        let at = error.valid_up_to();
        let span = Span::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
        let message = format!("byte 0x{:02x} is not valid UTF-8", bytes[at]);
        self.diagnostics.error("invalid-utf8", span, message);
        true
    }
}
