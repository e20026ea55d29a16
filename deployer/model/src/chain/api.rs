//! API Gateway's REST answers: which requests reach the function, and what the others get (AG-02..06).

use super::encode::decode_query;
use super::message::{Request, Response};
use super::permission::Permission;
use std::collections::BTreeMap;

/// A REST API as observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its id, the first label of its host.
    pub id: String,
    /// Whether `https://{id}.execute-api…` answers; if not, only custom domains do.
    pub default_endpoint: bool,
    /// Media types that are handed over as bytes (AG-10).
    pub binary_media_types: Vec<String>,
    /// Stages by name, each with what its deployment really contains (AG-04).
    pub stages: BTreeMap<String, Stage>,
}

/// What a stage serves: the snapshot of its deployment, not the resources as edited since (AG-04).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Methods by resource path, then by upper-case name (`ANY` stands for all).
    pub resources: BTreeMap<String, BTreeMap<String, MethodFacts>>,
}

/// What matters of a deployed method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodFacts {
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub authorization: String,
    /// Whether an API key is needed.
    pub api_key_required: bool,
    /// Whether the function lets this method call it (AG-05).
    pub permission: Permission,
}

impl MethodFacts {
    /// An open method whose function may be called.
    pub fn open() -> Self {
        Self { authorization: "NONE".to_owned(), api_key_required: false, permission: Permission::Granted }
    }
}

/// A call that reaches the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Stage name.
    pub stage: String,
    /// The resource's path pattern, for example `/resize/{key+}`.
    pub resource: String,
    /// HTTP method in upper case.
    pub method: String,
    /// The path below the stage, percent-encoded as it came.
    pub path: String,
    /// Path parameters, percent-encoded as they came (seen in public captures; the function decodes once).
    pub path_parameters: BTreeMap<String, String>,
    /// Query parameters in order, decoded once (S3-13).
    pub query: Vec<(String, String)>,
}

/// What API Gateway does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It calls the function.
    Invoke(Invocation),
    /// It answers by itself.
    Refuse {
        /// The answer.
        response: Response,
        /// Why, for messages.
        reason: String,
    },
}

/// The longest URL that a Regional endpoint takes (AG-01).
const MAX_URL: usize = 10_240;

/// Decides about a request at the API's default host.
pub fn decide(api: &Api, request: &Request) -> Decision {
    if !api.default_endpoint {
        return forbidden("the API's default endpoint is disabled");
    }
    if request.url().len() > MAX_URL {
        return refuse(
            414,
            "RequestTooLargeException",
            "Request-URI Too Large",
            "the URL is longer than 10,240 characters",
        );
    }
    // S3-13: a raw pipe is refused before anything looks at the request.
    if request.target().contains('|') {
        return refuse(400, "BadRequestException", "Bad Request", "the URL holds a raw pipe");
    }
    let rest = request.path.trim_start_matches('/');
    let (name, path) = match rest.split_once('/') {
        Some((name, path)) => (name, format!("/{path}")),
        None => (rest, "/".to_owned()),
    };
    let Some(stage) = api.stages.get(name) else {
        // AG-03, unverified for unknown stages.
        return forbidden(&format!("the API has no stage {name:?}"));
    };
    let Some((resource, methods, path_parameters)) = route(stage, &path) else {
        return missing_token(&format!("no deployed resource fits {path:?}"));
    };
    let method = request.method.as_str();
    // AG-02 (b): HEAD is a method of its own.
    let Some(facts) = methods.get(method).or_else(|| methods.get("ANY")) else {
        return missing_token(&format!("{resource} has no deployed method {method}"));
    };
    if facts.authorization == "AWS_IAM" && request.headers.get("Authorization").is_none() {
        return missing_token(&format!("{method} {resource} needs a signature (AWS_IAM)")); // AG-02 (d)
    }
    if facts.authorization != "NONE"
        && facts.authorization != "AWS_IAM"
        && request.headers.get("Authorization").is_none()
    {
        return refuse(
            401,
            "UnauthorizedException",
            "Unauthorized",
            &format!("{method} {resource} has an authorizer"),
        );
    }
    if facts.api_key_required && request.headers.get("x-api-key").is_none() {
        return forbidden(&format!("{method} {resource} needs an API key"));
    }
    if facts.permission == Permission::Missing {
        // AG-05
        let reason = format!("the function's policy doesn't let {method} {resource} call it");
        return refuse(500, "InternalServerErrorException", "Internal server error", &reason);
    }
    Decision::Invoke(Invocation {
        stage: name.to_owned(),
        resource: resource.to_owned(),
        method: method.to_owned(),
        path,
        path_parameters,
        query: parse_query(request.query.as_deref().unwrap_or_default()),
    })
}

