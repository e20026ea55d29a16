//! Calls that fail or are cut off, at a chosen place.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_cloudformation::Client as Cfn;
use aws_sdk_cloudformation::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;

/// What happens at the chosen call; calls are counted from 0.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// This call and all after it are not made: the process was ended before it.
    CutBefore(usize),
    /// This call is made, but its answer never comes, and no call is made after it.
    CutAfter(usize),
    /// The first answer to this call is lost: the client sees a 500 and asks again, although the call was carried out.
    LoseAnswer(usize),
}

#[derive(Debug)]
struct Faults {
    fault: Fault,
    calls: Arc<AtomicUsize>,
}

/// A client with the fault, and its counter of calls made.
pub fn client(config: &SdkConfig, fault: Fault) -> (Cfn, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let faults = Faults { fault, calls: calls.clone() };
    // An answer that was lost is asked for again soon.
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(50));
    let config =
        aws_sdk_cloudformation::config::Builder::from(config).retry_config(retries).interceptor(faults);
    (Cfn::from_conf(config.build()), calls)
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Faults {
    fn name(&self) -> &'static str {
        "faults"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::CutBefore(at) if call >= at => Err("cut off".into()),
            Fault::CutAfter(at) if call > at => Err("cut off".into()),
            _ => Ok(()),
        }
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Fault::LoseAnswer(at) = self.fault
            && self.calls.load(Ordering::SeqCst) == at + 1
        {
            *context.response_mut().status_mut() = StatusCode::try_from(500)?;
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        _: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.fault {
            Fault::CutAfter(at) if self.calls.load(Ordering::SeqCst) > at => Err("cut off".into()),
            _ => Ok(()),
        }
    }
}
