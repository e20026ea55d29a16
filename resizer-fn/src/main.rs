//! `bootstrap`: environment -> settings and clients -> Lambda runtime loop.

use lambda_runtime::{Context, LambdaEvent, service_fn};
use resizer_fn::aws::{Access, s3};
use resizer_fn::batch::aws::AwsDesk;
use resizer_fn::batch::{Batch, BatchResponse, Sqs, batch_settings, delivered};
use resizer_fn::direct::fetcher::Fetcher;
use resizer_fn::event;
use resizer_fn::failure::Failure;
use resizer_fn::handler::Handler;
use resizer_fn::record::Record;
use resizer_fn::response::Response;
use resizer_fn::routes::{Check, failed};
use resizer_fn::settings::{Settings, SettingsError};
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
    let served = served(|name| std::env::var(name).ok());
    let served = &served.map_err(|error| Failure::settings(&error));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let (event, context) = event.into_parts();
        let answer = match (served, delivered(&event)) {
            (Ok(Served { batch: Some(batch), .. }), Some(messages)) => {
                let (response, records) = batch.serve(&messages, budget(&context), &context.request_id).await;
                records.iter().for_each(log);
                Answer::Batch(response)
            }
            // An error, not an answer: whatever is answered, SQS would take the messages as dealt with.
            (_, Some(_)) => return Err(NO_BATCH.into()),
            (Ok(Served { handler, .. }), None) => {
                let (response, record) = handler.serve(event, budget(&context)).await;
                log(&Record { request_id: context.request_id, ..record });
                Answer::Http(response)
            }
            (Err(failure), None) => {
                let (response, record) = unserved(failure, &event);
                log(&Record { request_id: context.request_id, ..record });
                Answer::Http(response)
            }
        };
        Ok::<_, lambda_runtime::Error>(answer)
    }))
    .await
}

const NO_BATCH: &str = "messages came, but the function is not set up for batches (BATCH_QUEUE_URL, BUCKET)";

/// What Lambda gets back.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Answer {
    Http(Response),
    Batch(BatchResponse),
}

/// What serves events. Made once.
struct Served {
    handler: Arc<Handler<S3Store, Fetcher>>,
    batch: Option<Arc<Batch<S3Store, Fetcher, AwsDesk>>>,
}

fn served(var: impl Fn(&str) -> Option<String>) -> Result<Served, SettingsError> {
    let settings = Settings::from_vars(&var)?;
    let batch = batch_settings(&var)?;
    let access = Access::from_vars(&var, settings.bucket.is_some())?;
    let client = s3(&access, &settings.region);
    let (bucket, owner) = (settings.bucket.clone(), settings.bucket_owner.clone());
    // Without a bucket the handler asks nothing of the store.
    let store = S3Store::new(client.clone(), bucket.clone().unwrap_or_default(), owner.clone());
    let region = settings.region.clone();
    let handler = Arc::new(Handler::new(settings, store, Fetcher::new()));
    let batch = match (batch, bucket, access.credentials) {
        (Some(settings), Some(originals), Some(credentials)) => {
            let sqs = Sqs::new(credentials, region, access.sqs_endpoint);
            let on_upload = settings.on_upload.clone();
            let desk = AwsDesk { s3: client, sqs, settings, originals, owner };
            Some(Arc::new(Batch::new(Arc::clone(&handler), desk, on_upload)))
        }
        _ => None,
    };
    Ok(Served { handler, batch })
}

fn unserved(failure: &Failure, event: &Value) -> (Response, Record) {
    // Whoever may call the function itself may know all.
    let failure = if Check::of(event).is_some() { failure.clone().in_full() } else { failure.clone() };
    let (response, record) = failed(&failure, Record::default());
    (if event::is_head(event) { response.without_body() } else { response }, record)
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
