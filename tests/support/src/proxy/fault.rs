//! What can go wrong on the way, in the words of the service that is asked.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;

use super::Call;

/// Which calls a fault applies to.
#[derive(Debug, Clone)]
pub enum When {
    /// The call with this number, the first being 1.
    Call(usize),
    /// `service:Operation`; `*` stands for any operation of the service.
    Operation(String),
    /// The first call of each different API operation. Viewers' requests to `execute-api` are none.
    FirstOfEachOperation,
    /// Every so many-th of all calls, where it is one of this service.
    Nth {
        /// The service.
        service: String,
        /// How many.
        every: usize,
    },
    /// Every call.
    Always,
}

impl When {
    pub(super) fn matches(&self, call: &Call, first_of_its_operation: bool) -> bool {
        match self {
            Self::Call(n) => call.n == *n,
            Self::Operation(name) => match name.strip_suffix(":*") {
                Some(service) => call.service == service,
                None => call.name() == *name,
            },
            Self::FirstOfEachOperation => first_of_its_operation && call.service != "execute-api",
            Self::Nth { service, every } => call.service == *service && call.n.is_multiple_of(*every),
            Self::Always => true,
        }
    }
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Closed before the request reaches the endpoint.
    DropBefore,
    /// Carried out by the endpoint, but the answer is lost.
    DropAfter,
    /// Too fast, as the service says it: 503 `SlowDown`, 429 `TooManyRequestsException` with
    /// `retryAfterSeconds`, or 400 `Throttling`.
    Throttle,
    /// 500 with the service's general error.
    InternalError,
    /// The caller has no permission for this.
    AccessDenied,
    /// The caller's session has ended.
    ExpiredToken,
    /// 200 with a page of HTML, as a box in between may send.
    Garbage,
    /// No answer, for as long as the caller waits.
    Hang,
    /// An error answer.
    Error {
        /// HTTP status.
        status: u16,
        /// Error code, e.g. `AccessDenied`.
        code: String,
        /// Message for people.
        message: String,
    },
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(super) when: When,
    pub(super) what: What,
    /// How many more times; `None` is for ever.
    pub(super) left: Option<usize>,
}

impl Fault {
    /// `what` happens to each call that `when` matches.
    #[must_use]
    pub fn new(when: When, what: What) -> Self {
        Self { when, what, left: None }
    }

    /// On one operation, e.g. `lambda:UpdateFunctionCode`.
    #[must_use]
    pub fn on(operation: &str, what: What) -> Self {
        Self::new(When::Operation(operation.to_owned()), what)
    }

    /// Happens this many times only.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { left: Some(times), ..self }
    }

    /// An error answer on one operation.
    #[must_use]
    pub fn error(operation: &str, status: u16, code: &str, message: &str) -> Self {
        Self::on(operation, What::error(status, code, message))
    }

    /// LA-01: the role exists, but not yet for Lambda.
    #[must_use]
    pub fn role_not_assumable(operation: &str) -> Self {
        let message = "The role defined for the function cannot be assumed by Lambda.";
        Self::error(operation, 400, "InvalidParameterValueException", message)
    }

    /// LA-02: another update is still going on.
    #[must_use]
    pub fn update_in_progress(operation: &str) -> Self {
        let message = "The operation cannot be performed at this time. An update is in progress for resource: \
                       arn:aws:lambda:eu-west-1:000000000000:function:f";
        Self::error(operation, 409, "ResourceConflictException", message)
    }

    /// CF-13: somebody else changed the distribution since it was read.
    #[must_use]
    pub fn stale_etag() -> Self {
        let message = "The request failed because it didn't meet the preconditions in one or more request-header fields.";
        Self::error("cloudfront:UpdateDistribution", 412, "PreconditionFailed", message)
    }
}

impl What {
    /// An error answer.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Error { status, code: code.to_owned(), message: message.to_owned() }
    }

    /// The answer in the protocol of the service, or `None` where the connection is dropped instead.
    pub(super) fn answer(&self, service: &str) -> Option<Response<Full<Bytes>>> {
        let (status, code, message) = match self {
            Self::DropBefore | Self::DropAfter | Self::Hang => return None,
            Self::Garbage => {
                let page = "<!doctype html><title>Sign in</title><p>Please sign in to this network.";
                let answer = Response::builder().header("content-type", "text/html");
                return Some(answer.body(Full::new(Bytes::from(page))).expect("a valid response"));
            }
            Self::Error { status, code, message } => (*status, code.as_str(), message.as_str()),
            Self::Throttle => match service {
                "s3" | "s3control" => (503, "SlowDown", "Please reduce your request rate."),
                "lambda" | "apigateway" => (429, "TooManyRequestsException", "Too Many Requests"),
                _ => (400, "Throttling", "Rate exceeded"),
            },
            Self::AccessDenied => match service {
                "lambda" | "apigateway" | "logs" => {
                    (403, "AccessDeniedException", "User is not authorized to do this")
                }
                _ => (403, "AccessDenied", "User is not authorized to do this"),
            },
            Self::ExpiredToken => match service {
                "s3" => (400, "ExpiredToken", "The provided token has expired."),
                "lambda" | "apigateway" | "logs" => {
                    (403, "ExpiredTokenException", "The security token included in the request is expired")
                }
                _ => (403, "ExpiredToken", "The security token included in the request is expired"),
            },
            Self::InternalError => match service {
                "s3" | "s3control" => {
                    (500, "InternalError", "We encountered an internal error. Please try again.")
                }
                "lambda" => {
                    (500, "ServiceException", "An error occurred and the request cannot be processed.")
                }
                "apigateway" => (500, "InternalServerErrorException", "Internal server error"),
                _ => {
                    (500, "InternalFailure", "The request processing has failed because of an unknown error.")
                }
            },
        };
        Some(error_response(service, status, code, message))
    }
}

/// An error as `service` writes it.
pub(super) fn error_response(service: &str, status: u16, code: &str, message: &str) -> Response<Full<Bytes>> {
    let throttled = code == "TooManyRequestsException";
    let id = "00000000-0000-0000-0000-000000000000";
    let (kind, body) = match service {
        "s3" | "s3control" => (
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message><RequestId>{id}</RequestId></Error>",
                escape(message)
            ),
        ),
        "lambda" | "apigateway" | "logs" => {
            let mut body = serde_json::json!({ "message": message, "Message": message, "__type": code });
            if throttled {
                body["retryAfterSeconds"] = "1".into();
            }
            ("application/json", body.to_string())
        }
        _ => (
            "text/xml",
            format!(
                "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>{}</Type><Code>{code}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                if status < 500 { "Sender" } else { "Receiver" },
                escape(message)
            ),
        ),
    };
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(status).expect("an HTTP status"))
        .header("content-type", kind)
        .header("x-amzn-requestid", id);
    if kind == "application/json" {
        builder = builder.header("x-amzn-errortype", code);
    }
    if throttled {
        builder = builder.header("retry-after", "1");
    }
    builder.body(Full::new(Bytes::from(body))).expect("a valid response")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
