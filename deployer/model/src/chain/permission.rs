//! Whether a Lambda resource policy lets one method of a REST API call the function (AG-05, LA-13).

use super::access::{Policy, strings};
use super::condition::{Context, Truth};

/// What the function's policy says of one API method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// A statement lets API Gateway invoke it.
    Granted,
    /// No statement does: viewers get 500 (AG-05).
    Missing,
    /// The policy couldn't be read, or a condition can't be judged.
    #[default]
    Unknown,
}

/// The source ARN that API Gateway presents: `arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{METHOD}/{resource}`.
/// A path parameter stands as `*`, as the console writes it into its grants (*unverified*).
pub fn source_arn(
    partition: &str,
    region: &str,
    account: &str,
    api: &str,
    stage: &str,
    method: &str,
    resource: &str,
) -> String {
    let path: Vec<&str> = resource
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| if segment.starts_with('{') { "*" } else { segment })
        .collect();
    format!("arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}/{}", path.join("/"))
}

/// Whether the function's policy (as `lambda:GetPolicy` gives it; `None` if there is none) lets API Gateway call it from this source.
/// `account` is the API's owner.
pub fn lambda_permission(policy: Option<&str>, source_arn: &str, account: &str) -> Permission {
    let Some(text) = policy else {
        return Permission::Missing;
    };
    let Ok(policy) = Policy::parse(text) else {
        return Permission::Unknown;
    };
    let mut context = Context::default();
    context.know("aws:SourceArn", Some(source_arn.to_owned()));
    context.know("aws:SourceAccount", Some(account.to_owned()));
    let mut verdict = Truth::False;
    for statement in &policy.statements {
        let for_gateway =
            statement.get("Principal").is_some_and(|principal| match principal.get("Service") {
                Some(services) => strings(services).any(|service| service == "apigateway.amazonaws.com"),
                None => principal.as_str() == Some("*"),
            });
        // The policy was asked for by function and qualifier: every statement's Resource is that function.
        let resource = statement.get("Resource").map_or("", |r| strings(r).next().unwrap_or_default());
        let holds = Truth::from(for_gateway)
            .and(statement.covers("lambda:InvokeFunction", resource))
            .and(statement.condition(&context));
        match (statement.is_deny(), holds) {
            (true, Truth::True) => return Permission::Missing,
            (true, Truth::Unknown) => return Permission::Unknown,
            (false, holds) => verdict = verdict.or(holds),
            _ => {}
        }
    }
    match verdict {
        Truth::True => Permission::Granted,
        Truth::False => Permission::Missing,
        Truth::Unknown => Permission::Unknown,
    }
}
