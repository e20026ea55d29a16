#![allow(clippy::unwrap_used)]
use super::*;

const A: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const B: &str = "bbbbbbbb-0000-0000-0000-000000000002";

/// Events a millisecond apart, each in its stream.
fn events(lines: &[(&str, String)]) -> Vec<Event> {
    let event = |(at, (stream, message)): (usize, &(&str, String))| Event {
        id: at.to_string(),
        time: 1_000 + i64::try_from(at).unwrap(),
        stream: (*stream).to_owned(),
        message: message.clone(),
    };
    lines.iter().enumerate().map(event).collect()
}

fn start(id: &str) -> String {
    format!("START RequestId: {id} Version: 3\n")
}

fn record(id: &str, status: u16, reason: &str) -> String {
    format!(
        r#"{{"request_id":"{id}","key":"resized/30x20/a.jpg","spec":"30x20","status":{status},"reason":"{reason}"}}"#
    )
}

fn end(id: &str) -> String {
    format!("END RequestId: {id}\n")
}

fn report(id: &str, more: &str) -> String {
    format!(
        "REPORT RequestId: {id}\tDuration: 12.10 ms\tBilled Duration: 13 ms\tMemory Size: 1024 MB\tMax Memory Used: 40 MB\t{more}\n"
    )
}

/// Entries in one line each: enough to tell what was joined to what.
fn shown(entries: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| match entry {
        Entry::Text(text) => format!("text {}", text.message),
        Entry::Request(request) => {
            let status =
                request.record.as_ref().map_or_else(|| "-".to_owned(), |record| record.status.to_string());
            let error = request.error.as_ref().map_or_else(String::new, |error| {
                let parts = [&error.kind, &error.message, &error.loader];
                parts.into_iter().flatten().map(|part| format!(" [{part}]")).collect()
            });
            format!(
                "{} {status} {}{}{error}",
                request.id.get(..1).unwrap_or_default(),
                if request.is_complete() { "complete" } else { "open" },
                if request.cold { " cold" } else { "" }
            )
        }
    };
    entries.iter().map(line).collect()
}

fn all(lines: &[(&str, String)]) -> Vec<String> {
    let mut joiner = Joiner::default();
    let mut entries = joiner.take(events(lines));
    entries.extend(joiner.finish());
    shown(&entries)
}

#[test]
fn one_entry_a_request_also_where_streams_are_mixed() {
    let lines = [
        ("1", "INIT_START Runtime Version: provided:al2023.v95\n".to_owned()),
        ("1", start(A)),
        ("2", start(B)),
        ("2", record(B, 404, "original_not_found")),
        ("1", record(A, 307, "ok")),
        ("2", end(B)),
        ("2", report(B, "")),
        ("1", end(A)),
        ("1", report(A, "Init Duration: 55.00 ms\t")),
    ];
    assert_eq!(all(&lines), ["a 307 complete cold", "b 404 complete"]);
}

#[test]
fn failures_of_the_platform_are_of_the_request() {
    let init = "INIT_REPORT Init Duration: 0.79 ms\tPhase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint\n";
    let entrypoint = format!(
        "RequestId: {A} Error: fork/exec /var/task/bootstrap: exec format error\nRuntime.InvalidEntrypoint\n"
    );
    let lines = [
        ("1", init.to_owned()),
        ("1", init.replace("Phase: init", "Phase: invoke")),
        ("1", start(A)),
        ("1", entrypoint),
        ("1", end(A)),
        ("1", report(A, "Status: error\tError Type: Runtime.InvalidEntrypoint")),
    ];
    let expected =
        "a - complete cold [Runtime.InvalidEntrypoint] [fork/exec /var/task/bootstrap: exec format error]";
    assert_eq!(all(&lines), [expected]);

    // The loader's lines come before the request and name none.
    let glibc = "/var/task/bootstrap: /lib64/libc.so.6: version `GLIBC_2.38' not found (required by /var/task/bootstrap)";
    let lines = [
        ("1", glibc.to_owned()),
        ("1", glibc.to_owned()),
        ("1", start(A)),
        ("1", format!("RequestId: {A} Error: Runtime exited with error: exit status 1")),
        ("1", "Runtime.ExitError".to_owned()),
        ("1", end(A)),
        ("1", report(A, "")),
    ];
    let expected =
        format!("a - complete [Runtime.ExitError] [Runtime exited with error: exit status 1] [{glibc}]");
    assert_eq!(all(&lines), [expected]);

    // Old and new order of a timeout.
    let timeout = format!("2026-01-02T03:04:05.678Z {A} Task timed out after 20.02 seconds\n\n");
    for lines in [
        [("1", start(A)), ("1", timeout.clone()), ("1", end(A)), ("1", report(A, "Status: timeout"))],
        [("1", start(A)), ("1", end(A)), ("1", report(A, "")), ("1", timeout.clone())],
    ] {
        assert_eq!(all(&lines), ["a - complete [Task timed out after 20.02 seconds]"]);
    }
    let lines = [("1", start(A)), ("1", end(A)), ("1", report(A, "Status: timeout"))];
    assert_eq!(all(&lines), ["a - complete [Task timed out]"]);
}

