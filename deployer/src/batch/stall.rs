//! Why a batch does not get on: messages wait, and nobody takes any.

use imgdeploy_batch::Job;
use serde::Serialize;

use super::place::Place;
use crate::aws::AwsFailure;
use crate::aws::lambda::Mapping;
use crate::aws::sqs::Depth;
use imgdeploy_world::Fact;

/// What was seen of a batch that does not get on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stall {
    /// Messages that wait.
    pub waiting: u64,
    /// What keeps them from being taken, as far as that shows.
    pub why: String,
    /// What to do next.
    pub next: String,
}

/// Looks; `None` where messages are at work, or there are none.
///
/// # Errors
/// The queue can't be asked. What else can't be is said in [`Stall::why`].
pub async fn look(place: &Place, job: &Job) -> Result<Option<Stall>, AwsFailure> {
    let depth = place.queue.depths().await?;
    if depth.waiting == 0 || depth.in_flight > 0 {
        return Ok(None);
    }
    let (mappings, reserved) = futures::join!(
        async {
            match place.queue.arn().await {
                Ok(arn) => place.function.mappings(&arn).await,
                Err(failure) => Fact::Unknown(failure),
            }
        },
        place.function.reserved()
    );
    Ok(Some(judge(depth, &mappings, &reserved, &place.function.name(), job)))
}

fn judge(
    depth: Depth,
    mappings: &Fact<Vec<Mapping>>,
    reserved: &Fact<u32>,
    function: &str,
    job: &Job,
) -> Stall {
    let (id, bucket) = (&job.id, &job.bucket);
    let again = format!("imgdeploy batch wait {id} --bucket {bucket}");
    let attach = format!("`imgdeploy attach --bucket {bucket} --batch` connects them, then `{again}`");
    let (why, next) = match (mappings, reserved) {
        (_, Fact::Known(0)) => (
            format!("the function {function} may not run at all: its reserved concurrency is 0"),
            format!("`aws lambda delete-function-concurrency --function-name {function}` takes that away"),
        ),
        (Fact::Absent, _) => ("the queue is not connected with the function".to_owned(), attach),
        (Fact::Known(all), _) => match all.iter().find(|one| one.state == "Enabled").or(all.first()) {
            None => ("the queue is not connected with the function".to_owned(), attach),
            Some(Mapping { id, state, .. }) if state != "Enabled" => (
                format!("the connection of the queue with the function is switched off (its state is {state})"),
                format!("`aws lambda update-event-source-mapping --uuid {id} --enabled` switches it on"),
            ),
            Some(Mapping { last, .. }) if last.starts_with("PROBLEM") => (
                format!("Lambda takes no messages from the queue; it says: {last}"),
                format!("`imgdeploy doctor --bucket {bucket}` looks for the cause"),
            ),
            Some(_) => (
                "the queue is connected with the function, which takes none of them at the moment; other functions of the \
                 account may have taken all that may run at once"
                    .to_owned(),
                format!("wait, or see what the function says: `imgdeploy logs --bucket {bucket} --follow`"),
            ),
        },
        (Fact::Unknown(failure), _) => (
            format!("why is not known: {failure}"),
            format!("`imgdeploy doctor --bucket {bucket}` looks for the cause"),
        ),
    };
    Stall { waiting: depth.waiting, why, next }
}

impl std::fmt::Display for Stall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let messages = if self.waiting == 1 { "message waits" } else { "messages wait" };
        write!(f, "{} {messages}, and nobody takes any: {}\nhint: {}", self.waiting, self.why, self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::failure::Answered;
    use imgdeploy_batch::Source;

    #[test]
    fn what_keeps_a_batch_from_getting_on_is_named() {
        let job = Job {
            id: "20261130-1".to_owned(),
            bucket: "media".to_owned(),
            source: Source::Prefix(String::new()),
            specs: vec!["30x".to_owned()],
            force: false,
            created: 0,
            cancelled: false,
            handed_over: false,
        };
        let mapping = |state: &str, last: &str| Mapping {
            id: "0b".to_owned(),
            state: state.to_owned(),
            last: last.to_owned(),
        };
        let denied = AwsFailure::of_code(
            "lambda:ListEventSourceMappings",
            Some("AccessDeniedException".to_owned()),
            "no".to_owned(),
            Some(403),
        );
        let free = Fact::Absent;
        for (mappings, reserved, why, next) in [
            (
                Fact::Known(vec![mapping("Enabled", "OK")]),
                Fact::Known(0),
                "reserved concurrency is 0",
                "delete-function-concurrency",
            ),
            (Fact::Known(Vec::new()), free.clone(), "not connected", "attach --bucket media --batch"),
            (
                Fact::Known(vec![mapping("Disabled", "")]),
                free.clone(),
                "state is Disabled",
                "--uuid 0b --enabled",
            ),
            (
                Fact::Known(vec![mapping("Enabled", "PROBLEM: x")]),
                free.clone(),
                "it says: PROBLEM: x",
                "doctor",
            ),
            (
                Fact::Known(vec![mapping("Enabled", "OK")]),
                Fact::Known(5),
                "at the moment",
                "logs --bucket media",
            ),
            (Fact::Unknown(denied), free, "not known: lambda:ListEventSourceMappings failed", "doctor"),
        ] {
            let depth = Depth { waiting: 2, in_flight: 0, delayed: 0 };
            let text = judge(depth, &mappings, &reserved, "imgdeploy-media", &job).to_string();
            assert!(text.starts_with("2 messages wait, and nobody takes any: "), "{text}");
            assert!(text.contains(why) && text.contains(next), "{text}");
        }
    }
}
