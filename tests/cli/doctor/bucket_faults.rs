//! Faults of the bucket: website, policy, public access, objects; and of regions that show in its documents.
//!
//! Not here, as no emulator can be brought to them (they are in the tests of the checks, on snapshots): the account's public access
//! block, requester pays, objects of another account, an absent key answered with 403 (IMG061).

use super::fault::{After, Fault, all_are_named};
use super::ward::Ward;
use serde_json::json;

const RULES: &str = "<RoutingRules>";

/// Every rule of ours, edited; foreign ones stay.
fn each_rule(website: &str, edit: impl Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = website.split("<RoutingRule>").map(str::to_owned).collect();
    for part in &mut parts {
        if part.contains(".execute-api.") {
            *part = edit(part);
        }
    }
    parts.join("<RoutingRule>")
}

/// Without the rules that `unwanted` is true for.
fn without_rules(website: &str, unwanted: impl Fn(&str) -> bool) -> String {
    let mut kept = String::new();
    let mut rest = website;
    while let Some(start) = rest.find("<RoutingRule>") {
        let end = start + rest[start..].find("</RoutingRule>").unwrap() + "</RoutingRule>".len();
        kept.push_str(&rest[..start]);
        if !unwanted(&rest[start..end]) {
            kept.push_str(&rest[start..end]);
        }
        rest = &rest[end..];
    }
    kept + rest
}

