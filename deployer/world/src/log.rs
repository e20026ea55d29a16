//! What the function logged.

/// One event of a log stream, as CloudWatch Logs hands it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Identifies it: the same event has the same id whenever it is read.
    pub id: String,
    /// When it was logged, in milliseconds since 1970.
    pub time: i64,
    /// The stream: one for each instance of the function.
    pub stream: String,
    /// The text; may have several lines and end in a line break.
    pub message: String,
}
