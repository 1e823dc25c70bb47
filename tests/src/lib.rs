//! Nothing but what the tests share.