/// A query as REST APIs read it: `&` and `;` split, names and values decoded once (S3-13).
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split(['&', ';'])
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decode_query(name), decode_query(value)),
            None => (decode_query(pair), String::new()),
        })
        .collect()
}

type Routed<'a> = (&'a str, &'a BTreeMap<String, MethodFacts>, BTreeMap<String, String>);

/// The deployed resource for a path, and its methods.
fn route<'a>(stage: &'a Stage, path: &str) -> Option<Routed<'a>> {
    let with_methods = stage.resources.iter().filter(|(_, methods)| !methods.is_empty());
    let (resource, parameters) = fitting(with_methods.map(|(resource, _)| resource.as_str()), path)?;
    let methods = stage.resources.get(resource)?;
    Some((resource, methods, parameters))
}

/// Which of these resources a path belongs to: literal segments win over `{name}`, and those over `{name+}`. With the parameters' raw
/// values.
pub fn fitting<'a>(
    resources: impl IntoIterator<Item = &'a str>,
    path: &str,
) -> Option<(&'a str, BTreeMap<String, String>)> {
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    // The rest of the raw path, for greedy parameters: empty segments and a last slash stay in it.
    resources
        .into_iter()
        .filter_map(|resource| {
            let (rank, parameters) = fit(resource, &segments, path)?;
            Some((rank, (resource, parameters)))
        })
        .min_by(|(a, _), (b, _)| a.cmp(b))
        .map(|(_, fitting)| fitting)
}

/// How specific a fit is, segment by segment (0 literal, 1 parameter, 2 greedy), and the parameters' raw values.
fn fit(resource: &str, segments: &[&str], path: &str) -> Option<(Vec<u8>, BTreeMap<String, String>)> {
    let wanted: Vec<&str> = resource.split('/').filter(|s| !s.is_empty()).collect();
    let mut rank = Vec::with_capacity(wanted.len());
    let mut parameters = BTreeMap::new();
    for (at, part) in wanted.iter().enumerate() {
        let segment = *segments.get(at)?;
        if let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix("+}")) {
            // Greedy stands last and takes at least one segment.
            parameters.insert(name.to_owned(), raw_rest(path, at));
            rank.push(2);
            return Some((rank, parameters));
        }
        if let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            parameters.insert(name.to_owned(), segment.to_owned());
            rank.push(1);
        } else if *part == segment {
            rank.push(0);
        } else {
            return None;
        }
    }
    (segments.len() == wanted.len()).then_some((rank, parameters))
}

/// The raw path after its first `skip` segments, without the slashes before it.
fn raw_rest(path: &str, skip: usize) -> String {
    let mut rest = path.trim_start_matches('/');
    for _ in 0..skip {
        rest = rest.split_once('/').map_or("", |(_, rest)| rest).trim_start_matches('/');
    }
    rest.to_owned()
}

fn missing_token(reason: &str) -> Decision {
    refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token", reason) // AG-02
}

fn forbidden(reason: &str) -> Decision {
    refuse(403, "ForbiddenException", "Forbidden", reason) // AG-03
}

fn refuse(status: u16, error_type: &str, message: &str, reason: &str) -> Decision {
    Decision::Refuse { response: error_response(status, error_type, message), reason: reason.to_owned() }
}

/// An answer in API Gateway's form: `{"message": …}` with `x-amzn-errortype` (AG-03).
pub fn error_response(status: u16, error_type: &str, message: &str) -> Response {
    Response::new(status)
        .with("x-amzn-errortype", error_type)
        .with_body("application/json", serde_json::json!({ "message": message }).to_string())
}
