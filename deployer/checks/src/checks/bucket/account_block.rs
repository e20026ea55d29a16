//! IMG064

use super::public_block::{opened, switches};
use crate::check::{Check, EffectOf, Finding, Hop, Input, Severity, Verdict, need_or_absent};
use crate::shared::site::by_website;
use crate::snapshot::Snapshot;
use imgdeploy_model::command;
use imgdeploy_model::shell::Remark;

pub const CHECK: Check = Check {
    code: "IMG064",
    title: "public access block of the account stops viewers",
    hop: Hop::Bucket,
    severity: Severity::Error,
    inputs: &[Input::PublicAccessBlock, Input::Caller],
    symptom: "Every derived image ends with 403 AccessDenied, although the bucket's own policy and its public access block are \
              right.",
    story: "The block exists for buckets and for whole accounts, and the most restrictive of them wins (S3-20): what is on in the \
            account counts for every bucket. Somebody decided that for all buckets of the account, so imgdeploy never changes it \
            (S3-21). An organization can set the same from above, which only its administrator sees.",
    page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
    cure: "ask whoever looks after the account; the block of the account has to leave BlockPublicPolicy and RestrictPublicBuckets \
     off",
    effect_of: EffectOf::Codes(&[]),
    run,
};

fn run(snapshot: &Snapshot) -> Verdict {
    let bucket = by_website(snapshot)?;
    let Some(block) = need_or_absent(&bucket.account_block)?.filter(|block| block.restrict_public_buckets)
    else {
        return Ok(Vec::new());
    };
    let account = snapshot.caller.known().map(|caller| caller.account.as_str());
    let named =
        account.map(|account| format!("account {account}")).unwrap_or_else(|| "the account".to_owned());
    let id = match account {
        Some(account) => command!("{}", account),
        None => "\"$(aws sts get-caller-identity --query Account --output text)\"".into(),
    };
    let cure = command!(
        "# this counts for every bucket of {named}: first see to it that each has its own block where it needs one\n\
         aws s3control put-public-access-block --account-id {} --region {} {}",
        id,
        bucket.region,
        opened(block),
        named = Remark(&named)
    );
    let what = format!(
        "the public access block of {named} keeps everyone from reading bucket {}, whatever its policy allows",
        bucket.name
    );
    Ok(vec![
        Finding::new(what, format!("{named}, public access block, RestrictPublicBuckets"), cure)
            .value(switches(block)),
    ])
}
