//! Which of the two kinds of stack one is: that of `attach`, or that of `up`, which has the bucket in it.

use std::collections::BTreeMap;

use super::observe::StackSeen;
use super::plan::DesiredStack;

/// Tag of stacks that have the bucket in them.
pub const TAG_MADE_BY: &str = "imgdeploy:made-by";
/// Its value.
pub const UP: &str = "up";
/// Parameter that says whether there is a distribution.
pub const PARAMETER_WITH_CDN: &str = "WithCdn";

impl DesiredStack {
    /// Whether the bucket is in it.
    pub fn has_bucket(&self) -> bool {
        is_by_up(&self.tags)
    }

    /// Whether a distribution is in it.
    pub fn has_cdn(&self) -> bool {
        self.has_bucket() && with_cdn(&self.parameters)
    }
}

impl StackSeen {
    /// Whether the bucket is in it: `imgdeploy up` made it.
    pub fn has_bucket(&self) -> bool {
        is_by_up(&self.tags)
    }

    /// Whether it was made with a distribution. One that was is never left without by a later `up`.
    pub fn has_cdn(&self) -> bool {
        self.has_bucket() && with_cdn(&self.parameters)
    }
}

fn with_cdn(parameters: &BTreeMap<String, String>) -> bool {
    parameters.get(PARAMETER_WITH_CDN).is_some_and(|value| value == "true")
}

fn is_by_up(tags: &BTreeMap<String, String>) -> bool {
    tags.get(TAG_MADE_BY).is_some_and(|by| by == UP)
}
