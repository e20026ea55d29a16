//! Users whose policies hold: root passes every Deny, so a test about permissions needs one of these.

use aws_credential_types::Credentials;
use roxmltree::Document;

use crate::aws::Aws;

/// Allows everything.
pub const ADMIN: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A policy of `templates/`, filled in for this bucket and the emulator's account.
#[must_use]
pub fn template(file: &str, bucket: &str) -> String {
    let path = crate::workspace::root().join("templates").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace(":::BUCKET", &format!(":::{bucket}")).replace("ACCOUNT", crate::ministack::ACCOUNT)
}

/// A policy that allows everything but one action.
#[must_use]
pub fn all_but(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// Creates an IAM user with one inline policy and returns its access key.
#[must_use]
pub fn user(root: &Aws, name: &str, policy: &str) -> Credentials {
    const VERSION: &str = "2010-05-08";
    let _ = root.query("iam", "CreateUser", VERSION, &[("UserName", name)]).ok("CreateUser");
    let put = [("UserName", name), ("PolicyName", "test"), ("PolicyDocument", policy)];
    let _ = root.query("iam", "PutUserPolicy", VERSION, &put).ok("PutUserPolicy");
    let answer =
        root.query("iam", "CreateAccessKey", VERSION, &[("UserName", name)]).ok("CreateAccessKey").text();
    let document = Document::parse(&answer).expect("an XML answer");
    let text = |tag: &str| {
        document
            .descendants()
            .find(|node| node.tag_name().name() == tag)
            .and_then(|node| node.text())
            .unwrap_or_else(|| panic!("no {tag} in {answer}"))
            .to_owned()
    };
    Credentials::new(text("AccessKeyId"), text("SecretAccessKey"), None, None, "test")
}
