//! What CloudFormation's stack statuses mean to us.

/// A stack status, sorted by what can be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is there (`DELETE_COMPLETE`).
    Gone,
    /// A change set was made for a stack that does not exist yet: no resource, nothing to lose (CN-03).
    Review,
    /// Steady; can be updated.
    Steady,
    /// The last update failed and was left as it was (`UPDATE_FAILED`, someone switched rollback off).
    UpdateFailed,
    /// A rollback got stuck (CN-04).
    RollbackStuck,
    /// Was never created, or was half deleted: can only be deleted (CN-03).
    Dead,
    /// An operation is under way.
    Moving,
    /// A status that we neither cause nor know how to leave.
    Unknown,
}

impl Standing {
    /// Sorts a status as DescribeStacks gives it.
    pub fn of(status: &str) -> Self {
        match status {
            "DELETE_COMPLETE" => Self::Gone,
            "REVIEW_IN_PROGRESS" => Self::Review,
            "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE" => Self::Steady,
            "UPDATE_FAILED" => Self::UpdateFailed,
            "UPDATE_ROLLBACK_FAILED" => Self::RollbackStuck,
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => Self::Dead,
            other if other.ends_with("_IN_PROGRESS") => Self::Moving,
            _ => Self::Unknown,
        }
    }

    /// Whether no operation is under way.
    pub fn settled(self) -> bool {
        self != Self::Moving
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::StackStatus;

    #[test]
    fn every_status_of_the_sdk_is_sorted() {
        for status in StackStatus::values() {
            let standing = Standing::of(status);
            let expected_unknown = *status == "IMPORT_ROLLBACK_FAILED";
            assert_eq!(standing == Standing::Unknown, expected_unknown, "{status}: {standing:?}");
            let moving = status.ends_with("_IN_PROGRESS") && *status != "REVIEW_IN_PROGRESS";
            assert_eq!(standing == Standing::Moving, moving, "{status}");
        }
    }
}
