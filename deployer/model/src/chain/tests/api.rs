//! API Gateway.

use super::fixture::{API_HOST, api};
use crate::chain::api::{Api, Decision, Invocation, MethodFacts, decide, parse_query};
use crate::chain::message::{Method, Request};
use crate::chain::permission::Permission;
use crate::chain::proxy::{Outcome, respond};

fn get(target: &str) -> Request {
    Request::get(&format!("https://{API_HOST}{target}")).unwrap()
}

fn refused(api: &Api, request: &Request) -> (u16, String, String) {
    match decide(api, request) {
        Decision::Refuse { response, .. } => {
            let kind = response.headers.get("x-amzn-errortype").unwrap().to_owned();
            (response.status, kind, String::from_utf8(response.body).unwrap())
        }
        Decision::Invoke(call) => panic!("invoked: {call:?}"),
    }
}

fn invoked(api: &Api, request: &Request) -> Invocation {
    match decide(api, request) {
        Decision::Invoke(call) => call,
        Decision::Refuse { reason, .. } => panic!("refused: {reason}"),
    }
}

fn method_of<'a>(api: &'a mut Api, resource: &str) -> &'a mut MethodFacts {
    api.stages.get_mut("prod").unwrap().resources.get_mut(resource).unwrap().get_mut("GET").unwrap()
}

const NO_TOKEN: &str = r#"{"message":"Missing Authentication Token"}"#;

#[test]
fn ag_02_missing_token_for_every_wrong_route() {
    let api = api();
    let missing = (403, "MissingAuthenticationTokenException".to_owned(), NO_TOKEN.to_owned());
    assert_eq!(refused(&api, &get("/prod/other/x")), missing, "(a) not a resource");
    assert_eq!(refused(&api, &get("/prod")), missing, "(c) the stage's root");
    assert_eq!(
        refused(&api, &get("/prod/resize/x").with_method(Method::parse("POST"))),
        missing,
        "(b) method"
    );
    let mut no_head = api.clone();
    for methods in no_head.stages.get_mut("prod").unwrap().resources.values_mut() {
        methods.remove("HEAD");
    }
    assert_eq!(refused(&no_head, &get("/prod/resize/x").with_method(Method::Head)), missing, "(b) HEAD too");
    let mut signed = api.clone();
    method_of(&mut signed, "/resize").authorization = "AWS_IAM".to_owned();
    assert_eq!(refused(&signed, &get("/prod/resize?key=a")), missing, "(d) unsigned");
}

