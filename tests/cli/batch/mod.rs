//! Derived images of many originals at once, through the queues of a stack.

mod faults;
mod jobs;
mod local;
mod ward;
