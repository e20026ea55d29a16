//! How long AWS is waited for: one rule for every call of the SDK, whatever its service.
//!
//! A call whose connection is open and on which nothing comes, or byte after byte without an end, is ended, and not made again:
//! it has cost its time already, and nobody knows whether AWS has carried it out. What is large gets time by its size, on the way
//! there and on the way back, so that a slow line is not taken for a dead one. What is waited for by asking again and again (a
//! stack, a distribution) is not one call and has limits of its own.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long an answer without bulk may take, from the connection to its last byte.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);
/// Bytes per second, in the mean, that the slowest line for which this tool is made takes.
const SLOWEST: u64 = 64 * 1024;
/// Answers up to this many bytes are read before they are given to the SDK, which would make a call again whose answer breaks
/// off.
const AT_ONCE: u64 = 8 * 1024 * 1024;

/// Limits of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    answer: Duration,
    bytes_per_second: u64,
}

impl Patience {
    /// What holds for calls of the control planes, and for objects.
    pub(crate) const USUAL: Self = Self { answer: ANSWER, bytes_per_second: SLOWEST };

    /// The time in which a call has to end that has moved so many bytes.
    fn of(self, bytes: u64) -> Duration {
        let millis = bytes.saturating_mul(1_000) / self.bytes_per_second.max(1);
        self.answer.saturating_add(Duration::from_millis(millis))
    }
}

/// A call that was given up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {what} from {host} within {} s", (limit.as_secs_f64() * 10.0).round() / 10.0)]
pub(crate) struct Hung {
    what: &'static str,
    host: String,
    limit: Duration,
}

impl Hung {
    /// The one behind an error.
    pub(crate) fn behind<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(current) = next {
            if let Some(hung) = current.downcast_ref::<Self>() {
                return Some(hung);
            }
            next = current.source();
        }
        None
    }
}

/// An HTTP client of the SDK that gives up. Where a call's own settings have a read timeout, that is its time for an answer.
#[derive(Debug)]
struct PatientClient {
    inner: SharedHttpClient,
    patience: Patience,
}

/// `inner` with limits.
pub(crate) fn patient(inner: SharedHttpClient, patience: Patience) -> SharedHttpClient {
    SharedHttpClient::new(PatientClient { inner, patience })
}

impl HttpClient for PatientClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let patience =
            Patience { answer: settings.read_timeout().unwrap_or(self.patience.answer), ..self.patience };
        let mut without = HttpConnectorSettings::builder();
        without.set_connect_timeout(settings.connect_timeout());
        let inner = self.inner.http_connector(&without.build(), components);
        SharedHttpConnector::new(PatientConnector { inner, patience })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_base_client_config(&self.inner, components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_final_config(&self.inner, components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct PatientConnector {
    inner: SharedHttpConnector,
    patience: Patience,
}

impl HttpConnector for PatientConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request.uri().split('/').nth(2).unwrap_or_default().to_owned();
        let sent = request.body().content_length().unwrap_or_default();
        let (patience, begun) = (self.patience, Instant::now());
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let limit = patience.of(sent);
            let mut answer = match tokio::time::timeout(limit, answer).await {
                Ok(answer) => answer?,
                Err(_) => return Err(given_up(Hung { what: "answer", host, limit })),
            };
            let inner = std::mem::replace(answer.body_mut(), SdkBody::taken());
            let length = inner.content_length().or_else(|| said_length(&answer));
            let limited = PatientBody::new(inner, patience, begun, sent, host);
            *answer.body_mut() = if length.is_some_and(|length| length > AT_ONCE) {
                SdkBody::from_body_1_x(limited)
            } else {
                match Resumed::of(limited).await {
                    Ok(read) => read.into_body(),
                    Err(error) if Hung::behind(&*error).is_some() => {
                        return Err(ConnectorError::other(error, None));
                    }
                    Err(error) => return Err(ConnectorError::io(error)),
                }
            };
            Ok(answer)
        })
    }
}

/// Of another kind than the SDK's own timeouts, which it takes for a reason to try again.
fn given_up(hung: Hung) -> ConnectorError {
    ConnectorError::other(Box::new(hung), None)
}

fn said_length(answer: &HttpResponse) -> Option<u64> {
    answer.headers().get("content-length")?.parse().ok()
}

/// An answer that has to keep coming.
struct PatientBody {
    inner: SdkBody,
    patience: Patience,
    begun: Instant,
    moved: u64,
    host: String,
    alarm: Pin<Box<Sleep>>,
}

impl PatientBody {
    fn new(inner: SdkBody, patience: Patience, begun: Instant, moved: u64, host: String) -> Self {
        let alarm = Box::pin(sleep_until(begun + patience.of(moved)));
        Self { inner, patience, begun, moved, host, alarm }
    }
}

impl Body for PatientBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let came = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &came {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.moved = self.moved.saturating_add(bytes as u64);
        }
        let limit = self.patience.of(self.moved);
        let deadline = self.begun + limit;
        if matches!(&came, Poll::Ready(None | Some(Err(_)))) {
            return came;
        }
        if self.alarm.deadline() != deadline {
            self.alarm.as_mut().reset(deadline);
        }
        // Also where something came: a byte now and then is no answer.
        if self.alarm.as_mut().poll(context).is_ready() {
            let hung = Hung { what: "whole answer", host: self.host.clone(), limit };
            return Poll::Ready(Some(Err(Box::new(hung))));
        }
        came
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.inner)
    }
}

/// An answer of which the first [`AT_ONCE`] bytes were read, and the rest is yet to come: its length was not said, so whoever
/// asked has to see how long it gets.
struct Resumed {
    read: VecDeque<Bytes>,
    rest: Option<PatientBody>,
}

impl Resumed {
    async fn of(mut body: PatientBody) -> Result<Self, BoxError> {
        let (mut read, mut bytes) = (VecDeque::new(), 0);
        while bytes <= AT_ONCE {
            let Some(frame) = body.frame().await else { return Ok(Self { read, rest: None }) };
            if let Ok(part) = frame?.into_data() {
                bytes += part.len() as u64;
                read.push_back(part);
            }
        }
        Ok(Self { read, rest: Some(body) })
    }

    fn into_body(self) -> SdkBody {
        match self.rest {
            None => SdkBody::from(self.read.into_iter().collect::<Vec<Bytes>>().concat()),
            Some(_) => SdkBody::from_body_1_x(self),
        }
    }
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match (self.read.pop_front(), &mut self.rest) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(part)))),
            (None, Some(rest)) => Pin::new(rest).poll_frame(context),
            (None, None) => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
#[path = "patience_tests.rs"]
mod tests;