#[test]
fn what_has_not_ended_waits_and_is_shown_in_the_end() {
    let mut joiner = Joiner::default();
    let lines = [("1", start(A)), ("1", record(A, 307, "ok")), ("1", end(A)), ("1", report(A, ""))];
    let events = events(&lines);
    assert_eq!(shown(&joiner.take(events[..2].to_vec())), [""; 0]);
    assert_eq!(shown(&joiner.take(events[2..].to_vec())), ["a 307 complete"]);
    assert_eq!(shown(&joiner.take(events[..1].to_vec())), [""; 0]);
    assert_eq!(shown(&joiner.finish()), ["a - open"]);
    assert_eq!(shown(&joiner.finish()), [""; 0]);
}

#[test]
fn a_request_whose_end_got_lost_is_over_when_the_next_begins() {
    let lines = [("1", start(A)), ("1", record(A, 307, "ok")), ("1", start(B)), ("1", record(B, 307, "ok"))];
    let mut joiner = Joiner::default();
    assert_eq!(shown(&joiner.take(events(&lines))), ["a 307 open"]);
    assert_eq!(shown(&joiner.finish()), ["b 307 open"]);
}

#[test]
fn everything_else_is_passed_through() {
    let lines = [
        ("1", start(A)),
        ("1", "thread 'main' panicked at src/main.rs:1:1:\nboom\n".to_owned()),
        ("1", record(A, 500, "internal")),
        ("1", "\n".to_owned()),
        ("1", report(A, "")),
        ("2", "Runtime.ExitError\n".to_owned()),
        ("3", "INIT_START Runtime Version: provided:al2023.v95\n".to_owned()),
    ];
    assert_eq!(
        all(&lines),
        [
            "a 500 complete",
            "text thread 'main' panicked at src/main.rs:1:1:\nboom",
            "text Runtime.ExitError",
            "text INIT_START Runtime Version: provided:al2023.v95",
        ]
    );
}

#[test]
fn a_record_without_an_id_is_of_the_request_at_work_or_stands_alone() {
    let bare = r#"{"status":404,"reason":"original_not_found"}"#.to_owned();
    assert_eq!(all(&[("1", start(A)), ("1", bare.clone()), ("1", report(A, ""))]), ["a 404 complete"]);
    assert_eq!(all(&[("1", bare)]), [" 404 open"]);
}

#[test]
fn no_request_is_lost_or_shown_twice_however_the_events_are_cut() {
    use proptest::prelude::*;
    let ids: Vec<String> = (0..4).map(|n| format!("{n}0000000")).collect();
    let lines: Vec<(&str, String)> = ids
        .iter()
        .enumerate()
        .flat_map(|(n, id)| {
            let stream = ["1", "2"][n % 2];
            [start(id), record(id, 307, "ok"), end(id), report(id, "")].map(|line| (stream, line))
        })
        .collect();
    let events = events(&lines);
    proptest!(|(cuts in prop::collection::vec(0..=events.len(), 0..5))| {
        let mut cuts = cuts;
        cuts.extend([0, events.len()]);
        cuts.sort_unstable();
        let mut joiner = Joiner::default();
        let mut seen: Vec<String> = Vec::new();
        for pair in cuts.windows(2) {
            seen.extend(shown(&joiner.take(events[pair[0]..pair[1]].to_vec())));
        }
        seen.extend(shown(&joiner.finish()));
        seen.sort();
        let expected: Vec<String> = (0..4).map(|n| format!("{n} 307 complete")).collect();
        prop_assert_eq!(seen, expected);
    });
}
