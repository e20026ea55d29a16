//! `bootstrap`: environment -> settings and clients -> Lambda runtime loop.

use aws_config::BehaviorVersion;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::Region;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{Context, LambdaEvent, service_fn};
use resizer_fn::direct::fetch::Fetcher;
use resizer_fn::event;
use resizer_fn::failure::Failure;
use resizer_fn::handler::{Handler, failed};
use resizer_fn::record::Record;
use resizer_fn::response::Response;
use resizer_fn::settings::Settings;
use resizer_fn::store::s3::S3Store;
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What is kept of a request's time for answering that it is up.
const RESERVE: Duration = Duration::from_millis(500);

// One request at a time is all that Lambda gives an instance; a second worker thread would only
// cost start time. Pixels are worked on in a blocking thread.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    // Wrong settings are answered, not crashed on: a crash is a 502 without a reason (AG-06).
    let handler = match Settings::from_vars(|name| std::env::var(name).ok()) {
        Ok(settings) => {
            let store = store(&settings).await;
            Ok(Arc::new(Handler::new(settings, store, Fetcher::new())))
        }
        Err(error) => Err(Failure::settings(&error)),
    };
    let handler = &handler;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let (event, context) = event.into_parts();
        let (response, record) = match handler {
            Ok(handler) => handler.serve(event, budget(&context)).await,
            Err(failure) => unserved(failure, &event),
        };
        log(&Record { request_id: context.request_id, ..record });
        Ok::<_, lambda_runtime::Error>(response)
    }))
    .await
}

fn unserved(failure: &Failure, event: &Value) -> (Response, Record) {
    let (response, record) = failed(failure, Record::default());
    (if event::is_head(event) { response.without_body() } else { response }, record)
}

/// The client and the store on it, made once and kept for all requests.
async fn store(settings: &Settings) -> S3Store {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    // API Gateway waits 29 s (AG-09): what takes longer had better be reported before.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(8))
        .operation_timeout(Duration::from_secs(20))
        .build();
    let shared = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(settings.region.clone()))
        .timeout_config(timeouts)
        .load()
        .await;
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(settings.path_style).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    // Without a bucket the handler asks nothing of the store.
    S3Store::new(client, settings.bucket.clone().unwrap_or_default(), settings.bucket_owner.clone())
}

/// The time left for working on a request.
fn budget(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    left.saturating_sub(RESERVE)
}

/// One line for each request. A log that can't be written is no reason not to answer.
fn log(record: &Record) {
    if let Ok(mut line) = serde_json::to_vec(record) {
        line.push(b'\n');
        let _ = std::io::stdout().lock().write_all(&line);
    }
}
