//! Sums of CloudWatch metrics of a function.
//!
//! One read of one operation, without the SDK's client for it: the CloudWatch client would bring eleven crates with
//! it, among them a second HTTP library and compression for what is only written.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Answered;
use super::paging::{Next, Paging};
use super::patience::ANSWER;
use super::signed::{self, Call};
use super::{AwsFailure, Clients};

const OPERATION: &str = "cloudwatch:GetMetricData";
/// Seconds that one data point stands for. Days, which are summed: how longer periods are laid over the time asked for is
/// not documented.
const PERIOD: u64 = 86_400;
const TRIES: u32 = 3;

/// What a function did in a time, as CloudWatch counted it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Sums {
    /// Calls of the function.
    pub invocations: f64,
    /// Calls that ended in an error of the platform or the runtime. An image that could not be made is no such error.
    pub errors: f64,
    /// Milliseconds of work. Making an instance is not in it.
    pub duration_ms: f64,
}

/// Sums over `span` before `now`. `None`: CloudWatch has no data points, which Lambda sends for calls only.
///
/// # Errors
/// The call failed, or its answer can't be read.
pub async fn sums(
    clients: &Clients,
    region: &str,
    function: &str,
    now: SystemTime,
    span: Duration,
) -> Result<Option<Sums>, AwsFailure> {
    let mut totals = Totals::default();
    let mut paging = Paging::new(OPERATION);
    let mut next: Option<String> = None;
    loop {
        let answer = call(clients, region, &question(function, now, span, next.as_deref())).await?;
        let page: Page = serde_json::from_value(answer)
            .map_err(|error| AwsFailure::local(OPERATION, format!("the answer cannot be read: {error}")))?;
        totals.add(&page)?;
        next = paging.after(Next::token(page.next_token))?;
        if next.is_none() {
            return Ok(totals.sums());
        }
    }
}

fn question(function: &str, now: SystemTime, span: Duration, next: Option<&str>) -> Value {
    let query = |id: &str, metric: &str| {
        json!({
            "Id": id,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{ "Name": "FunctionName", "Value": function }],
                },
                "Period": PERIOD,
                "Stat": "Sum",
            },
        })
    };
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut question = json!({
        "MetricDataQueries":
            [query("invocations", "Invocations"), query("errors", "Errors"), query("duration", "Duration")],
        "StartTime": seconds(now.checked_sub(span).unwrap_or(SystemTime::UNIX_EPOCH)),
        // What is counted in this very second counts.
        "EndTime": seconds(now) + 1,
    });
    if let (Some(token), Some(fields)) = (next, question.as_object_mut()) {
        fields.insert("NextToken".to_owned(), token.into());
    }
    question
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    metric_data_results: Vec<Series>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Series {
    id: String,
    #[serde(default)]
    values: Vec<f64>,
    status_code: Option<String>,
}

#[derive(Debug, Default)]
struct Totals {
    points: usize,
    invocations: f64,
    errors: f64,
    duration_ms: f64,
}

impl Totals {
    fn add(&mut self, page: &Page) -> Result<(), AwsFailure> {
        for series in &page.metric_data_results {
            // Beside `Complete` there is `PartialData`, which goes on with the next page.
            if let Some(code @ ("InternalError" | "Forbidden")) = series.status_code.as_deref() {
                return Err(AwsFailure::local(OPERATION, format!("{}: {code}", series.id)));
            }
            let total = match series.id.as_str() {
                "invocations" => {
                    self.points += series.values.len();
                    &mut self.invocations
                }
                "errors" => &mut self.errors,
                "duration" => &mut self.duration_ms,
                _ => continue,
            };
            *total += series.values.iter().sum::<f64>();
        }
        Ok(())
    }

    fn sums(&self) -> Option<Sums> {
        let Self { points, invocations, errors, duration_ms } = *self;
        (points > 0).then_some(Sums { invocations, errors, duration_ms })
    }
}

/// One call, made again where AWS has too many: AWS JSON 1.0, as `aws cloudwatch` speaks it.
async fn call(clients: &Clients, region: &str, question: &Value) -> Result<Value, AwsFailure> {
    let call = Call {
        operation: OPERATION,
        service: "monitoring",
        region,
        method: "POST",
        path: "/",
        headers: &[
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData"),
        ],
        body: question.to_string(),
    };
    let mut tries = 1;
    let begun = Instant::now();
    loop {
        let answer = signed::send(clients, &call).await.and_then(|answer| read(answer.status, &answer.body));
        match answer {
            // What has hung would hang again.
            Err(failure) if failure.is_passing() && tries < TRIES && begun.elapsed() < ANSWER / 2 => {
                crate::pace::pause(Duration::from_millis(300) * tries).await;
                tries += 1;
            }
            answer => return answer,
        }
    }
}

fn read(status: u16, body: &[u8]) -> Result<Value, AwsFailure> {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    if status == 200 {
        return Ok(answer);
    }
    let text = |names: [&str; 2]| {
        names.iter().find_map(|name| answer.get(*name).and_then(Value::as_str)).map(str::to_owned)
    };
    // The code may have a namespace before it.
    let code = text(["__type", "code"]).map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
    let message = text(["message", "Message"]).unwrap_or_default();
    Err(AwsFailure::of_code(OPERATION, code, message, Some(status)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::FailureKind;
    use super::*;

    fn totals(pages: &[Value]) -> Result<Option<Sums>, AwsFailure> {
        let mut totals = Totals::default();
        for page in pages {
            totals.add(&serde_json::from_value(page.clone()).unwrap())?;
        }
        Ok(totals.sums())
    }

    #[test]
    fn days_and_pages_are_summed() {
        let first = json!({ "NextToken": "x", "MetricDataResults": [
            { "Id": "invocations", "Values": [10.0, 5.0], "StatusCode": "PartialData" },
            { "Id": "errors", "Values": [1.0] },
            { "Id": "duration", "Values": [1000.5, 500.0] },
        ]});
        let second = json!({ "MetricDataResults": [{ "Id": "invocations", "Values": [3.0], "StatusCode": "Complete" }] });
        let sums = Sums { invocations: 18.0, errors: 1.0, duration_ms: 1500.5 };
        assert_eq!(totals(&[first, second]), Ok(Some(sums)));
    }

    #[test]
    fn no_data_is_not_zero_and_a_failed_series_is_a_failure() {
        let empty =
            json!({ "MetricDataResults": [{ "Id": "invocations", "Values": [], "StatusCode": "Complete" }] });
        assert_eq!(totals(&[empty]), Ok(None));
        let failed = json!({ "MetricDataResults": [{ "Id": "invocations", "StatusCode": "Forbidden" }] });
        assert!(totals(&[failed]).is_err());
    }

    #[test]
    fn errors_are_told_apart() {
        let denied = br#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}"#;
        let failure = read(400, denied).unwrap_err();
        assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Denied, "no"));
        assert!(read(503, b"<html>").unwrap_err().is_passing());
        assert_eq!(read(200, br#"{"a":1}"#).unwrap(), json!({ "a": 1 }));
    }

    #[test]
    fn a_month_is_asked_for_in_days() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000);
        let question = question("f", now, Duration::from_secs(2_592_000), Some("t"));
        assert_eq!((&question["StartTime"], &question["EndTime"]), (&json!(7_408_000), &json!(10_000_001)));
        assert_eq!(question["NextToken"], "t");
        assert_eq!(question["MetricDataQueries"][0]["MetricStat"]["Period"], 86_400);
    }
}