pub const WEBSITE: &[Fault] = &[
    Fault {
        name: "website off",
        code: "IMG055",
        put_in: |ward| ward.bench.scenario.delete("website"),
        // Switching it on again would lose the foreign rules that went with it: put back by hand.
        after: After::Restore,
    },
    Fault {
        name: "RedirectAllRequestsTo",
        code: "IMG056",
        put_in: |ward| {
            ward.bench.scenario.put(
                        "website",
                        "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><RedirectAllRequestsTo><HostName>www.example.com</HostName></RedirectAllRequestsTo></WebsiteConfiguration>",
                    );
        },
        after: After::Restore,
    },
    Fault {
        name: "our rule missing",
        code: "IMG057",
        put_in: |ward| {
            ward.edit_website(|text| without_rules(text, |rule| rule.contains(".execute-api.")));
        },
        after: After::Fix,
    },
    Fault {
        name: "a rule for 403 only, while the bucket answers 404",
        code: "IMG062",
        put_in: |ward| {
            ward.edit_website(|text| {
                without_rules(text, |rule| {
                    rule.contains(".execute-api.") && rule.contains(">404</HttpErrorCodeReturnedEquals>")
                })
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "shadowed by a broader one",
        code: "IMG058",
        put_in: |ward| {
            ward.edit_website(|text| {
                        let broader = "<RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>www.example.com</HostName><ReplaceKeyWith>lost.html</ReplaceKeyWith></Redirect></RoutingRule>";
                        text.replacen(RULES, &format!("{RULES}{broader}"), 1)
                    });
        },
        after: After::Fix,
    },
    Fault {
        name: "without prefix",
        code: "IMG059",
        put_in: |ward| {
            ward.edit_website(|text| {
                each_rule(text, |rule| {
                    rule.replace("<KeyPrefixEquals>resized/</KeyPrefixEquals>", "")
                        .replace("prod/resize/resized/", "prod/resize/")
                })
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "with http",
        code: "IMG060",
        put_in: |ward| {
            ward.edit_website(|text| {
                each_rule(text, |rule| rule.replace("<Protocol>https<", "<Protocol>http<"))
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "path without stage",
        code: "IMG010",
        put_in: |ward| {
            ward.edit_website(|text| each_rule(text, |rule| rule.replace("prod/resize/", "resize/")));
        },
        after: After::Fix,
    },
    Fault {
        name: "wrong resource: / for /resize",
        code: "IMG011",
        put_in: |ward| {
            ward.edit_website(|text| each_rule(text, |rule| rule.replace("prod/resize/", "prod/")));
        },
        after: After::Fix,
    },
    Fault {
        name: "wrong resource: the function's name",
        code: "IMG011",
        put_in: |ward| {
            ward.edit_website(|text| {
                each_rule(text, |rule| rule.replace("prod/resize/", "prod/imgdeploy-shop-pictures/"))
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "another region's execute-api",
        code: "IMG005",
        put_in: |ward| {
            ward.edit_website(|text| {
                each_rule(text, |rule| rule.replace("execute-api.eu-west-1", "execute-api.us-east-1"))
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "the rule names an API that is gone",
        code: "IMG024",
        put_in: |ward| {
            let api = ward.api.clone();
            ward.edit_website(|text| each_rule(text, |rule| rule.replace(&api, "zzzzzzzzzz")));
        },
        after: After::Fix,
    },
];

#[test]
fn faults_of_the_website_are_named_and_mended() {
    all_are_named(&Ward::used(), WEBSITE);
}

pub const ACCESS: &[Fault] = &[
    Fault {
        name: "public access block of the bucket",
        code: "IMG063",
        put_in: |ward| {
            ward.bench.scenario.put("publicAccessBlock", "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>");
        },
        after: After::Fix,
    },
    Fault {
        name: "policy without our statement",
        code: "IMG065",
        put_in: |ward| {
            ward.edit_policy(|policy| {
                let statements = policy["Statement"].as_array_mut().unwrap();
                statements.retain(|one| one["Sid"] != "ImgdeployReadDerived");
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "policy gone",
        code: "IMG065",
        put_in: |ward| ward.bench.scenario.delete("policy"),
        after: After::Restore,
    },
    Fault {
        name: "denies what is not TLS",
        code: "IMG066",
        put_in: |ward| {
            ward.edit_policy(|policy| {
                policy["Statement"].as_array_mut().unwrap().push(json!({
                    "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                    "Resource": ["arn:aws:s3:::shop-pictures", "arn:aws:s3:::shop-pictures/*"],
                    "Condition": { "Bool": { "aws:SecureTransport": "false" } },
                }));
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "everyone may write",
        code: "IMG067",
        put_in: |ward| {
            ward.edit_policy(|policy| {
                policy["Statement"].as_array_mut().unwrap().push(json!({
                    "Sid": "Tutorial", "Effect": "Allow", "Principal": "*", "Action": "s3:*",
                    "Resource": "arn:aws:s3:::shop-pictures/*",
                }));
            });
        },
        after: After::Restore,
    },
    Fault {
        name: "partition of another part of the world in an ARN",
        code: "IMG008",
        put_in: |ward| {
            ward.edit_policy(|policy| {
                for statement in policy["Statement"].as_array_mut().unwrap() {
                    if statement["Sid"] == "ImgdeployReadDerived" {
                        statement["Resource"] = json!("arn:aws-cn:s3:::shop-pictures/resized/*");
                    }
                }
            });
        },
        after: After::Fix,
    },
    Fault {
        name: "derived image of no bytes",
        code: "IMG071",
        put_in: |ward| ward.bench.scenario.put_object("resized/10x10/pics/b.jpg", "image/jpeg", ""),
        after: After::By(|ward| remove(ward, "resized/10x10/pics/b.jpg")),
    },
    Fault {
        name: "derived image of the wrong type",
        code: "IMG072",
        put_in: |ward| {
            ward.bench.scenario.put_object("resized/10x10/pics/b.jpg", "application/octet-stream", "pixels");
        },
        after: After::By(|ward| remove(ward, "resized/10x10/pics/b.jpg")),
    },
    Fault {
        name: "originals under the prefix",
        code: "IMG073",
        put_in: |ward| ward.bench.scenario.put_object("resized/team/anna.jpg", "image/jpeg", "pixels"),
        after: After::By(|ward| remove(ward, "resized/team/anna.jpg")),
    },
    Fault {
        name: "derived image under SSE-KMS",
        code: "IMG068",
        put_in: |ward| {
            let headers = [
                ("content-type", "image/jpeg"),
                ("x-amz-server-side-encryption", "aws:kms"),
                ("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:000000000000:key/1"),
            ];
            let target = "/shop-pictures/resized/10x10/pics/b.jpg";
            let _ = ward.bench.scenario.root.call("s3", "PUT", target, &headers, "pixels").ok(target);
        },
        after: After::By(|ward| remove(ward, "resized/10x10/pics/b.jpg")),
    },
];

#[test]
fn faults_of_access_and_objects_are_named_and_mended() {
    all_are_named(&Ward::used(), ACCESS);
}

fn remove(ward: &Ward, key: &str) {
    let target = format!("/shop-pictures/{key}");
    let _ = ward.bench.scenario.root.s3("DELETE", &target, "").ok(&target);
}
