//! A stack from its creation to its deletion.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::Client as Cfn;
use aws_sdk_lambda::Client as Lambda;
use imgdeploy::stack::{StackEvent, StackPlan};
use serde_json::Value;

use crate::ministack::{MiniStack, REGION};
use crate::{BUCKET, code, desired, inputs, open_change_sets, plan_now, reads, run, writes};

/// Version that the alias points at.
async fn live_version(lambda: &Lambda, function: &str) -> String {
    let alias = lambda.get_alias().function_name(function).name("Live").send().await.unwrap();
    alias.function_version().unwrap().to_owned()
}

/// All published versions.
async fn versions(lambda: &Lambda, function: &str) -> BTreeSet<String> {
    let list = lambda.list_versions_by_function().function_name(function).send().await.unwrap();
    let all = list.versions().iter().filter_map(|v| v.version().map(str::to_owned));
    all.filter(|v| v != "$LATEST").collect()
}

/// What the function says to a request through the API.
async fn ask(aws: &MiniStack, api: &str, path: &str) -> Value {
    let (status, text) = aws.get(&format!("/_aws/execute-api/{api}/prod/{path}")).await.unwrap();
    assert_eq!(status, 200, "{text}");
    let body = &text[text.find('{').unwrap()..=text.rfind('}').unwrap()];
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn created_updated_and_deleted() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let (cfn, lambda) = (Cfn::new(&config), Lambda::new(&config));
    let first = code::put(&config, "one").await;
    let mut wanted = inputs(&first);

    // Created: every resource is announced, then reported.
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Create);
    let (outputs, events) = run(&cfn, &desired(&wanted)).await;
    let outputs = outputs.unwrap();
    let StackEvent::ChangeSet { changes } = &events[0] else { panic!("{:?}", events[0]) };
    assert!(changes.iter().all(|c| c.action == "Add"));
    let announced: BTreeSet<&str> = changes.iter().map(|c| c.logical.as_str()).collect();
    let complete: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match event {
            StackEvent::Resource { logical, status, .. } if status == "CREATE_COMPLETE" => {
                Some(logical.as_str())
            }
            _ => None,
        })
        .collect();
    // The emulator announces resources whose condition does not hold, too.
    let off = |id: &&str| ["Image", "PermitImage", "Batch"].iter().any(|start| id.starts_with(start));
    assert_eq!(announced.iter().copied().filter(|id| !off(id)).collect::<BTreeSet<_>>(), complete);
    assert_eq!(complete.len(), 16, "{announced:?}");
    assert!(matches!(events.last(), Some(StackEvent::Stack { status, .. }) if status == "CREATE_COMPLETE"));
    assert_eq!(outputs.function_name, "imgdeploy-photos");
    assert_eq!(outputs.stage_name, "prod");
    assert_eq!(outputs.log_group_name, "/aws/lambda/imgdeploy-photos");
    assert_eq!(outputs.api_host, format!("{}.execute-api.{REGION}.amazonaws.com", outputs.api_id));
    assert!(outputs.alias_arn.ends_with(":function:imgdeploy-photos:Live"), "{}", outputs.alias_arn);
    assert_eq!(
        (outputs.function_version.as_str(), outputs.code_sha256.as_str()),
        ("1", first.sha256.as_str())
    );
    assert_eq!(live_version(&lambda, "imgdeploy-photos").await, "1");
    assert_eq!(open_change_sets(&cfn, "imgdeploy-photos").await, Vec::<String>::new());

    // The API reaches the code, in both forms of address.
    let said = ask(&aws, &outputs.api_id, "resize/resized/300x200/a%20b.jpg").await;
    assert_eq!((&said["mark"], &said["method"]), (&"one".into(), &"GET".into()));
    assert_eq!((&said["BUCKET"], &said["BUCKET_REGION"]), (&BUCKET.into(), &REGION.into()));
    assert_eq!(ask(&aws, &outputs.api_id, "resize?key=300x200/a.jpg").await["path"], "/resize");

    // A second run has nothing to do.
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);
    let (again, events) = run(&cfn, &desired(&wanted)).await;
    assert_eq!((again.unwrap(), events), (outputs.clone(), vec![]));

    // A parameter of the API's stage publishes nothing.
    wanted.throttle_rate = 7;
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!(versions(&lambda, "imgdeploy-photos").await, BTreeSet::from(["1".to_owned()]));

    // A parameter of the function publishes a version, and the alias moves.
    wanted.quality = 60;
    let StackPlan::Update(difference) = plan_now(&cfn, &desired(&wanted)).await else { panic!("an update") };
    assert_eq!(difference.parameters.len(), 1);
    assert!(difference.template_changed, "the version has another logical id");
    let updated = run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!((updated.function_version.as_str(), updated.api_id.as_str()), ("2", outputs.api_id.as_str()));
    assert_eq!(live_version(&lambda, "imgdeploy-photos").await, "2");

    // So does other code, and the older versions stay for a rollback.
    let second = code::put(&config, "two").await;
    (wanted.code_key, wanted.code_sha256) = (second.key.clone(), second.sha256.clone());
    let updated = run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!(
        (updated.function_version.as_str(), updated.code_sha256.as_str()),
        ("3", second.sha256.as_str())
    );
    assert_eq!(live_version(&lambda, "imgdeploy-photos").await, "3");
    assert_eq!(versions(&lambda, "imgdeploy-photos").await.len(), 3);
    assert_eq!(ask(&aws, &outputs.api_id, "resize/resized/300x200/a.jpg").await["mark"], "two");

    // Back to what was there before is a new version too, not an error.
    (wanted.code_key, wanted.code_sha256) = (first.key, first.sha256);
    let updated = run(&cfn, &desired(&wanted)).await.0.unwrap();
    assert_eq!(updated.function_version, "4");
    assert_eq!(ask(&aws, &outputs.api_id, "resize/resized/300x200/a.jpg").await["mark"], "one");
    assert_eq!(plan_now(&cfn, &desired(&wanted)).await, StackPlan::Nothing);

    // Deleted: nothing of ours is left, and once more is fine.
    let mut events = Vec::new();
    writes(&cfn).delete("imgdeploy-photos", None, &mut |event| events.push(event)).await.unwrap();
    assert!(events.iter().any(|e| matches!(e, StackEvent::Resource { logical, status, .. } if logical == "Api" && status == "DELETE_COMPLETE")));
    assert_eq!(reads(&cfn).observe("imgdeploy-photos").await.unwrap(), None);
    assert!(lambda.get_function().function_name("imgdeploy-photos").send().await.is_err());
    let roles = aws_sdk_iam::Client::new(&config).list_roles().send().await.unwrap();
    assert!(roles.roles().iter().all(|role| !role.role_name().contains("imgdeploy")));
    let apis = aws_sdk_apigateway::Client::new(&config).get_rest_apis().send().await.unwrap();
    assert_eq!(apis.items().len(), 0);
    writes(&cfn).delete("imgdeploy-photos", None, &mut |_| ()).await.unwrap();
}

#[tokio::test]
async fn tags_of_others_survive_an_update() {
    let aws = MiniStack::start().await;
    let config = aws.config();
    let cfn = Cfn::new(&config);
    let mut wanted = inputs(&code::put(&config, "one").await);
    let mut tagged = desired(&wanted);
    tagged.tags.insert("cost-centre".to_owned(), "42".to_owned());
    run(&cfn, &tagged).await.0.unwrap();
    wanted.quality = 60;
    run(&cfn, &desired(&wanted)).await.0.unwrap();
    let seen = reads(&cfn).observe("imgdeploy-photos").await.unwrap().unwrap();
    assert_eq!(seen.tags["cost-centre"], "42");
    assert_eq!(seen.parameters["Quality"], "60");
}
