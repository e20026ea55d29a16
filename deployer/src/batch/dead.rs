//! Messages that the function died on each time: each becomes a result, so that it is counted.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use imgdeploy_batch::{Failed, ItemOutcome, Message, Outcome, Received, ResultBody, WorkItem, result_name};

use super::place::Place;
use crate::approval::Permit;
use crate::aws::AwsFailure;

/// Seconds for which nobody else gets a message that is being looked at.
const HIDE: i32 = 60;

/// Calls for messages at one look, of ten messages each.
const MOST_CALLS: usize = 1_000;

/// What a look into the dead-letter queue found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buried {
    /// Originals that were given up.
    pub items: usize,
    /// Uploads that were given up: their sizes are made when they are asked for.
    pub uploads: usize,
    /// Jobs whose listing by the function broke off.
    pub unfed: Vec<String>,
}

/// Milliseconds since 1970.
pub fn millis() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// Empties the dead-letter queue: the result is stored before the message is deleted.
///
/// # Errors
/// The failed call. What was not dealt with is still there for the next time.
pub async fn bury(place: &Place) -> Result<Buried, AwsFailure> {
    let (mut buried, dead) = (Buried::default(), place.dead.writer(Permit::of_order()));
    let mut specs: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
    // What can't be deleted would come for ever; what is left over is for the next look.
    for _ in 0..MOST_CALLS {
        let messages = dead.receive(HIDE).await?;
        if messages.is_empty() {
            return Ok(buried);
        }
        for message in messages {
            match Received::of(&message.body) {
                Received::Ours(Message::Work(item)) => {
                    if !specs.contains_key(&item.job) {
                        let job = place.records.job(&item.job).await?;
                        specs.insert(item.job.clone(), job.map(|job| job.specs));
                    }
                    // Without its job there is nobody who counts.
                    if let Some(Some(specs)) = specs.get(&item.job) {
                        let (name, body) = given_up(&item, specs);
                        place.records.put_result(&item.job, &name, &body).await?;
                    }
                    buried.items += 1;
                }
                Received::Ours(Message::Feed { job, .. }) => buried.unfed.push(job),
                Received::Uploaded(keys) => buried.uploads += keys.len(),
                Received::Test | Received::Unknown => {}
            }
            dead.delete(&message).await?;
        }
    }
    Ok(buried)
}

fn given_up(item: &WorkItem, specs: &[String]) -> (String, ResultBody) {
    let failed = specs.iter().map(|spec| Failed {
        job: item.job.clone(),
        n: item.n,
        key: item.key.clone(),
        spec: spec.clone(),
        code: "dead_lettered".to_owned(),
        reason: format!(
            "the message was handed to the function {} times, which broke off each time; `imgdeploy logs` has the cause: \
             out of memory, most likely",
            imgdeploy_batch::MAX_RECEIVES
        ),
        request_id: String::new(),
    });
    let outcome = ItemOutcome { n: item.n, images: vec![Outcome::Failed; specs.len()] };
    (result_name(millis(), "dead", &[outcome]), ResultBody { failed: failed.collect() })
}
