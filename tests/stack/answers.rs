//! CloudFormation's answers about one stack, for scripts.

use imgdeploy::stack::DesiredStack;

use crate::code::Code;
use crate::replay::{Answer, error, ok};
use crate::{desired, inputs, our_tags};

pub const NAME: &str = "imgdeploy-photos";
pub const ID: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/imgdeploy-photos/1";
pub const SET: &str = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/imgdeploy-x/2";

pub fn wanted() -> DesiredStack {
    let code = Code {
        bucket: "artifacts".to_owned(),
        key: "code/1.zip".to_owned(),
        sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned(),
    };
    desired(&inputs(&code))
}

fn members(all: impl Iterator<Item = String>) -> String {
    all.map(|one| format!("<member>{one}</member>")).collect()
}

/// DescribeStacks: our stack with another quality, in `status`.
pub fn stack(status: &str) -> Answer {
    let mut parameters = wanted().parameters;
    parameters.insert("Quality".to_owned(), "1".to_owned());
    let parameters = members(
        parameters
            .iter()
            .map(|(k, v)| format!("<ParameterKey>{k}</ParameterKey><ParameterValue>{v}</ParameterValue>")),
    );
    let tags = members(our_tags().iter().map(|(k, v)| format!("<Key>{k}</Key><Value>{v}</Value>")));
    let names = [
        "ApiId",
        "ApiHost",
        "StageName",
        "FunctionName",
        "FunctionArn",
        "AliasArn",
        "FunctionVersion",
        "RoleArn",
        "LogGroupName",
        "CodeSha256",
    ];
    let outputs = members(
        names.iter().map(|n| format!("<OutputKey>{n}</OutputKey><OutputValue>{n}-value</OutputValue>")),
    );
    ok(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackId>{ID}</StackId><StackName>{NAME}</StackName><StackStatus>{status}</StackStatus>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><Parameters>{parameters}</Parameters>\
             <Tags>{tags}</Tags><Outputs>{outputs}</Outputs></member></Stacks>"
        ),
    )
}

pub fn no_stack() -> Answer {
    error(400, "ValidationError", &format!("Stack with id {NAME} does not exist"))
}

pub fn template() -> Answer {
    let text = wanted().template_body.replace('&', "&amp;").replace('<', "&lt;");
    ok("GetTemplate", &format!("<TemplateBody>{text}</TemplateBody>"))
}

/// DescribeStackEvents: the given events, oldest first: (id, logical id, status, reason). The stack's own logical id is its name.
pub fn events(all: &[(&str, &str, &str, &str)]) -> Answer {
    let list = members(all.iter().rev().map(|(id, logical, status, reason)| {
        let (physical, kind) = match *logical {
            NAME => (ID, "AWS::CloudFormation::Stack"),
            other => (other, "AWS::Some::Thing"),
        };
        format!(
            "<EventId>{id}</EventId><StackId>{ID}</StackId><StackName>{NAME}</StackName>\
             <LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceType>{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>\
             <ResourceStatusReason>{reason}</ResourceStatusReason><Timestamp>2026-01-01T00:00:00Z</Timestamp>"
        )
    }));
    ok("DescribeStackEvents", &format!("<StackEvents>{list}</StackEvents>"))
}

pub fn change_set(status: &str, execution: &str, reason: &str) -> Answer {
    ok(
        "DescribeChangeSet",
        &format!(
            "<ChangeSetId>{SET}</ChangeSetId><StackId>{ID}</StackId><StackName>{NAME}</StackName><Status>{status}</Status>\
             <ExecutionStatus>{execution}</ExecutionStatus><StatusReason>{reason}</StatusReason><Changes><member>\
             <Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>Function</LogicalResourceId>\
             <ResourceType>AWS::Lambda::Function</ResourceType><Replacement>False</Replacement></ResourceChange></member>\
             </Changes>"
        ),
    )
}

pub fn made() -> Vec<Answer> {
    vec![ok("CreateChangeSet", &format!("<Id>{SET}</Id><StackId>{ID}</StackId>"))]
}

pub fn available() -> Vec<Answer> {
    vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]
}

pub fn fine(action: &str) -> Vec<Answer> {
    vec![ok(action, "")]
}

pub const BEFORE: (&str, &str, &str, &str) = ("1", NAME, "CREATE_COMPLETE", "");
