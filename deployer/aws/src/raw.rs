//! Raw documents through the typed SDK.
//!
//! A typed client drops every element that is newer than itself (CF-13), so the documents that belong to
//! the user are read as the bytes that AWS sent and written as those bytes with our part spliced in.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the bytes of the last response body of the operation it is attached to.
#[derive(Debug, Clone, Default)]
pub struct CaptureBody(Arc<Mutex<Option<Vec<u8>>>>);

impl CaptureBody {
    /// The captured body as text; `None` when nothing arrived or it is not UTF-8.
    pub fn text(&self) -> Option<String> {
        let bytes = self.0.lock().ok()?.take()?;
        String::from_utf8(bytes).ok()
    }
}

impl Intercept for CaptureBody {
    fn name(&self) -> &'static str {
        "CaptureBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(bytes), Ok(mut slot)) = (context.response().body().bytes(), self.0.lock()) {
            *slot = Some(bytes.to_vec());
        }
        Ok(())
    }
}

/// Sends these bytes instead of the serialised input. Runs before checksum and signature are computed,
/// so both cover what is really sent.
#[derive(Debug, Clone)]
pub struct ReplaceBody(String);

impl ReplaceBody {
    /// `document` is the whole body, UTF-8.
    pub fn new(document: impl Into<String>) -> Self {
        Self(document.into())
    }
}

impl Intercept for ReplaceBody {
    fn name(&self) -> &'static str {
        "ReplaceBody"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let length = self.0.len().to_string();
        *request.body_mut() = SdkBody::from(self.0.clone());
        request.headers_mut().insert("content-length", length);
        Ok(())
    }
}
