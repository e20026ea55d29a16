//! An attached bucket to which one fault after the other happens.

use bytes::Bytes;
use serde_json::{Value, json};
use test_support::tool::Run;

use crate::bench::{BUCKET, Bench, REGION};

pub const FUNCTION: &str = "imgdeploy-shop-pictures";
pub const ACCOUNT: &str = "000000000000";
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// The bucket, and its documents as `attach` left them.
pub struct Ward {
    pub bench: Bench,
    /// Id of the API.
    pub api: String,
    website: String,
    policy: String,
    distribution: Option<String>,
}

impl Ward {
    /// With a distribution in front.
    pub fn used() -> Self {
        Self::of(Bench::used())
    }

    /// What is attached now.
    pub fn of(mut bench: Bench) -> Self {
        bench.tool = bench.tool.region(REGION);
        let _ = bench.attach().exits(0);
        let website = bench.scenario.document("website").unwrap();
        let host = website.split("<HostName>").find(|part| part.contains(".execute-api.")).unwrap();
        let api = host.split('.').next().unwrap().to_owned();
        let policy = bench.scenario.document("policy").unwrap();
        let distribution =
            bench.scenario.distribution.as_ref().map(|_| bench.scenario.distribution_config().0);
        Self { bench, api, website, policy, distribution }
    }

    /// Runs `doctor` with more arguments.
    pub fn doctor(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["doctor", "--bucket", BUCKET];
        arguments.extend(more);
        self.bench.tool.run(arguments)
    }

    /// The codes of the headlines, and the whole report for messages.
    pub fn codes(&self) -> (Vec<String>, Value) {
        let report = self.doctor(&["--output", "json"]).json();
        let codes = report["findings"].as_array().unwrap().iter();
        (codes.map(|one| one["code"].as_str().unwrap().to_owned()).collect(), report)
    }

    /// Website, policy and distribution as `attach` left them.
    pub fn restore(&self) {
        let scenario = &self.bench.scenario;
        scenario.put("website", &self.website);
        scenario.put("policy", &self.policy);
        scenario.put("publicAccessBlock", OPEN);
        if let Some(before) = &self.distribution
            && scenario.distribution_config().0 != *before
        {
            scenario.edit_distribution(|_| before.clone());
        }
    }

    pub fn edit_website(&self, edit: impl FnOnce(&str) -> String) {
        let edited = edit(&self.website);
        assert_ne!(edited, self.website, "the edit changes nothing");
        self.bench.scenario.put("website", &edited);
    }

    pub fn edit_policy(&self, edit: impl FnOnce(&mut Value)) {
        let mut policy: Value = serde_json::from_str(&self.policy).unwrap();
        edit(&mut policy);
        self.bench.scenario.put("policy", &policy.to_string());
    }

    pub fn edit_distribution(&self, edit: impl FnOnce(&str) -> String) {
        self.bench.scenario.edit_distribution(edit);
    }

    /// Our behaviour in the distribution, edited.
    pub fn edit_behaviour(&self, edit: impl FnOnce(&str) -> String) {
        self.edit_distribution(|config| {
            let mark = "<PathPattern>resized/*</PathPattern>";
            let start = config[..config.find(mark).unwrap()].rfind("<CacheBehavior>").unwrap();
            let end = start + config[start..].find("</CacheBehavior>").unwrap();
            format!("{}{}{}", &config[..start], edit(&config[start..end]), &config[end..])
        });
    }

    /// One call to API Gateway's control plane.
    pub fn apigateway(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call("apigateway", method, path, body)
    }

    /// One call to Lambda, below `/2015-03-31/functions/NAME`.
    pub fn lambda(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call("lambda", method, &format!("/2015-03-31/functions/{FUNCTION}{path}"), body)
    }

    pub fn call(&self, service: &str, method: &str, target: &str, body: &Value) -> Value {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = self.bench.scenario.root.call(service, method, target, JSON, body).ok(target).text();
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// Id of a resource of the API.
    pub fn resource(&self, path: &str) -> String {
        let resources = self.apigateway("GET", &format!("/restapis/{}/resources", self.api), &Value::Null);
        let items =
            resources["item"].as_array().or(resources["_embedded"]["item"].as_array()).unwrap().clone();
        let found = items.iter().find(|one| one["path"] == path);
        found.unwrap_or_else(|| panic!("no {path} in {resources}"))["id"].as_str().unwrap().to_owned()
    }

    /// The resource that our rules lead to.
    pub fn methods(&self, method: &str) -> String {
        format!("/restapis/{}/resources/{}/methods/{method}", self.api, self.resource("/resize/{key+}"))
    }

    /// Changes a method.
    pub fn patch_method(&self, method: &str, path: &str, value: &str) {
        let patch = json!({ "patchOperations": [{ "op": "replace", "path": path, "value": value }] });
        let _ = self.apigateway("PATCH", &self.methods(method), &patch);
    }

    /// Deploys the API to its stage.
    pub fn deploy(&self) {
        let _ = self.apigateway(
            "POST",
            &format!("/restapis/{}/deployments", self.api),
            &json!({ "stageName": "prod" }),
        );
    }

    /// Changes the function's configuration, and has the alias point at a version with it.
    pub fn configure(&self, change: &Value) {
        let _ = self.lambda("PUT", "/configuration", change);
        self.publish();
    }

    /// Publishes what is there, and has the alias point at it.
    pub fn publish(&self) {
        let version = self.lambda("POST", "/versions", &json!({}))["Version"].as_str().unwrap().to_owned();
        // A version is Pending for a moment.
        let path = format!("/configuration?Qualifier={version}");
        let mut looks = 0;
        while self.lambda("GET", &path, &Value::Null)["State"] != "Active" {
            looks += 1;
            assert!(looks < 1000, "version {version} does not become Active");
            std::thread::yield_now();
        }
        let _ = self.lambda("PUT", "/aliases/Live", &json!({ "FunctionVersion": version }));
    }

    /// The function's variables with one set, as UpdateFunctionConfiguration takes them.
    pub fn with_variable(&self, name: &str, value: &str) -> Value {
        let mut all = self.lambda("GET", "/configuration", &Value::Null)["Environment"]["Variables"].clone();
        all[name] = value.into();
        json!({ "Environment": { "Variables": all } })
    }

    /// One call to IAM.
    pub fn iam(&self, parameters: &[(&str, &str)]) -> String {
        let body: Vec<String> = parameters
            .iter()
            .chain(&[("Version", "2010-05-08")])
            .map(|(name, value)| format!("{name}={}", test_support::aws::encode(value)))
            .collect();
        let form = &[("content-type", "application/x-www-form-urlencoded")];
        self.bench.scenario.root.call("iam", "POST", "/", form, body.join("&")).ok("IAM").text()
    }

    /// Name of the function's role.
    pub fn role(&self) -> String {
        let arn = self.lambda("GET", "/configuration", &Value::Null)["Role"].as_str().unwrap().to_owned();
        arn.rsplit('/').next().unwrap().to_owned()
    }
}

/// What `attach` leaves of the public access block of a used bucket.
const OPEN: &str = "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
