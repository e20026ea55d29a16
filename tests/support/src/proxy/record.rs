//! Notes which command of the tool makes which call, in a folder that a variable names. From such notes
//! `tests/rights/calls.txt` is made; without the variable nothing is noted.

use std::ffi::OsString;
use std::io::Write;

use super::Call;

/// The folder.
pub(crate) const VARIABLE: &str = "IMGDEPLOY_RECORD_CALLS";
/// What the SDK puts into its requests as `app/NAME`.
pub(crate) const APP: &str = "AWS_SDK_UA_APP_ID";
/// Flags with which a command needs other rights.
const FLAGS: [&str; 8] = [
    "--apply",
    "--batch",
    "--delete-derived",
    "--detect-drift",
    "--fix",
    "--local",
    "--on-upload",
    "--stack-role",
];

/// The name under which calls of a command line are noted, such as `doctor--fix`. `None`: nothing is noted.
pub(crate) fn name(arguments: &[OsString]) -> Option<String> {
    std::env::var_os(VARIABLE)?;
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let flags = FLAGS.iter().filter(|flag| words.contains(flag)).copied();
    Some(words.first()?.chars().filter(char::is_ascii_graphic).chain(flags.flat_map(str::chars)).collect())
}

/// What a request says that it comes from. Requests that the tool signs by itself say nothing.
pub(super) fn command(headers: &http::HeaderMap) -> Option<String> {
    let agent =
        ["x-amz-user-agent", "user-agent"].iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    agent.split(' ').find_map(|word| word.strip_prefix("app/")).map(str::to_owned)
}

/// Adds a call to the notes of this process.
pub(super) fn note(command: &str, call: &Call) {
    let Some(folder) = std::env::var_os(VARIABLE) else { return };
    let operation = match call.service.as_str() {
        // As IAM has it.
        "apigateway" => call.method.clone(),
        _ if call.operation.starts_with('?') => "?".to_owned(),
        _ => call.operation.clone(),
    };
    let line = format!("{command} {}:{operation} {}\n", call.service, place(call));
    let path = std::path::Path::new(&folder).join(std::process::id().to_string());
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
}

/// Of an S3 call the bucket, ours for artifacts or the site's, and the first folder in it; `-` for other services.
fn place(call: &Call) -> String {
    let path = call.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if call.service != "s3" || bucket.is_empty() {
        return "-".to_owned();
    }
    let kind = if bucket.starts_with("imgdeploy-") { "ARTIFACTS" } else { "BUCKET" };
    match key.split_once('/') {
        _ if key.is_empty() => kind.to_owned(),
        Some((folder, _)) if matches!(folder, "code" | "journal" | "batch" | "resized") => {
            format!("{kind}/{folder}/x")
        }
        _ => format!("{kind}/x"),
    }
}
