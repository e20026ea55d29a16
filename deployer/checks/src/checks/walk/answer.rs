//! What an error answer tells: by who answered, the status, and what only one of the possible causes writes.

use super::fault::header;
use super::refusal::Refusal;
use crate::snapshot::{Hop, Service, Snapshot, Walk};
use imgdeploy_model::command;
use imgdeploy_model::shell::{Command, Quoted};

/// What is known of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Why, with the facts.
    pub(super) cause: String,
    /// What to do.
    pub(super) cure: Command,
}

/// Reads the last answer of a walk.
pub(super) fn read(snapshot: &Snapshot, walk: &Walk, hop: &Hop) -> Told {
    let commands = Commands { snapshot, url: &hop.url };
    let (cause, cure) = match hop.service {
        Service::ApiGateway => gateway(&commands, hop),
        Service::Function => function(&commands, walk, hop),
        Service::Website => website(&commands, hop),
        Service::S3Rest => rest(&commands, hop),
        Service::CloudFront => cloudfront(&commands, hop),
        Service::Other => {
            ("the redirects led to a host that is no part of the chain".to_owned(), commands.look())
        }
    };
    Told { cause, cure }
}

/// Commands that go on from here.
struct Commands<'a> {
    snapshot: &'a Snapshot,
    url: &'a str,
}

impl Commands<'_> {
    fn look(&self) -> Command {
        command!("curl -si {}", Quoted(self.url))
    }

    /// Sets everything up again, where the tool did it; else looks at the answer.
    fn attach(&self) -> Command {
        if self.snapshot.is_attached() {
            command!("imgdeploy attach {}", self.snapshot.flags())
        } else {
            self.look()
        }
    }

    /// The function's log.
    fn logs(&self) -> Command {
        match (&self.snapshot.function, self.snapshot.configuration()) {
            (Some(function), Ok(seen)) if !self.snapshot.is_attached() => {
                command!("aws logs tail {} --since 15m --region {}", seen.log_group, function.region)
            }
            _ => command!("imgdeploy logs {}", self.snapshot.flags()),
        }
    }

    /// The answer that S3 gives by itself.
    fn website(&self) -> Command {
        match &self.snapshot.bucket {
            Some(_) if self.snapshot.is_attached() => self.attach(),
            Some(bucket) => {
                command!("aws s3api get-bucket-website --bucket {} --region {}", bucket.name, bucket.region)
            }
            None => self.look(),
        }
    }
}

fn gateway(commands: &Commands, hop: &Hop) -> (String, Command) {
    let refusal = Refusal::of(hop);
    let cause = match (hop.status, refusal) {
        (403, Refusal::MissingToken) => {
            "`Missing Authentication Token`: no resource or method fits this request, the change was not deployed, or the method \
             asks for a signature"
        }
        (403, Refusal::AccessDenied) => {
            "the API's resource policy or an authorizer refuses the request; a changed policy counts after a deployment"
        }
        (403, Refusal::Forbidden) => {
            "`Forbidden`: an API key is missing, a web ACL blocks, there is no such stage, or the default endpoint is off"
        }
        (401, _) => {
            "`Unauthorized`: an authorizer is set on the method, and images are asked for without credentials"
        }
        (404, _) => "no route fits; `Not Found` is what an HTTP API says, while the chain needs a REST API",
        (413 | 414, _) => "the request is too long",
        (429, _) => "more requests than the throttle of stage or account lets through",
        (400, _) => "API Gateway does not take the address: some characters have to be encoded",
        (500, _) => {
            "`Internal server error`: API Gateway may not call the function, or Lambda throttles it; the function did not run"
        }
        (502, _) => {
            "`Internal server error` with 502: the function did not start, failed, or gave an answer of the wrong shape"
        }
        (503, _) => "the function is not available just now: try again",
        (504, _) => {
            "the function took longer than API Gateway waits; a client for another region than the bucket's can hang like this"
        }
        _ => "API Gateway refuses the request",
    };
    let cure = match hop.status {
        502 | 504 => commands.logs(),
        429 | 503 => commands.look(),
        _ => commands.attach(),
    };
    (cause.to_owned(), cure)
}