#[test]
fn ag_03_forbidden_for_unknown_stages_keys_and_disabled_hosts() {
    let api = api();
    let forbidden = (403, "ForbiddenException".to_owned(), r#"{"message":"Forbidden"}"#.to_owned());
    assert_eq!(refused(&api, &get("/dev/resize/x")), forbidden);
    assert_eq!(refused(&Api { default_endpoint: false, ..api.clone() }, &get("/prod/resize/x")), forbidden);
    let mut keyed = api.clone();
    method_of(&mut keyed, "/resize").api_key_required = true;
    assert_eq!(refused(&keyed, &get("/prod/resize?key=a")), forbidden);
}

#[test]
fn ag_04_only_what_is_deployed_counts() {
    let mut stale = api();
    stale.stages.get_mut("prod").unwrap().resources.remove("/resize/{key+}");
    assert_eq!(refused(&stale, &get("/prod/resize/x")).2, NO_TOKEN);
}

#[test]
fn ag_05_a_missing_permission_is_500() {
    let mut api = api();
    method_of(&mut api, "/resize/{key+}").permission = Permission::Missing;
    let (status, _, body) = refused(&api, &get("/prod/resize/x"));
    assert_eq!((status, body.as_str()), (500, r#"{"message":"Internal server error"}"#));
}

#[test]
fn s3_13_a_greedy_path_keeps_what_a_query_loses() {
    let api = api();
    let call = invoked(&api, &get("/prod/resize/resized/1x1/a&b+c;d=e%20f%25.jpg?v=1"));
    assert_eq!(call.resource, "/resize/{key+}");
    assert_eq!(call.path_parameters["key"], "resized/1x1/a&b+c;d=e%20f%25.jpg");
    assert_eq!(call.query, [("v".to_owned(), "1".to_owned())]);
    let call = invoked(&api, &get("/prod/resize?key=resized/1x1/a&b+c;d=e%20f.jpg"));
    assert_eq!(call.resource, "/resize");
    let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
    assert_eq!(call.query, [pair("key", "resized/1x1/a"), pair("b c", ""), pair("d", "e f.jpg")]);
    // Decoded once: a doubly encoded percent sign survives as one.
    assert_eq!(parse_query("key=a%2525"), [pair("key", "a%25")]);
    assert_eq!(refused(&api, &get("/prod/resize?key=a|b")).0, 400);
    assert_eq!(refused(&api, &get("/prod/resize/a|b")).0, 400);
}

#[test]
fn literal_segments_win_over_parameters_and_those_over_greedy_ones() {
    let mut api = api();
    let methods = api.stages["prod"].resources["/resize"].clone();
    let stage = api.stages.get_mut("prod").unwrap();
    for resource in ["/resize/{spec}/{name}", "/resize/special/{name}", "/{any}"] {
        stage.resources.insert(resource.to_owned(), methods.clone());
    }
    let resource = |path: &str| invoked(&api, &get(path)).resource;
    assert_eq!(resource("/prod/resize/special/x"), "/resize/special/{name}");
    assert_eq!(resource("/prod/resize/1x1/x"), "/resize/{spec}/{name}");
    assert_eq!(resource("/prod/resize/1x1/x/y"), "/resize/{key+}");
    assert_eq!(resource("/prod/resize/"), "/resize");
    assert_eq!(resource("/prod/else"), "/{any}");
    assert_eq!(invoked(&api, &get("/prod/resize/1x1/x/y/")).path_parameters["key"], "1x1/x/y/");
}

#[test]
fn ag_06_ag_07_malformed_output_is_502_in_the_same_words() {
    let api = api();
    let answer = |text: &str| respond(&api, &get("/prod/resize/x"), &Outcome::Payload(text.to_owned())).0;
    for malformed in [
        "nonsense",
        "[]",
        "{}",
        r#"{"statusCode":"soon"}"#,
        r#"{"statusCode":200,"body":{}}"#,
        r#"{"statusCode":200,"headers":[]}"#,
        r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
        r#"{"statusCode":200,"cookies":[]}"#,
        r#"{"statusCode":99}"#,
    ] {
        let response = answer(malformed);
        assert_eq!(response.status, 502, "{malformed}");
        assert_eq!(response.body, br#"{"message":"Internal server error"}"#, "{malformed}");
    }
    let good = answer(
        r#"{"statusCode":307,"headers":{"Location":"https://x/"},"multiValueHeaders":{"A":["1","2"]},"body":null}"#,
    );
    assert_eq!((good.status, good.redirect()), (307, Some("https://x/")));
    assert_eq!(good.headers.all("a").collect::<Vec<_>>(), ["1", "2"]);
    let status = |outcome: &Outcome| respond(&api, &get("/prod/resize/x"), outcome).0.status;
    assert_eq!(status(&Outcome::Crashed), 502);
    assert_eq!(status(&Outcome::Throttled), 500);
    let late = respond(&api, &get("/prod/resize/x"), &Outcome::TimedOut).0;
    assert_eq!(
        (late.status, late.body.as_slice()),
        (504, &br#"{"message":"Endpoint request timed out"}"#[..])
    ); // AG-09
}

#[test]
fn ag_10_bytes_need_a_media_type_for_the_first_accept() {
    let mut api = api();
    let outcome = Outcome::Payload(
        r#"{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"AQID","isBase64Encoded":true}"#
            .to_owned(),
    );
    let accept = |value: &str| {
        let mut request = get("/prod/resize/x");
        request.headers.set("Accept", value);
        request
    };
    let body = |api: &Api, request: &Request| respond(api, request, &outcome).0.body;
    assert_eq!(body(&api, &get("/prod/resize/x")), [1, 2, 3]);
    api.binary_media_types = vec!["image/*".to_owned()];
    assert_eq!(body(&api, &accept("image/png,text/html")), [1, 2, 3]);
    assert_eq!(body(&api, &accept("text/html,image/png")), b"AQID");
    api.binary_media_types.clear();
    assert_eq!(body(&api, &accept("image/png")), b"AQID");
    api.binary_media_types = vec!["*/*".to_owned()];
    let bad = Outcome::Payload(r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#.to_owned());
    assert_eq!(respond(&api, &get("/prod/resize/x"), &bad).0.status, 500);
}
