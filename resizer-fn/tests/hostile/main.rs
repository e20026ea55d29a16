//! The real `bootstrap` with the memory of Lambda's default, asked for what no honest viewer asks for. It has to answer all of
//! it, in time, and rest afterwards.
//!
//! Eight functions at once, as a Lambda instance is given one event at a time. A small number of requests is a part of
//! `make test`; `make hostile` sends 20,000 to the release build. What is sent follows from the seed alone.
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout, reason = "says what was seen")]

#[path = "../runtime_api/cloud.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod cloud;
mod files;
#[path = "../runtime_api/function.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod function;
mod process;
mod requests;

use cloud::Cloud;
use files::File;
use function::Function;
use requests::Chance;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The function's memory in MB: both what it is told and all the address space that it has.
const MEMORY: u64 = 1024;
/// What may pass between the function's deadline and its answer.
const GRACE: Duration = Duration::from_secs(1);
/// Time until nothing is worked on any more.
const REST: Duration = Duration::from_secs(5);
/// Files that each function has at hand; new ones take their place as it goes on.
const FILES: usize = 40;

/// What is wanted of a run.
#[derive(Clone)]
struct Run {
    requests: u64,
    seed: u64,
    at_once: u64,
    timeout: Duration,
    program: String,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

impl Run {
    fn from_vars() -> Self {
        let program = std::env::var("HOSTILE_BOOTSTRAP");
        Self {
            requests: number("HOSTILE_REQUESTS", 160),
            seed: number("HOSTILE_SEED", 1),
            at_once: number("HOSTILE_AT_ONCE", 8),
            timeout: Duration::from_millis(number("HOSTILE_TIMEOUT_MS", 5_000)),
            program: program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_bootstrap").to_owned()),
        }
    }
}

/// What was seen of one function.
#[derive(Debug, Default)]
struct Seen {
    answers: BTreeMap<String, u64>,
    faults: Vec<String>,
    longest: Duration,
    address_space_kib: u64,
    resident_kib: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_asked_it_answers_in_time_and_rests_afterwards() {
    let run = Run::from_vars();
    let files = Arc::new(files::fixed());
    let one = |number| tokio::spawn(attacked(run.clone(), number, Arc::clone(&files)));
    let all: Vec<_> = (0..run.at_once).map(one).collect();
    let (mut faults, mut answers) = (Vec::new(), BTreeMap::new());
    let (mut longest, mut space, mut resident) = (Duration::ZERO, 0, 0);
    for one in all {
        let seen = one.await.unwrap();
        faults.extend(seen.faults);
        seen.answers.into_iter().for_each(|(name, count)| *answers.entry(name).or_insert(0) += count);
        longest = longest.max(seen.longest);
        space = space.max(seen.address_space_kib);
        resident = resident.max(seen.resident_kib);
    }
    println!("answers: {answers:#?}");
    println!(
        "longest {longest:?}; at most {} MB of address space, {} MB resident",
        space >> 10,
        resident >> 10
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// One function and its share of the requests.
async fn attacked(run: Run, number: u64, files: Arc<Vec<File>>) -> Seen {
    let mut chance = Chance::new(run.seed.wrapping_mul(1_000).wrapping_add(number));
    let mut seen = Seen::default();
    let cloud = Cloud::start().await;
    cloud.give_ms(u64::try_from(run.timeout.as_millis()).unwrap());
    let memory = MEMORY.to_string();
    let vars = [
        ("BUCKET", "photos"),
        ("BUCKET_REGION", "eu-west-1"),
        ("URL", "https://cdn.example.com"),
        ("SOURCES", "images.example.com"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.as_str()),
    ];
    let start = || Function::start_within(MEMORY << 10, &run.program, &cloud, &vars);
    let mut function = start();
    let share = (0..run.requests).filter(|request| request % run.at_once == number).count();
    let (mut keys, mut names) = (Vec::new(), BTreeMap::new());
    for request in 0..share {
        let place = request % FILES;
        let file = files::any(&mut chance, &files);
        let key = format!("{place}.{}", file.ending);
        cloud.put(&key, 200, &file.bytes);
        names.insert(key.clone(), file.name);
        match keys.get_mut(place) {
            Some(at) => *at = key,
            None => keys.push(key),
        }
        let path = requests::path(&mut chance, &keys, place);
        let of = path.rsplit('/').next().and_then(|key| names.get(key)).cloned().unwrap_or_default();
        let told = format!("seed {} function {number} request {request}: {path} of {of}", run.seed);
        let begun = Instant::now();
        let patience = run.timeout + GRACE;
        tokio::select! {
            answer = tokio::time::timeout(patience, cloud.invoke(event(&path))) => match answer {
                Ok(answer) => {
                    *seen.answers.entry(kind(&answer)).or_insert(0) += 1;
                    if answer["statusCode"].as_u64().is_none_or(|status| status == 500) {
                        seen.faults.push(format!("{told}: {answer}"));
                    }
                }
                Err(_) => {
                    seen.faults.push(format!("{told}: no answer within {patience:?}"));
                    function = start();
                }
            },
            () = process::ended(function.process()) => {
                seen.faults.push(format!("{told}: the function died"));
                function = start();
            }
        }
        seen.longest = seen.longest.max(begun.elapsed());
        let (space, resident) = process::peaks_kib(function.process());
        seen.address_space_kib = seen.address_space_kib.max(space);
        seen.resident_kib = seen.resident_kib.max(resident);
    }
    if !process::rests_within(function.process(), REST).await {
        seen.faults.push(format!("function {number} still works {REST:?} after its last answer"));
    }
    seen
}

/// Status and, of an error, its code.
fn kind(answer: &Value) -> String {
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    format!("{} {}", answer["statusCode"], body["error"].as_str().unwrap_or_default())
}

fn event(path: &str) -> Value {
    let (route, key) = path.split_once(' ').unwrap();
    json!({
        "resource": format!("/{route}/{{key+}}"), "httpMethod": "GET",
        "pathParameters": { "key": key }, "queryStringParameters": null,
    })
}