fn function(commands: &Commands, walk: &Walk, hop: &Hop) -> (String, Command) {
    let said = error_code(&hop.body).map(|code| format!("`{code}`: ")).unwrap_or_default();
    let cause = match hop.status {
        404 if !walk.absent => {
            "it does not find the original, although that exists: it looks in another bucket or under another key, may not read \
             it, or it is no image; the log says which"
        }
        400 => {
            "it does not understand the address, such as a size that is none or a key that arrives changed"
        }
        401 | 403 => "it does not make this size, or wants a signed address",
        405 => "it answers GET and HEAD only",
        413 => "the original, or the result, is larger than it may be",
        415 | 422 => "the original can't be read as an image: it is damaged, or of a rare kind",
        500 => "its settings are wrong or S3 refused a call; the log has the reason",
        503 => "it was not done in the time that it has, or S3 was busy: try again, or give it more memory",
        _ => "the log has the reason",
    };
    let cure = match hop.status {
        400 | 401 | 403 | 405 | 413 | 415 | 422 => commands.look(),
        _ => commands.logs(),
    };
    (format!("{said}{cause}"), cure)
}

fn website(commands: &Commands, hop: &Hop) -> (String, Command) {
    let cause = match (hop.status, s3_code(hop).as_str()) {
        (_, "NoSuchWebsiteConfiguration") => "the bucket has no website configuration",
        (_, "NoSuchBucket") => {
            "no bucket of this name is in the region of this website endpoint: the host names another region, or another Host was \
             forwarded"
        }
        (403, _) => {
            "the object may not be read, or it is absent and S3 hides that; no routing rule for 403 fits"
        }
        (404, _) => "the object does not exist, and no routing rule for 404 fits this key",
        (400, _) => "the website endpoint of another region was asked",
        (405, _) => "website endpoints take GET and HEAD only",
        _ => "S3 failed: try again",
    };
    (cause.to_owned(), commands.website())
}

fn rest(commands: &Commands, hop: &Hop) -> (String, Command) {
    let cause = match (hop.status, s3_code(hop).as_str()) {
        (301 | 400, _) => "the bucket is in another region",
        (_, "NoSuchBucket") => "there is no such bucket",
        (403, _) => "`AccessDenied` in XML: this is the REST endpoint, where routing rules never run",
        (404, _) => "`NoSuchKey` in XML: this is the REST endpoint, where routing rules never run",
        _ => "S3's REST endpoint was asked, where routing rules never run",
    };
    (cause.to_owned(), commands.attach())
}

fn cloudfront(commands: &Commands, hop: &Hop) -> (String, Command) {
    // CloudFront hands an origin's error on; the form tells which of S3's endpoints it was (S3-03).
    if hop.body.contains("<Error>") || header(hop, "content-type").contains("xml") {
        let (cause, cure) = rest(commands, hop);
        return (format!("the origin says {cause}"), cure);
    }
    let by_s3 = header(hop, "server").eq_ignore_ascii_case("AmazonS3") || hop.body.contains("<li>Code: ");
    if by_s3 || !s3_code(hop).is_empty() {
        let (cause, cure) = website(commands, hop);
        return (format!("the origin says: {cause}"), cure);
    }
    let cause = match hop.status {
        403 => {
            "CloudFront blocks the request: a web ACL, a restriction by country, signed URLs, or a name that is no alias of it"
        }
        404 => "nothing is there, and no redirect to the function came from the origin",
        400 => "CloudFront does not take the request, or the origin is in another region",
        502 => {
            "CloudFront gets no valid answer from the origin: website endpoints speak HTTP on port 80 only"
        }
        504 => {
            "CloudFront gets no answer from the origin in time: website endpoints speak HTTP on port 80 only"
        }
        500..=599 => "CloudFront or its origin failed: try again",
        _ => "CloudFront refuses the request",
    };
    (cause.to_owned(), commands.attach())
}

/// S3's error code: of the header, else of the HTML or XML body.
fn s3_code(hop: &Hop) -> String {
    let told = header(hop, "x-amz-error-code");
    if !told.is_empty() {
        return told.to_owned();
    }
    let between = |start: &str| {
        let (_, rest) = hop.body.split_once(start)?;
        rest.split('<').next().map(|code| code.trim().to_owned())
    };
    between("<li>Code: ").or_else(|| between("<Code>")).unwrap_or_default()
}

/// `error` in the function's JSON.
fn error_code(body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(body.get("error")?.as_str()?.to_owned())
}
