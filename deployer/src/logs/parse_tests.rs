use super::*;

const ID: &str = "55fac1c7-b7a1-4af5-96f4-c3e79d8a2b20";

#[test]
fn lambdas_lines() {
    let start = Line::Start { request_id: ID.to_owned(), version: Some("7".to_owned()) };
    let report = |measures| Line::Report { request_id: ID.to_owned(), measures };
    let warm = Measures {
        duration: Some(412.35),
        billed: Some(413.0),
        memory: Some(1024),
        used: Some(96),
        ..Measures::default()
    };
    for (text, expected) in [
        (format!("START RequestId: {ID} Version: 7\n"), start),
        (format!("END RequestId: {ID}\n"), Line::End { request_id: ID.to_owned() }),
        (
            format!("REPORT RequestId: {ID}\tDuration: 412.35 ms\tBilled Duration: 413 ms\tMemory Size: 1024 MB\tMax Memory Used: 96 MB\t\n"),
            report(warm.clone()),
        ),
        // Copied from a terminal: blanks for tabs.
        (
            format!("REPORT RequestId: {ID} Duration: 412.35 ms Billed Duration: 413 ms Memory Size: 1024 MB Max Memory Used: 96 MB Init Duration: 55.20 ms"),
            report(Measures { init: Some(55.2), ..warm.clone() }),
        ),
        (
            format!("REPORT RequestId: {ID}\tDuration: 412.35 ms\tBilled Duration: 413 ms\tMemory Size: 1024 MB\tMax Memory Used: 96 MB\tStatus: error\tError Type: Runtime.ExitError\t\nXRAY TraceId: 1-5f-0\tSegmentId: 0a\tSampled: true\t\n"),
            report(Measures {
                status: Some("error".to_owned()),
                error_type: Some("Runtime.ExitError".to_owned()),
                ..warm
            }),
        ),
        (
            "INIT_START Runtime Version: provided:al2023.v95\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:b6\n".to_owned(),
            Line::InitStart,
        ),
        (
            "INIT_REPORT Init Duration: 0.79 ms\tPhase: init\tStatus: error\tError Type: Runtime.InvalidEntrypoint\n".to_owned(),
            Line::InitReport(Measures {
                init: Some(0.79),
                status: Some("error".to_owned()),
                error_type: Some("Runtime.InvalidEntrypoint".to_owned()),
                ..Measures::default()
            }),
        ),
        ("Runtime.ExitError\n".to_owned(), Line::Kind("Runtime.ExitError".to_owned())),
        (
            format!("2026-01-02T03:04:05.678Z {ID} Task timed out after 20.02 seconds\n\n"),
            Line::TimedOut {
                request_id: ID.to_owned(),
                message: "Task timed out after 20.02 seconds".to_owned(),
            },
        ),
        (
            format!("RequestId: {ID} Error: fork/exec /var/task/bootstrap: exec format error\nRuntime.InvalidEntrypoint\n"),
            Line::Failed {
                request_id: ID.to_owned(),
                message: "fork/exec /var/task/bootstrap: exec format error".to_owned(),
                kind: Some("Runtime.InvalidEntrypoint".to_owned()),
            },
        ),
        (
            format!("RequestId: {ID} Error: Runtime exited with error: exit status 101"),
            Line::Failed {
                request_id: ID.to_owned(),
                message: "Runtime exited with error: exit status 101".to_owned(),
                kind: None,
            },
        ),
    ] {
        assert_eq!(parse(&text), expected, "{text:?}");
    }
}

#[test]
fn the_functions_own_line() {
    let text = format!(
        r#"{{"request_id":"{ID}","key":"resized/300x200/a.jpg","spec":"300x200","status":307,"reason":"ok","ms_get":12.5,"bytes_in":1234,"later":true}}"#
    );
    let expected = Record {
        request_id: Some(ID.to_owned()),
        key: Some("resized/300x200/a.jpg".to_owned()),
        spec: Some("300x200".to_owned()),
        status: 307,
        reason: "ok".to_owned(),
        ms_get: Some(12.5),
        bytes_in: Some(1234),
        ..Record::default()
    };
    assert_eq!(parse(&text), Line::Record(Box::new(expected)));
}

#[test]
fn what_is_neither_is_left_alone() {
    for text in [
        "",
        "hello",
        "{\"level\":\"INFO\"}",
        "{\"status\":\"a text\",\"reason\":1}",
        "{ no JSON",
        "START",
        "REPORT Duration: 1 ms",
        "START RequestId:",
        "RequestId: abc",
        "RequestId: abc def",
        "the Task timed out after lunch",
        "Runtime.Exit Error",
        "Runtime.",
        "thread 'main' panicked at src/main.rs:1:1:",
    ] {
        assert_eq!(parse(text), Line::Other, "{text:?}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    use proptest::prelude::*;
    let words = prop::sample::select(vec![
        "START",
        "END",
        "REPORT",
        "INIT_REPORT",
        "RequestId:",
        "Error:",
        "Duration:",
        "ms",
        ":",
        "\t",
        "\n",
        "é",
        "{",
        "Task timed out after",
        "Runtime.X",
        "12.5",
    ]);
    proptest!(|(words in prop::collection::vec(words, 0..12))| {
        let _ = parse(&words.join(" "));
    });
}
