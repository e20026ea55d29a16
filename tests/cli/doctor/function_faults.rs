//! Faults of the function, its permission, its role and its code.
//!
//! Not here, as no emulator can be brought to them (on snapshots in the tests of the checks): state Failed or Inactive, an update in
//! progress.

use base64::Engine as _;
use serde_json::{Value, json};
use test_support::zip_file;

use super::fault::{After, Fault, all_are_named};
use super::ward::{ACCOUNT, FUNCTION, Ward};

/// Ids of the statements in the policy of the alias.
fn statements(ward: &Ward) -> Vec<String> {
    let policy = ward.lambda("GET", "/policy?Qualifier=Live", &Value::Null);
    let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
    policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["Sid"].as_str().unwrap().to_owned())
        .collect()
}

fn forbid(ward: &Ward) {
    for id in statements(ward) {
        let _ = ward.lambda("DELETE", &format!("/policy/{id}?Qualifier=Live"), &Value::Null);
    }
}

fn permit(ward: &Ward, qualifier: &str, id: &str, source: &str) {
    let body = json!({
        "StatementId": id, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": source,
    });
    let _ = ward.lambda("POST", &format!("/policy{qualifier}"), &body);
}

fn source(api: &str) -> String {
    format!("arn:aws:execute-api:eu-west-1:{ACCOUNT}:{api}/*/*/resize*")
}

pub const PERMISSION: &[Fault] = &[
    Fault { name: "no permission", code: "IMG030", put_in: forbid, after: After::Fix },
    Fault {
        name: "permission for another API",
        code: "IMG031",
        put_in: |ward| {
            forbid(ward);
            permit(ward, "?Qualifier=Live", "old", &source("zzzzzzzzzz"));
        },
        after: After::Fix,
    },
    Fault {
        name: "permission for $LATEST",
        code: "IMG032",
        put_in: |ward| {
            forbid(ward);
            permit(ward, "", "latest", &source(&ward.api));
        },
        after: After::Fix,
    },
    Fault {
        name: "alias of a version that is gone",
        code: "IMG033",
        put_in: |ward| {
            let _ = ward.lambda("PUT", "/aliases/Live", &json!({ "FunctionVersion": "99" }));
        },
        after: After::Fix,
    },
    Fault {
        name: "reserved concurrency 0",
        code: "IMG045",
        put_in: |ward| {
            let target = format!("/2017-10-31/functions/{FUNCTION}/concurrency");
            let _ = ward.call("lambda", "PUT", &target, &json!({ "ReservedConcurrentExecutions": 0 }));
        },
        after: After::By(|ward| {
            let target = format!("/2017-10-31/functions/{FUNCTION}/concurrency");
            let _ = ward.call("lambda", "DELETE", &target, &Value::Null);
        }),
    },
];

#[test]
fn faults_of_permission_and_alias_are_named_and_mended() {
    all_are_named(&Ward::used(), PERMISSION);
}

pub const ROLE: &[Fault] = &[
    Fault {
        name: "role without PutObject",
        code: "IMG034",
        put_in: |ward| without(ward, &["s3:PutObject"]),
        after: After::By(|ward| without(ward, &[])),
    },
    Fault {
        name: "role without GetObject",
        code: "IMG035",
        put_in: |ward| without(ward, &["s3:GetObject"]),
        after: After::By(|ward| without(ward, &[])),
    },
    Fault {
        name: "role with neither",
        code: "IMG036",
        put_in: |ward| without(ward, &["s3:GetObject", "s3:PutObject"]),
        after: After::By(|ward| without(ward, &[])),
    },
    Fault {
        name: "role that may not log",
        code: "IMG037",
        put_in: |ward| without(ward, &["logs:"]),
        after: After::By(|ward| without(ward, &[])),
    },
    Fault {
        name: "trust policy for another service",
        code: "IMG038",
        put_in: |ward| trust(ward, "ec2.amazonaws.com"),
        after: After::By(|ward| trust(ward, "lambda.amazonaws.com")),
    },
];

#[test]
fn faults_of_the_role_are_named() {
    all_are_named(&Ward::used(), ROLE);
}

/// The role's policy as the template has it, without statements for actions that begin so.
fn without(ward: &Ward, unwanted: &[&str]) {
    let role = ward.role();
    let statement = |actions: Value, resource: String| json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
    let all = [
        statement(json!("s3:GetObject"), "arn:aws:s3:::shop-pictures/*".to_owned()),
        statement(json!("s3:ListBucket"), "arn:aws:s3:::shop-pictures".to_owned()),
        statement(json!("s3:PutObject"), "arn:aws:s3:::shop-pictures/resized/*".to_owned()),
        statement(
            json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            format!("arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/{FUNCTION}:*"),
        ),
    ];
    let kept: Vec<Value> = all
        .into_iter()
        .filter(|one| !unwanted.iter().any(|action| one["Action"].to_string().contains(action)))
        .collect();
    let document = json!({ "Version": "2012-10-17", "Statement": kept }).to_string();
    let _ = ward.iam(&[
        ("Action", "PutRolePolicy"),
        ("RoleName", &role),
        ("PolicyName", "resize"),
        ("PolicyDocument", &document),
    ]);
}

