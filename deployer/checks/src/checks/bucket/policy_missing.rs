//! IMG065

use imgdeploy_model::command;
use imgdeploy_model::document::policy::OurAccess;
use imgdeploy_model::shell::Command;

use super::anonymous::{Reading, named, reading};
use crate::check::{Check, EffectOf, Finding, Fix, Hop, Input, Severity, Verdict};
use crate::shared::site::{by_website, edit_policy};
use crate::snapshot::{Bucket, End, PublicAccessBlock, Snapshot};
use imgdeploy_world::Fact;

pub const CHECK: Check = Check {
    code: "IMG065",
    title: "bucket policy does not let viewers read derived images",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::Policy, Input::Distribution],
    symptom: "Derived images end with 403 AccessDenied; with a rule for 403 the browser goes round between site, API and function \
              until it gives up with ERR_TOO_MANY_REDIRECTS.",
    story: "The website endpoint reads objects as an anonymous caller (S3-02), so the bucket policy has to allow s3:GetObject to \
            everyone for the keys of derived images. PutBucketPolicy replaces the whole policy (S3-25): a tool that writes one of \
            its own takes that statement away. An unreadable image looks like a missing one to a rule for 403, which makes a loop \
            of it (S3-05).",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteAccessPermissionsReqd.html",
    cure: "let everyone read the keys under the prefix of derived images, and nothing else",
    effect_of: EffectOf::Codes(&["IMG008", "IMG063", "IMG064"]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = by_website(snapshot)?;
    let name = &bucket.name;
    let access =
        OurAccess { bucket: name.clone(), prefix: snapshot.prefix(), partition: snapshot.partition() };
    let resource = access.resource();
    let allow = format!(
        "{{\"Sid\":\"PublicReadDerived\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"{resource}\"}}"
    );
    let add = || edit_policy(bucket, &format!("add this to the list of Statement: {allow}"));
    let missing = |what: String, value: &str, cure: Command| {
        let finding = Finding::new(what, format!("bucket {name}, policy"), cure).value(value);
        finding.by_tool(snapshot, Fix::Documents)
    };
    Ok(match reading(snapshot, bucket)? {
        Reading::Allowed | Reading::Open | Reading::DeniedPlain(_, true) => Vec::new(),
        Reading::NoPolicy | Reading::NotAllowed | Reading::OnlyOverTls(_)
            if may_read_by_acl(snapshot, bucket) =>
        {
            Vec::new()
        }
        Reading::NoPolicy => {
            let put = command!(
                "aws s3api put-bucket-policy --bucket {} --region {} --policy {}",
                name,
                bucket.region,
                format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{allow}]}}")
            );
            let what = format!(
                "bucket {name} has no policy, so that nobody may read derived images through its website"
            );
            vec![missing(what, "no policy", put)]
        }
        Reading::NotAllowed | Reading::DeniedPlain(_, false) => {
            let what = format!("no statement in the policy of bucket {name} lets everyone read {resource}");
            vec![missing(what, "no statement for derived images", add())]
        }
        Reading::OnlyOverTls(statement) => {
            let statement = named(&statement);
            let what = format!(
                "{statement} in the policy of bucket {name} lets everyone read derived images over HTTPS only, and the website \
                 speaks plain HTTP"
            );
            vec![missing(what, &format!("{statement}: only with aws:SecureTransport"), add())]
        }
        // A foreign statement: the tool adds its own, which does not outweigh a Deny.
        Reading::Denied(statement) => {
            let statement = named(&statement);
            let what =
                format!("{statement} in the policy of bucket {name} denies everyone to read {resource}");
            let change =
                format!("limit {statement} so that it leaves {resource} out, for example by NotResource");
            let place = format!("bucket {name}, policy, {statement}");
            vec![Finding::new(what, place, edit_policy(bucket, &change)).value("Effect: Deny")]
        }
    })
}

/// Whether object ACLs may let everyone read, and a walk shows that images are read (S3-26).
fn may_read_by_acl(snapshot: &Snapshot, bucket: &Bucket) -> bool {
    let acls = match &bucket.ownership {
        Fact::Known(ownership) => ownership != "BucketOwnerEnforced",
        Fact::Absent => true,
        Fact::Unknown(_) => false,
    };
    let ignored =
        |block: &Fact<PublicAccessBlock>| block.known().is_some_and(|block| block.ignore_public_acls);
    acls && !ignored(&bucket.block)
        && !ignored(&bucket.account_block)
        && snapshot.walks.iter().any(|walk| matches!(walk.end, End::Image { .. }))
}
