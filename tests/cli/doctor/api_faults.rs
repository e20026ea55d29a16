//! Faults of the REST API: what ends in `Missing Authentication Token`, `Forbidden` and their kin.

use serde_json::{Value, json};

use super::fault::{After, Fault, all_are_named};
use super::ward::{ACCOUNT, FUNCTION, Ward};

fn put_back(ward: &Ward) {
    for method in ["GET", "HEAD"] {
        let target = ward.methods(method);
        if ward.bench.scenario.root.call("apigateway", "GET", &target, &[], "").status.is_success() {
            let _ = ward.apigateway("DELETE", &target, &Value::Null);
        }
        put_method(ward, method, &lambda_uri("Live"), false);
    }
    ward.deploy();
}

fn put_method(ward: &Ward, method: &str, uri: &str, key: bool) {
    let target = ward.methods(method);
    let _ = ward.apigateway("PUT", &target, &json!({ "authorizationType": "NONE", "apiKeyRequired": key }));
    let integration = json!({ "type": "AWS_PROXY", "httpMethod": "POST", "uri": uri });
    let _ = ward.apigateway("PUT", &format!("{target}/integration"), &integration);
}

fn lambda_uri(qualifier: &str) -> String {
    format!(
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{FUNCTION}:{qualifier}/invocations"
    )
}

fn api(ward: &Ward, patch: &Value) {
    let target = format!("/restapis/{}", ward.api);
    let _ = ward.apigateway("PATCH", &target, &json!({ "patchOperations": patch }));
}

pub const API: &[Fault] = &[
    Fault {
        name: "GET missing",
        code: "IMG012",
        put_in: |ward| {
            let _ = ward.apigateway("DELETE", &ward.methods("GET"), &Value::Null);
            ward.deploy();
        },
        after: After::Fix,
    },
    Fault {
        name: "only POST",
        code: "IMG013",
        put_in: |ward| {
            for method in ["GET", "HEAD"] {
                let _ = ward.apigateway("DELETE", &ward.methods(method), &Value::Null);
            }
            put_method(ward, "POST", &lambda_uri("Live"), false);
            ward.deploy();
        },
        after: After::By(|ward| {
            let _ = ward.apigateway("DELETE", &ward.methods("POST"), &Value::Null);
            put_back(ward);
        }),
    },
    Fault {
        name: "HEAD missing",
        code: "IMG014",
        put_in: |ward| {
            let _ = ward.apigateway("DELETE", &ward.methods("HEAD"), &Value::Null);
            ward.deploy();
        },
        after: After::Fix,
    },
    Fault {
        name: "AWS_IAM",
        code: "IMG015",
        put_in: |ward| {
            ward.patch_method("GET", "/authorizationType", "AWS_IAM");
            ward.deploy();
        },
        after: After::Fix,
    },
    Fault {
        name: "API key required",
        code: "IMG016",
        put_in: |ward| {
            let target = ward.methods("GET");
            let _ = ward.apigateway("DELETE", &target, &Value::Null);
            put_method(ward, "GET", &lambda_uri("Live"), true);
            ward.deploy();
        },
        after: After::Fix,
    },
    Fault {
        name: "authorizer",
        code: "IMG017",
        put_in: |ward| {
            ward.patch_method("GET", "/authorizationType", "CUSTOM");
            ward.deploy();
        },
        after: After::Fix,
    },
    Fault {
        name: "resource policy denies",
        code: "IMG018",
        put_in: |ward| {
            let policy = json!({ "Version": "2012-10-17", "Statement": [
                        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*" },
                        { "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*/GET/*" },
                    ] });
            api(ward, &json!([{ "op": "replace", "path": "/policy", "value": policy.to_string() }]));
            ward.deploy();
        },
        after: After::By(|ward| {
            api(ward, &json!([{ "op": "replace", "path": "/policy", "value": "" }]));
            ward.deploy();
        }),
    },
    Fault {
        name: "method changed but not deployed",
        code: "IMG019",
        put_in: |ward| {
            // As if somebody had made the method again, and forgotten to deploy.
            let target = ward.methods("GET");
            let _ = ward.apigateway("DELETE", &target, &Value::Null);
            ward.deploy();
            put_method(ward, "GET", &lambda_uri("Live"), false);
        },
        after: After::Fix,
    },
    Fault {
        name: "stage deleted",
        code: "IMG020",
        put_in: |ward| {
            let target = format!("/restapis/{}/stages/prod", ward.api);
            let _ = ward.apigateway("DELETE", &target, &Value::Null);
        },
        after: After::By(Ward::deploy),
    },
    Fault {
        name: "stage variable that points at an old function",
        code: "IMG021",
        put_in: |ward| {
            for method in ["GET", "HEAD"] {
                let uri = lambda_uri("Live").replace(FUNCTION, "${stageVariables.resizer}");
                put_method_again(ward, method, &uri);
            }
            let target = format!("/restapis/{}/stages/prod", ward.api);
            let patch = json!({ "patchOperations": [{ "op": "replace", "path": "/variables/resizer", "value": "old-resizer" }] });
            let _ = ward.apigateway("PATCH", &target, &patch);
            ward.deploy();
        },
        after: After::By(|ward| {
            for method in ["GET", "HEAD"] {
                put_method_again(ward, method, &lambda_uri("Live"));
            }
            ward.deploy();
        }),
    },
    Fault {
        name: "default endpoint disabled",
        code: "IMG022",
        put_in: |ward| {
            api(ward, &json!([{ "op": "replace", "path": "/disableExecuteApiEndpoint", "value": true }]));
        },
        after: After::By(|ward| {
            api(ward, &json!([{ "op": "replace", "path": "/disableExecuteApiEndpoint", "value": false }]));
        }),
    },
    Fault {
        name: "custom domain with the wrong base path",
        code: "IMG023",
        put_in: |ward| {
            let _ = ward.apigateway("POST", "/domainnames", &json!({ "domainName": "resize.example.com" }));
            let mapping = json!({ "basePath": "images", "restApiId": ward.api, "stage": "prod" });
            let _ = ward.apigateway("POST", "/domainnames/resize.example.com/basepathmappings", &mapping);
            // The stage is in the path, as it is under the API's own host.
            let host = format!("{}.execute-api.eu-west-1.amazonaws.com", ward.api);
            ward.edit_website(|text| text.replace(&host, "resize.example.com"));
        },
        after: After::Restore,
    },
    Fault {
        name: "integration with the wrong verb",
        code: "IMG025",
        put_in: |ward| {
            let target = format!("{}/integration", ward.methods("GET"));
            let integration = json!({ "type": "AWS_PROXY", "httpMethod": "GET", "uri": lambda_uri("Live") });
            let _ = ward.apigateway("PUT", &target, &integration);
            ward.deploy();
        },
        after: After::Fix,
    },
];

#[test]
fn faults_of_the_api_are_named_and_mended() {
    all_are_named(&Ward::used(), API);
}

fn put_method_again(ward: &Ward, method: &str, uri: &str) {
    let target = format!("{}/integration", ward.methods(method));
    let _ =
        ward.apigateway("PUT", &target, &json!({ "type": "AWS_PROXY", "httpMethod": "POST", "uri": uri }));
}
