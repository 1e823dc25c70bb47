//! What is known about events and their types: constants, without allocation.
//!
//! The derive macros make them; any release may add fields.
//!
//! Start from [`EventKind::info`](crate::EventKind::info), which gives an [`EventInfo`].
//!
//! ```
//! use qmp_events::{EventKind, Version};
//!
//! let info = EventKind::BlockIoError.info();
//! assert_eq!(info.rate_limit.map(|limit| limit.keys), Some(&["qom-path"][..]));
//! let member = info.member("qom-path").expect("a member");
//! assert!(!member.available_in(Version::new(7, 2)));
//! assert!(member.available_in(Version::new(9, 2)));
//! ```

mod audit;
mod availability;
mod constructors;
mod definitions;
mod version;

pub use audit::{Unrecognized, audit};
pub use availability::{Availability, RateLimit};
pub use definitions::{
    AlternateInfo, BranchInfo, Definition, EnumInfo, EventInfo, MemberInfo, StructInfo, TypeInfo, UnionInfo,
    ValueInfo,
};
pub use version::{ParseVersionError, Version};
