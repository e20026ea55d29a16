//! Derived images for many originals at once: what the tool and the function say to each other. No I/O, no clock.
//!
//! ```text
//! keys -> pages (objects, 1,000 keys each) -> messages (one for each key) -> results (objects) -> tally
//! ```
//!
//! A page is stored before its messages are sent, a result before its messages are deleted. So at any moment every key
//! is in a page that is not yet sent, in a message, or in a result, and whatever is done twice is counted once: items have
//! numbers, and results are told apart by these.

mod feed;
mod job;
mod listing;
mod message;
mod outcome;
mod paths;
mod sqs;
mod stamp;
mod tally;

pub use feed::{At, Fed, Feed, Listed, PAGE_KEYS, feed};
pub use job::{Failed, Job, Page, ResultBody, Sent, Source};
pub use listing::{ListingError, listed_key};
pub use message::{Message, Note, Received, WorkItem, batches, decoded};
pub use outcome::{ItemOutcome, Outcome, result_name};
pub use paths::{BEGUN, Paths, begun, page_number, root};
pub use sqs::{Entry, SendBatch, SendBatchAnswer, entries};
pub use stamp::{
    META_JOB, META_SEAL, META_SOURCE_ETAG, META_SPEC, STAMP_LENGTH, etag_of, is_made, seal, stamped,
};
pub use tally::{Counts, Tally};

/// How often SQS hands out a message before it goes to the dead-letter queue. The template says the same. Once with others,
/// then twice as often as there may be messages in a delivery that break the function off (ten), once to list the last of them,
/// and some for what passes.
pub const MAX_RECEIVES: u32 = 30;
