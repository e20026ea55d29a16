#![allow(clippy::unwrap_used)]
use super::*;

const ID: &str = "55fac1c7-b7a1-4af5-96f4-c3e79d8a2b20";

/// What is said of these lines, a second apart.
fn said(lines: &[String]) -> (String, String) {
    let events = lines.iter().enumerate().map(|(at, message)| Event {
        id: at.to_string(),
        time: 1_769_860_800_000 + 1_000 * i64::try_from(at).unwrap(),
        stream: "2026/01/31/[3]0a1b".to_owned(),
        message: message.clone(),
    });
    let mut joiner = Joiner::default();
    let mut entries = joiner.take(events);
    entries.extend(joiner.finish());
    (
        entries.iter().map(|entry| Screen::of(text(entry)).as_str().to_owned()).collect(),
        entries.iter().map(|entry| format!("{:#}\n", object(entry))).collect(),
    )
}

fn request(own: &str, more: &str) -> Vec<String> {
    vec![
        format!("START RequestId: {ID} Version: 3\n"),
        own.to_owned(),
        format!("END RequestId: {ID}\n"),
        format!(
            "REPORT RequestId: {ID}\tDuration: 412.35 ms\tBilled Duration: 413 ms\tMemory Size: 1024 MB\tMax Memory Used: 96 MB\t{more}\n"
        ),
    ]
}

#[test]
fn requests_as_people_and_programs_read_them() {
    let made = format!(
        r#"{{"request_id":"{ID}","key":"resized/300x200/pics/a.jpg","spec":"300x200","status":307,"reason":"ok","ms_get":41.2,"ms_resize":98.11,"ms_put":30.5,"bytes_in":466123,"bytes_out":10321}}"#
    );
    let absent = format!(
        r#"{{"request_id":"{ID}","key":"resized/thumb/\u001b[2J\nno.jpg","spec":"30x20","status":404,"reason":"original_not_found","detail":"there is no original","ms_get":3.0}}"#
    );
    let broken = format!(
        "RequestId: {ID} Error: fork/exec /var/task/bootstrap: exec format error\nRuntime.InvalidEntrypoint\n"
    );
    let (made_text, made_json) = said(&request(&made, "Init Duration: 55.2 ms\t"));
    let (broken_text, broken_json) =
        said(&request(&broken, "Status: error\tError Type: Runtime.InvalidEntrypoint"));
    let others = [
        said(&request(&absent, "")).0,
        said(&request("2026-01-31T12:00:20.000Z 55fac1c7-b7a1-4af5-96f4-c3e79d8a2b20 Task timed out after 20.00 seconds\n", "Status: timeout")).0,
        said(&request("something else", "")).0,
        said(&[format!("START RequestId: {ID} Version: 3\n")]).0,
    ];
    insta::assert_snapshot!("requests", [&[made_text, broken_text][..], &others].concat().concat());
    insta::assert_snapshot!("requests_json", format!("{made_json}{broken_json}"));
}

#[test]
fn sizes_are_rounded_down() {
    assert_eq!(
        [999, 1_000, 10_399, 999_999, 1_250_000].map(size),
        ["999 B", "1.0 kB", "10.3 kB", "999.9 kB", "1.2 MB"]
    );
}

#[test]
fn raw_lines_keep_their_breaks_and_columns_and_nothing_else() {
    assert_eq!(
        raw("REPORT\tDuration\u{1b}[2K\nat b\u{202e}\n").as_str(),
        "REPORT\tDuration\\u{1b}[2K\nat b\\u{202e}\n"
    );
    assert_eq!(raw("").as_str(), "\n");
}
