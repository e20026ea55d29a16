//! At which calls of an undisturbed run the next ones are cut off.

use std::collections::HashSet;

use super::{Call, Cut};

/// With this variable set, every call is cut: `make test-full`.
const FULL: &str = "IMGDEPLOY_TEST_FULL";

/// Every write, before and after it. Of the reads the first of each operation, before it: a read changes nothing, so that a cut
/// at a later one leaves what the cut at the next write leaves; how it is reported is decided by operation. With
/// `IMGDEPLOY_TEST_FULL` set, every read.
#[must_use]
pub fn cuts(calls: &[Call]) -> Vec<(Call, Cut)> {
    chosen(calls, std::env::var_os(FULL).is_some_and(|value| !value.is_empty()))
}

fn chosen(calls: &[Call], all: bool) -> Vec<(Call, Cut)> {
    let mut seen = HashSet::new();
    let mut cuts = Vec::new();
    for call in calls {
        // A read that was answered to nobody is as good as none.
        if call.write {
            cuts.push((call.clone(), Cut::BeforeRequest));
            cuts.push((call.clone(), Cut::AfterRequest));
        } else if seen.insert(call.name()) || all {
            cuts.push((call.clone(), Cut::BeforeRequest));
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(n: usize, operation: &str, write: bool) -> Call {
        let (service, method) = ("s3".to_owned(), "GET".to_owned());
        Call {
            n,
            service,
            operation: operation.to_owned(),
            method,
            path: "/b".to_owned(),
            status: None,
            write,
        }
    }

    #[test]
    fn every_write_is_cut_and_each_kind_of_read_once_unless_all_are_wanted() {
        let calls = [
            call(1, "GetBucketPolicy", false),
            call(2, "GetBucketPolicy", false),
            call(3, "PutBucketPolicy", true),
            call(4, "PutBucketPolicy", true),
            call(5, "GetBucketWebsite", false),
        ];
        let numbers = |all| chosen(&calls, all).iter().map(|(call, cut)| (call.n, *cut)).collect::<Vec<_>>();
        let (before, after) = (Cut::BeforeRequest, Cut::AfterRequest);
        assert_eq!(
            numbers(false),
            [(1, before), (3, before), (3, after), (4, before), (4, after), (5, before)]
        );
        assert_eq!(
            numbers(true),
            [(1, before), (2, before), (3, before), (3, after), (4, before), (4, after), (5, before)]
        );
    }
}
