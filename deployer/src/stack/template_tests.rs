#![allow(clippy::unwrap_used)]
use super::*;
use crate::aws::stack::{Outputs, same_template as same};
use serde_json::json;

/// Outputs of stacks with queues, which `batch` reads.
const OF_BATCHES: [&str; 4] = ["BatchQueueUrl", "BatchQueueArn", "BatchDeadUrl", "BatchErrorsUrl"];

pub(crate) fn inputs() -> StackInputs {
    StackInputs {
        bucket: "photos".to_owned(),
        prefix: "resized/".to_owned(),
        url: "https://cdn.example.com".to_owned(),
        allowed_dimensions: String::new(),
        sources: String::new(),
        security_key: None,
        allow_unsafe: false,
        presets: String::new(),
        presets_only: false,
        keep_metadata: "icc,copyright".to_owned(),
        code_bucket: "artifacts".to_owned(),
        code_key: "code/1.zip".to_owned(),
        code_sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned(),
        architecture: "arm64".to_owned(),
        memory_size: 1024,
        timeout: 20,
        log_retention_days: 30,
        throttle_rate: 50,
        throttle_burst: 100,
        cache_control: "public, max-age=1209600".to_owned(),
        redirect_code: 307,
        quality: 80,
        max_pixels: 50_000_000,
        max_bytes: 52_428_800,
        max_output_pixels: 16_000_000,
        batch: false,
        batch_concurrency: 20,
        on_upload: String::new(),
        permissions_boundary: String::new(),
    }
}

fn parsed() -> Value {
    serde_yaml::from_str(SOURCE).unwrap()
}

/// The rendered logical ids of the two changing resources.
fn changing_ids(text: &str) -> (String, String) {
    let value: Value = serde_yaml::from_str(text).unwrap();
    let id = |wanted: &str| {
        let mut ids = resources(&value).filter(|(_, kind, _)| *kind == wanted).map(|(id, ..)| id.to_owned());
        let id = ids.next().unwrap();
        assert_eq!(ids.next(), None, "one {wanted}");
        id
    };
    (id("AWS::Lambda::Version"), id("AWS::ApiGateway::Deployment"))
}

#[test]
fn parameters_in_code_are_those_of_the_template() {
    let template = parsed();
    let names: BTreeSet<String> = template["Parameters"].as_object().unwrap().keys().cloned().collect();
    let mut given: BTreeSet<String> = inputs().parameters().keys().cloned().collect();
    given.extend(inputs().secrets().iter().map(|(name, _)| name.clone()));
    assert_eq!(names, given);
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        assert!(parameter["Description"].as_str().is_some_and(|d| d.len() > 10), "{name} is described");
        let bounded = ["AllowedPattern", "AllowedValues", "MinLength", "MinValue"]
            .iter()
            .any(|c| parameter.get(c).is_some());
        assert!(bounded, "{name} is constrained");
    }
}

#[test]
fn outputs_in_code_are_those_of_the_template() {
    let template = parsed();
    let names: BTreeSet<&str> = template["Outputs"].as_object().unwrap().keys().map(String::as_str).collect();
    let all: BTreeMap<String, String> =
        names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
    assert!(Outputs::from_map("s", &all).is_ok());
    let needed = names.iter().copied().filter(|name| {
        let mut partial = all.clone();
        partial.remove(*name);
        Outputs::from_map("s", &partial).is_err()
    });
    assert_eq!(names, needed.chain(OF_BATCHES).collect());
}

#[test]
fn defaults_come_from_the_template() {
    assert_eq!(default_of("Prefix").as_deref(), Some("resized/"));
    assert_eq!(default_of("RedirectCode").as_deref(), Some("307"));
    assert_eq!(default_of("AllowedDimensions").as_deref(), Some(""));
    assert_eq!(default_of("Bucket"), None);
    assert_eq!(default_of("Nothing"), None);
}

