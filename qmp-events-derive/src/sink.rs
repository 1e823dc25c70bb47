//! Where errors gather while an input is read, so that one build reports them all.

use std::cell::RefCell;

use quote::ToTokens;

/// Collects errors. Dropping one that was not drained with [`Sink::finish`] is a bug in the macro,
/// since the errors in it would be lost: it panics.
pub(crate) struct Sink {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Sink { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Reports `message` under all tokens of `place`.
    pub(crate) fn report(&self, place: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(place, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// Ends the collection: all errors as one, if there were any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        let mut errors = errors.into_iter();
        let Some(mut first) = errors.next() else { return Ok(()) };
        first.extend(errors);
        Err(first)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.errors.borrow().is_some() {
            panic!("errors of a derive were collected and never reported");
        }
    }
}
