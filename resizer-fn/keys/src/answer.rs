//! Which error answers of the function are about the original that was asked for, and not about the chain.

/// Codes (`error` in the function's JSON) that say something of the original: it is absent, no image, damaged, of a kind that is not
/// read, or too large for what was asked. Whoever gets one has reached the function, which works: another original may well be fine. `bad_key` is none of them: a rule may have changed the key.
/// `original_not_found` is also what viewers are told of what may not be read; the function's log says which.
pub const ABOUT_ORIGINALS: [&str; 13] = [
    "corrupt",
    "key_taken",
    "not_an_image",
    "original_archived",
    "original_not_found",
    "output_too_large",
    "answer_too_large",
    "too_many_bytes",
    "too_many_pixels",
    "too_much_memory",
    "too_much_work",
    "truncated",
    "unsupported",
];

/// The code for viewers of whatever is no image that can be shown.
pub const NO_IMAGE: &str = "original_not_found";

/// Whether an answer with this status and code is about the original.
pub fn is_about_original(status: u16, code: &str) -> bool {
    (400..500).contains(&status) && ABOUT_ORIGINALS.contains(&code)
}