fn trust(ward: &Ward, service: &str) {
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" },
    ] });
    let role = ward.role();
    let _ = ward.iam(&[
        ("Action", "UpdateAssumeRolePolicy"),
        ("RoleName", &role),
        ("PolicyDocument", &document.to_string()),
    ]);
}

pub const CONFIGURATION: &[Fault] = &[
    Fault {
        name: "client pinned to another region",
        code: "IMG002",
        put_in: |ward| ward.configure(&ward.with_variable("BUCKET_REGION", "us-east-1")),
        after: After::Fix,
    },
    Fault {
        name: "BUCKET of another bucket",
        code: "IMG039",
        put_in: |ward| ward.configure(&ward.with_variable("BUCKET", "other-pictures")),
        after: After::Fix,
    },
    Fault {
        name: "URL with trailing slash",
        code: "IMG040",
        put_in: |ward| ward.configure(&ward.with_variable("URL", &format!("{}/", url(ward)))),
        after: After::Fix,
    },
    Fault {
        name: "URL without scheme",
        code: "IMG041",
        put_in: |ward| {
            ward.configure(&ward.with_variable("URL", url(ward).trim_start_matches("https://")));
        },
        after: After::Fix,
    },
    Fault {
        name: "URL of the API instead of the CDN",
        code: "IMG042",
        put_in: |ward| {
            let url = format!("https://{}.execute-api.eu-west-1.amazonaws.com/prod", ward.api);
            ward.configure(&ward.with_variable("URL", &url));
        },
        after: After::Fix,
    },
    Fault {
        name: "URL of a name that is not the distribution's",
        code: "IMG088",
        put_in: |ward| ward.configure(&ward.with_variable("URL", "https://old.example.net")),
        after: After::Fix,
    },
    Fault {
        name: "timeout 3 s",
        code: "IMG043",
        put_in: |ward| ward.configure(&json!({ "Timeout": 3 })),
        after: After::Fix,
    },
    Fault {
        name: "memory 128 MB",
        code: "IMG044",
        put_in: |ward| ward.configure(&json!({ "MemorySize": 128 })),
        after: After::Fix,
    },
    Fault {
        name: "runtime at its end",
        code: "IMG049",
        put_in: |ward| ward.configure(&json!({ "Runtime": "provided.al2" })),
        after: After::By(|ward| ward.configure(&json!({ "Runtime": "provided.al2023" }))),
    },
];

#[test]
fn faults_of_the_configuration_are_named_and_mended() {
    all_are_named(&Ward::used(), CONFIGURATION);
}

fn url(ward: &Ward) -> String {
    let seen = ward.lambda("GET", "/configuration", &Value::Null);
    seen["Environment"]["Variables"]["URL"].as_str().unwrap().to_owned()
}

pub const CODE: &[Fault] = &[
    Fault {
        name: "bootstrap that may not be executed",
        code: "IMG047",
        put_in: |ward| code(ward, &zip_file::with_mode("bootstrap", 0o644)),
        after: After::By(good_code),
    },
    Fault {
        name: "bootstrap in a folder",
        code: "IMG048",
        put_in: |ward| code(ward, &zip_file::with_mode("target/bootstrap", 0o755)),
        after: After::By(good_code),
    },
    Fault {
        name: "code of another processor",
        code: "IMG046",
        put_in: |ward| {
            let other = if zip_file::host_arch() == "arm64" { "x86_64" } else { "arm64" };
            code_for(ward, &zip_file::with_mode("bootstrap", 0o755), other);
        },
        after: After::By(good_code),
    },
    Fault {
        name: "a bootstrap that is no program",
        code: "IMG053",
        put_in: |ward| code(ward, &zip_file::with("bootstrap", 0o755, b"console.log('hello')")),
        after: After::By(good_code),
    },
];

#[test]
fn faults_of_the_code_are_named() {
    all_are_named(&Ward::used(), CODE);
}

fn good_code(ward: &Ward) {
    code(ward, &std::fs::read(zip_file::bootstrap_zip()).unwrap());
}

fn code(ward: &Ward, zip: &[u8]) {
    code_for(ward, zip, zip_file::host_arch());
}

fn code_for(ward: &Ward, zip: &[u8], arch: &str) {
    let zip = base64::engine::general_purpose::STANDARD.encode(zip);
    let _ = ward.lambda("PUT", "/code", &json!({ "ZipFile": zip, "Architectures": [arch] }));
    ward.publish();
}
