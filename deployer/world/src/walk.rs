//! Live requests, and what the function logged about them.

use std::collections::BTreeMap;

use serde::Serialize;

/// A walk from a URL to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Walk {
    /// The first URL.
    pub url: String,
    /// What was asked for, such as `a derived JPEG` or `an image that does not exist`.
    pub asked_for: String,
    /// The original does not exist: the function's own 404 is the right end.
    pub absent: bool,
    /// Nobody asked for this size before, so that only the function can have the image.
    pub fresh: bool,
    /// Every answer, in order.
    pub hops: Vec<Hop>,
    /// How it ended.
    pub end: End,
}

/// An original of which no image can be made, which is no fault of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadOriginal {
    /// Its key.
    pub key: String,
    /// HTTP status of the function's answer.
    pub status: u16,
    /// The answer's code, such as `truncated`.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// What was asked.
    pub url: String,
    /// Who answered.
    pub service: Service,
    /// HTTP status.
    pub status: u16,
    /// Headers that tell, lower-case names.
    pub headers: BTreeMap<String, String>,
    /// Milliseconds until the answer was there.
    pub millis: u64,
    /// By which rule or behaviour, as far as the configuration tells.
    pub by: Option<String>,
    /// The beginning of the body, where it is text.
    pub body: String,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// CloudFront, with its own answer or an origin's.
    CloudFront,
    /// The website endpoint: HTML errors (S3-03).
    Website,
    /// The REST endpoint: XML errors (S3-03).
    S3Rest,
    /// API Gateway, by itself.
    ApiGateway,
    /// The function, through API Gateway.
    Function,
    /// Somebody who is no part of the chain.
    Other,
}

impl Service {
    /// As it is written in reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::CloudFront => "CloudFront",
            Self::Website => "S3 website",
            Self::S3Rest => "S3 (REST endpoint)",
            Self::ApiGateway => "API Gateway",
            Self::Function => "the function",
            Self::Other => "somebody outside the chain",
        }
    }
}

/// How a walk ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// With an image.
    Image {
        /// `Content-Type`.
        content_type: String,
        /// Bytes.
        bytes: u64,
    },
    /// With the last hop's answer, which is neither image nor redirect.
    Answer,
    /// In a circle: this URL came up again.
    Loop {
        /// The URL.
        url: String,
    },
    /// With a redirect that is no URL, or to a place that is no part of the chain and was not asked.
    Elsewhere {
        /// The redirect's target.
        location: String,
    },
    /// Nobody answered: the host does not resolve, refuses, hangs or sends what is no HTTP.
    NoAnswer {
        /// What was asked.
        url: String,
        /// What happened.
        why: String,
        /// The host name does not resolve.
        unresolved: bool,
    },
}

/// A failure in the function's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// The line.
    pub text: String,
    /// Why it happened, in half a sentence, where it is known (LA-11).
    pub cause: Option<String>,
    /// What to do next.
    pub next: Option<&'static str>,
}