#[test]
fn the_function_gets_the_environment_it_reads() {
    let template = parsed();
    let variables = &template["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
    let expected = json!({
        "BUCKET": {"Ref": "Bucket"}, "BUCKET_REGION": {"Ref": "AWS::Region"},
        "BUCKET_OWNER": {"Ref": "AWS::AccountId"}, "URL": {"Ref": "Url"},
        "PREFIX": {"Ref": "Prefix"}, "ALLOWED_DIMENSIONS": {"Ref": "AllowedDimensions"},
        "SOURCES": {"Ref": "Sources"}, "SECURITY_KEY": {"Ref": "SecurityKey"},
        "ALLOW_UNSAFE": {"Ref": "AllowUnsafe"}, "PRESETS": {"Ref": "Presets"},
        "PRESETS_ONLY": {"Ref": "PresetsOnly"}, "KEEP_METADATA": {"Ref": "KeepMetadata"}, "MAX_OUTPUT_PIXELS": {"Ref": "MaxOutputPixels"},
        "MAX_PIXELS": {"Ref": "MaxPixels"}, "MAX_BYTES": {"Ref": "MaxBytes"},
        "CACHE_CONTROL": {"Ref": "CacheControl"}, "REDIRECT_CODE": {"Ref": "RedirectCode"}, "QUALITY": {"Ref": "Quality"},
        "BATCH": {"Ref": "Batch"}, "ON_UPLOAD": {"Ref": "OnUpload"},
        "BATCH_BUCKET": {"Fn::If": ["Batch", {"Ref": "CodeBucket"}, {"Ref": "AWS::NoValue"}]},
        "BATCH_QUEUE_URL": {"Fn::If": ["Batch", {"Ref": "BatchQueue"}, {"Ref": "AWS::NoValue"}]},
        "BATCH_ERRORS_URL": {"Fn::If": ["Batch", {"Ref": "BatchErrors"}, {"Ref": "AWS::NoValue"}]}
    });
    assert_eq!(canonical(variables), canonical(&expected));
}

#[test]
fn the_role_may_do_what_it_must_and_nothing_else() {
    // IA-01, IA-02
    let template = parsed();
    let role = &template["Resources"]["Role"]["Properties"];
    assert!(role.get("ManagedPolicyArns").is_none());
    assert!(role.get("RoleName").is_none(), "CAPABILITY_IAM would not be enough (CN-01)");
    assert_eq!(role["Policies"].as_array().unwrap().len(), 1);
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let mut found = Vec::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        for forbidden in ["NotAction", "NotResource", "Principal"] {
            assert!(statement.get(forbidden).is_none());
        }
        let actions: Vec<&str> = match &statement["Action"] {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        let resource = statement["Resource"]["Fn::Sub"].as_str().unwrap();
        for action in actions {
            assert!(!action.contains('*'), "{action}");
            let guarded =
                statement.pointer("/Condition/StringEquals/aws:ResourceAccount/Ref").and_then(Value::as_str);
            assert_eq!(guarded == Some("AWS::AccountId"), action.starts_with("s3:"), "{action}");
            found.push((action, resource));
        }
    }
    let log = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${AWS::StackName}:*";
    assert_eq!(
        found,
        [
            ("s3:GetObject", "arn:${AWS::Partition}:s3:::${Bucket}/*"),
            ("s3:ListBucket", "arn:${AWS::Partition}:s3:::${Bucket}"),
            ("s3:PutObject", "arn:${AWS::Partition}:s3:::${Bucket}/${Prefix}*"),
            ("logs:CreateLogStream", log),
            ("logs:PutLogEvents", log),
        ]
    );
    // The log group that the role may write is the one that the stack makes and the function uses.
    let group = "/aws/lambda/${AWS::StackName}";
    assert_eq!(template["Resources"]["LogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"], group);
    assert_eq!(
        template["Resources"]["Function"]["Properties"]["LoggingConfig"]["LogGroup"]["Fn::Sub"],
        group
    );
    let trust = &role["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust.as_array().unwrap().len(), 1);
    assert_eq!(trust[0]["Principal"], json!({"Service": "lambda.amazonaws.com"}));
}

#[test]
fn every_method_calls_the_alias_and_every_call_is_permitted() {
    let template = parsed();
    let mut methods = Vec::new();
    for (id, kind, properties) in resources(&template) {
        match kind {
            "AWS::ApiGateway::Method" => {
                let integration = &properties["Integration"];
                assert_eq!(integration["Type"], "AWS_PROXY", "{id}");
                assert_eq!(integration["IntegrationHttpMethod"], "POST", "{id} (AG-08)");
                assert!(
                    integration["Uri"]["Fn::Sub"].as_str().unwrap().contains("functions/${Live}/invocations"),
                    "{id}"
                );
                methods.push((
                    properties["HttpMethod"].as_str().unwrap(),
                    properties["ResourceId"]["Ref"].as_str().unwrap(),
                    id,
                ));
            }
            "AWS::Lambda::Permission" => {
                assert_eq!(properties["FunctionName"], json!({"Ref": "Live"}), "{id}");
                let source = properties["SourceArn"]["Fn::Sub"].as_str().unwrap();
                assert!(source.contains("${AWS::AccountId}:${Api}/*/"), "{id}: {source}");
            }
            _ => {}
        }
    }
    let pairs: BTreeSet<(&str, &str)> = methods.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(
        pairs,
        ["Resize", "ResizeKey", "Image", "ImageKey"]
            .into_iter()
            .flat_map(|path| [("GET", path), ("HEAD", path)])
            .collect()
    );
    let ids: BTreeSet<&str> = methods.iter().map(|(_, _, id)| *id).collect();
    let waits = |id: &str| {
        let resource = &template["Resources"][id];
        let mut waits: BTreeSet<String> = resource["DependsOn"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        // Those with a condition are named in a text instead.
        references(&resource["Properties"]["Description"], &mut waits);
        waits
    };
    let names = |kind: &str| -> BTreeSet<String> {
        resources(&template).filter(|(_, found, _)| *found == kind).map(|(id, ..)| id.to_owned()).collect()
    };
    assert_eq!(
        ids,
        waits(DEPLOYMENT).iter().map(String::as_str).collect(),
        "the snapshot is taken last (CN-08)"
    );
    let mut stage = waits("Stage");
    stage.remove("AWS::NoValue");
    assert_eq!(stage, names("AWS::Lambda::Permission"), "the stage opens last (AG-05)");
}

#[test]
fn the_direct_route_is_there_only_with_sources() {
    let template = parsed();
    let with = |sources: &str| StackInputs { sources: sources.to_owned(), ..inputs() }.parameters();
    let there = |sources: &str| -> BTreeSet<String> {
        let parameters = with(sources);
        resources(&template)
            .filter(|(id, ..)| exists(&template, id, &parameters))
            .map(|(id, ..)| id.to_owned())
            .collect()
    };
    let direct: BTreeSet<String> = there("a.com").difference(&there("")).cloned().collect();
    assert_eq!(
        direct.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "Image",
            "ImageGet",
            "ImageHead",
            "ImageKey",
            "ImageKeyGet",
            "ImageKeyHead",
            "PermitImageGet",
            "PermitImageHead"
        ]
    );
    // Without it, the API is deployed anew neither for its sake nor for that of other hosts.
    let mut without = parsed();
    without["Resources"].as_object_mut().unwrap().retain(|id, _| !direct.contains(id));
    assert_eq!(api_digest(&template, &with("")), api_digest(&without, &with("")));
    assert_ne!(api_digest(&template, &with("")), api_digest(&template, &with("a.com")));
    assert_eq!(api_digest(&template, &with("b.com")), api_digest(&template, &with("a.com")));
}

#[test]
fn secrets_are_in_no_output() {
    let key: crate::settings::value::SecurityKey =
        crate::settings::value::FromText::from_text("not-to-be-seen-at-all").unwrap();
    let inputs = StackInputs { security_key: Some(key), ..inputs() };
    let desired = inputs.desired("1");
    assert!(desired.secrets.iter().any(|(_, value)| value == "not-to-be-seen-at-all"));
    let shown = format!("{inputs:?} {desired:?} {}", serde_json::to_string(&desired).unwrap());
    assert!(!shown.contains("not-to-be-seen"), "{shown}");
    let hidden =
        parsed()["Parameters"].as_object().unwrap().iter().filter(|(_, p)| p["NoEcho"] == true).count();
    assert_eq!(hidden, inputs.secrets().iter().count());
}

#[test]
fn rendered_text_has_no_placeholder_and_fits() {
    let text = render(&inputs());
    assert!(text.len() < 51_200, "{} bytes (CN-02)", text.len());
    assert!(!text.contains(VERSION) && !text.contains(DEPLOYMENT));
    let (version, deployment) = changing_ids(&text);
    for id in [&version, &deployment] {
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
    }
    let value: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(value["Resources"]["Stage"]["Properties"]["DeploymentId"]["Ref"], deployment.as_str());
    assert_eq!(
        value["Resources"]["Live"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0],
        version.as_str()
    );
    // Without it a version equal to the last one could not be published again.
    let description =
        value["Resources"]["Function"]["Properties"]["Description"]["Fn::Sub"].as_str().unwrap();
    assert!(description.contains(&version), "{description}");
    assert_eq!(text, render(&inputs()), "the same inputs give the same text");
}

/// A change of one input.
type Change<'a> = &'a dyn Fn(&mut StackInputs);

#[test]
fn the_version_changes_with_code_and_configuration_and_with_nothing_else() {
    let (version, deployment) = changing_ids(&render(&inputs()));
    let of = |change: &dyn Fn(&mut StackInputs)| {
        let mut inputs = inputs();
        change(&mut inputs);
        changing_ids(&render(&inputs))
    };
    let key = crate::settings::value::FromText::from_text("0123456789abcdef").ok();
    let changing: [(&str, Change<'_>); 22] = [
        ("bucket", &|i| i.bucket.push('x')),
        ("prefix", &|i| i.prefix = "r/".to_owned()),
        ("url", &|i| i.url.push('x')),
        ("allowed", &|i| i.allowed_dimensions = "1x1".to_owned()),
        ("code key", &|i| i.code_key.push('x')),
        ("code hash", &|i| i.code_sha256 = "x".to_owned()),
        ("architecture", &|i| i.architecture = "x86_64".to_owned()),
        ("memory", &|i| i.memory_size += 1),
        ("timeout", &|i| i.timeout += 1),
        ("cache", &|i| i.cache_control.push('x')),
        ("redirect", &|i| i.redirect_code = 301),
        ("quality", &|i| i.quality = 1),
        ("pixels", &|i| i.max_pixels = 1),
        ("bytes", &|i| i.max_bytes = 1),
        ("output", &|i| i.max_output_pixels = 1),
        ("key", &|i| i.security_key = key.clone()),
        ("unsafe", &|i| i.allow_unsafe = true),
        ("presets", &|i| i.presets = "a=1x".to_owned()),
        ("presets only", &|i| i.presets_only = true),
        ("keep metadata", &|i| i.keep_metadata = "none".to_owned()),
        ("batch", &|i| i.batch = true),
        ("on upload", &|i| i.on_upload = "9x".to_owned()),
    ];
    for (what, change) in changing {
        let (v, d) = of(change);
        assert_ne!(v, version, "{what}");
        assert_eq!(d, deployment, "{what}");
    }
    let staying: [(&str, Change<'_>); 3] = [
        ("retention", &|i| i.log_retention_days = 7),
        ("rate", &|i| i.throttle_rate = 1),
        ("burst", &|i| i.throttle_burst = 1),
    ];
    for (what, change) in staying {
        assert_eq!(of(change), (version.clone(), deployment.clone()), "{what}");
    }
}

#[test]
fn the_deployment_changes_with_the_api_and_with_nothing_else() {
    // CN-08
    let parameters = inputs().parameters();
    let base = api_digest(&parsed(), &parameters);
    let with = |pointer: &str, value: Value| {
        let mut template = parsed();
        *template.pointer_mut(pointer).unwrap() = value;
        api_digest(&template, &parameters)
    };
    for (pointer, value) in [
        ("/Resources/Api/Properties/BinaryMediaTypes", json!(["image/*"])),
        ("/Resources/Resize/Properties/PathPart", json!("image")),
        ("/Resources/ResizeGet/Properties/AuthorizationType", json!("AWS_IAM")),
        ("/Resources/ResizeKeyHead/Properties/Integration/Uri", json!("x")),
    ] {
        assert_ne!(with(pointer, value), base, "{pointer}");
    }
    for (pointer, value) in [
        ("/Resources/Api/Properties/Description", json!("other words")),
        ("/Resources/Stage/Properties/StageName", json!("other")),
        ("/Resources/DeploymentDIGEST/Properties/Description", json!("other words")),
        ("/Resources/Function/Properties/Timeout", json!(1)),
        ("/Resources/Role/Properties/Description", json!("other words")),
    ] {
        assert_eq!(with(pointer, value), base, "{pointer}");
    }
    let mut more = parsed();
    more["Resources"]["ResizeOptions"] =
        json!({"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "OPTIONS"}});
    assert_ne!(api_digest(&more, &parameters), base);
}

#[test]
fn order_and_layout_of_the_file_do_not_count() {
    let a = json!({"a": 1, "b": [{"c": 2, "d": 3}]});
    let b = json!({"b": [{"d": 3, "c": 2}], "a": 1});
    assert_eq!(canonical(&a), canonical(&b));
    assert!(same("a: 1 # one\n", "{\"a\": 1}"));
    assert!(!same("a: 1", "a: 2"));
    assert!(!same("a: [", "a: {"), "what doesn't parse equals only itself");
    assert!(same("a: [", "a: ["));
}

#[test]
fn the_role_has_a_boundary_where_one_is_named() {
    let template = parsed();
    let boundary = &template["Resources"]["Role"]["Properties"]["PermissionsBoundary"];
    let expected = json!({"Fn::If": ["Bounded", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]});
    assert_eq!(*boundary, expected);
    let arn = "arn:aws:iam::111122223333:policy/b";
    let bounded = StackInputs { permissions_boundary: arn.to_owned(), ..inputs() };
    assert_eq!(bounded.parameters()["PermissionsBoundary"], arn);
    // Neither code nor API are other ones for that.
    assert_eq!(changing_ids(&render(&bounded)), changing_ids(&render(&inputs())));
}

#[test]
fn the_api_takes_no_tls_below_1_2() {
    let api = &parsed()["Resources"]["Api"]["Properties"];
    let policy = &api["SecurityPolicy"]["Fn::If"];
    assert_eq!(policy[1], "SecurityPolicy_TLS13_1_2_2021_06");
    // Policies of that kind are refused without an access mode.
    assert_eq!(api["EndpointAccessMode"]["Fn::If"][0], policy[0]);
    let partitions = &parsed()["Conditions"]["TlsPolicies"]["Fn::Or"];
    let named: Vec<&str> =
        partitions.as_array().unwrap().iter().filter_map(|it| it["Fn::Equals"][1].as_str()).collect();
    assert_eq!(named, ["aws", "aws-cn"]);
}
