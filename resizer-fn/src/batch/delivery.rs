//! Events of the queue in, and what is answered to them. Pure.

use imgdeploy_batch::Received;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What Lambda gets back: the messages that are to be delivered again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// One for each.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A message that is to be delivered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// Its id.
    pub item_identifier: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SqsRecord {
    message_id: String,
    body: String,
    event_source: String,
    attributes: Attributes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    approximate_receive_count: String,
}

/// A message and what it asks for.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub(super) id: String,
    /// How often SQS has handed it out, this time included.
    pub(super) receives: u32,
    pub(super) received: Received,
}

/// The messages of an event, if it is SQS's.
pub fn delivered(event: &Value) -> Option<Vec<Delivered>> {
    let records = Vec::<SqsRecord>::deserialize(event.get("Records")?).ok()?;
    let ours = !records.is_empty() && records.iter().all(|record| record.event_source == "aws:sqs");
    ours.then(|| {
        let delivered = records.into_iter().map(|record| Delivered {
            receives: record.attributes.approximate_receive_count.parse().unwrap_or(1),
            received: Received::of(&record.body),
            id: record.message_id,
        });
        delivered.collect()
    })
}
