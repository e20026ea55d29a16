//! The bucket as an origin: its website endpoint, and its REST endpoint behind a distribution.

use super::source::{ObjectData, Source, SourceError};
use super::state::{Site, State};
use imgdeploy_model::chain::access::Verdict;
use imgdeploy_model::chain::encode::decode_key;
use imgdeploy_model::chain::message::{Method, Request, Response};
use imgdeploy_model::chain::rest;
use imgdeploy_model::chain::walk::{describe, reader};
use imgdeploy_model::chain::website::{self, Answer, Object, Refusal, Step};
use imgdeploy_model::region::Partition;

/// An answer and who gave it, for `X-Imgdeploy-Hop`.
#[derive(Debug)]
pub struct Told {
    /// The answer.
    pub response: Response,
    /// For example `website; rule=1`.
    pub hop: String,
    /// What kept an object from being read, if anything did.
    pub access: Option<String>,
}

/// One object as the anonymous reader of this request meets it, with its data if it is there.
struct Seen {
    object: Object,
    data: Option<ObjectData>,
    access: Option<String>,
}

/// The website endpoint's answer.
///
/// # Errors
/// The endpoint can't be asked.
pub async fn website<S: Source>(state: &State<S>, request: &Request) -> Result<Told, SourceError> {
    let config = &state.config;
    if !website::is_same_site(&request.host, &config.website_host) {
        // CF-06, S3-16
        let response = without_body(request, website::error_page(&Refusal::no_bucket(&request.host)));
        return Ok(Told {
            response,
            hop: "website; why=the Host is not the bucket's".to_owned(),
            access: None,
        });
    }
    let site = state.site().await?;
    let mut step = website::begin(site.website.as_ref(), &config.bucket, request, &config.website);
    let mut last: Option<(String, Seen)> = None;
    let mut access = None;
    let (answer, why) = loop {
        match step {
            Step::Done(answer, why) => break (answer, why),
            Step::Look(look) => {
                let Some(website) = site.website.as_ref() else {
                    return Err(SourceError(
                        "the website model looks into a bucket without website".to_owned(),
                    ));
                };
                let seen = see(state, &site, request, look.key()).await?;
                access = access.or_else(|| seen.access.clone());
                let key = look.key().to_owned();
                step = look.answer(website, &config.website, &seen.object);
                last = Some((key, seen));
            }
        }
    };
    let response = match answer {
        Answer::Redirect { status, location } => Response::new(status).with("Location", location),
        Answer::Refuse(refusal) => without_body(request, website::error_page(&refusal)),
        Answer::Serve { status, key } => {
            let data = last.filter(|(seen, _)| *seen == key).and_then(|(_, seen)| seen.data);
            match data {
                Some(data) => serve(request, status, data),
                None => return Err(SourceError(format!("the object \"{key}\" vanished while it was read"))),
            }
        }
    };
    Ok(Told { response, hop: format!("website; why={}", describe(&why)), access })
}

/// The REST endpoint's answer to a distribution.
///
/// # Errors
/// The endpoint can't be asked.
pub async fn rest_endpoint<S: Source>(state: &State<S>, request: &Request) -> Result<Told, SourceError> {
    let site = state.site().await?;
    let key = decode_key(&request.path, state.config.website.plus).unwrap_or_default();
    let seen = see(state, &site, request, &key).await?;
    // Whether the distribution's access control may list the bucket is not looked up: usually it may not (CF-21).
    let response = match (rest::refusal(request, &key, &seen.object, false), seen.data) {
        (Some(refusal), _) => without_body(request, refusal),
        (None, Some(data)) => serve(request, 200, data),
        (None, None) => return Err(SourceError(format!("the object \"{key}\" vanished while it was read"))),
    };
    Ok(Told {
        response,
        hop: "s3-rest; why=no routing rules at the REST endpoint".to_owned(),
        access: seen.access,
    })
}

async fn see<S: Source>(
    state: &State<S>,
    site: &Site,
    request: &Request,
    key: &str,
) -> Result<Seen, SourceError> {
    let partition = Partition::of_region(&state.config.region);
    let arn = format!("{}s3:::{}/{key}", partition.arn_prefix(), state.config.bucket);
    let verdict = site.policy.anonymous("s3:GetObject", &arn, &reader(request), site.block);
    let refused = match verdict {
        Verdict::Allowed(_) => None,
        Verdict::NotAllowed => Some("no statement of the bucket policy allows it".to_owned()),
        Verdict::Denied(name) => Some(format!("{name} of the bucket policy denies it")),
        Verdict::MayBeDenied(name) => Some(format!("{name} of the bucket policy may deny it")),
        Verdict::Restricted => Some("RestrictPublicBuckets is on".to_owned()),
    };
    if let Some(why) = refused {
        let note =
            if site.account_unknown { " (the account's public access block is not known)" } else { "" };
        return Ok(Seen { object: Object::Unreadable, data: None, access: Some(format!("{why}{note}")) });
    }
    let data = state.source.object(key, request.method == Method::Get).await?;
    Ok(match data {
        None => Seen { object: Object::Absent, data: None, access: None },
        Some(data) if data.kms => Seen {
            object: Object::Unreadable,
            data: None,
            access: Some("it is encrypted with KMS".to_owned()),
        },
        Some(data) => Seen {
            object: Object::Present { redirect: data.redirect.clone() },
            data: Some(data),
            access: None,
        },
    })
}

fn serve(request: &Request, status: u16, data: ObjectData) -> Response {
    let ObjectData { headers, body, .. } = data;
    let unchanged = status == 200
        && request.headers.get("If-None-Match").is_some_and(|wanted| headers.get("ETag") == Some(wanted));
    if unchanged {
        let mut response = Response { status: 304, headers, body: Vec::new() };
        response.headers.remove("Content-Length");
        return response;
    }
    Response { status, headers, body }
}

fn without_body(request: &Request, response: Response) -> Response {
    if request.method == Method::Head { response.without_body() } else { response }
}
