//! A small program in the place of the function, where its images are not what is tested: it answers every call with the
//! image that the check of a version asks for, which a probe of the chain takes as well. A zip of it has some kilobytes; that of the function has eleven megabytes,
//! which the emulator takes in and unpacks for every version.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resizer_core::Limits;
use tempfile::TempDir;
use test_support::zip_file::{self, bootstrap_zip};

/// What the check sends, and what it asks for (`deployer/src/function/check.rs`).
const PHOTO: &[u8] = include_bytes!("../../deployer/src/function/check.jpg");
const SPEC: &str = "48x32/filters:quality(90)";

/// Lambda's runtime interface: takes the next call, answers it, and so on. A connection for each request.
const SOURCE: &str = r#"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = ANSWER;
static char got[65536], asked[16384];

static int talk(const char *api, int length) {
    char host[64];
    struct sockaddr_in to;
    const char *colon = strchr(api, ':');
    int line, size = 0, n;
    snprintf(host, sizeof host, "%.*s", (int)(colon - api), api);
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons(atoi(colon + 1));
    to.sin_addr.s_addr = inet_addr(strcmp(host, "localhost") ? host : "127.0.0.1");
    line = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(line, (struct sockaddr *)&to, sizeof to) || write(line, asked, length) != length) return -1;
    while (size < (int)sizeof got - 1 && (n = read(line, got + size, sizeof got - 1 - size)) > 0) size += n;
    got[size] = 0;
    close(line);
    return size;
}

int main(void) {
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API"), *path = "/2018-06-01/runtime/invocation/";
    for (;;) {
        char id[128] = "", *at;
        int length = snprintf(asked, sizeof asked, "GET %snext HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, api);
        if (talk(api, length) < 0) return 1;
        for (at = got; *at; at++)
            if (!strncasecmp(at, "\nlambda-runtime-aws-request-id:", 31)) sscanf(at + 31, " %127[^\r\n]", id);
        length = snprintf(asked, sizeof asked,
            "POST %s%s/response HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
            path, id, api, (int)strlen(answer), answer);
        if (talk(api, length) < 0) return 1;
    }
}
"#;

/// Compiles it into this folder, and gives the program.
pub fn program(folder: &Path) -> Vec<u8> {
    let image = resizer_core::resize(PHOTO, &SPEC.parse().unwrap(), &Limits::default()).unwrap();
    let answer = serde_json::json!({
        "statusCode": 200, "isBase64Encoded": true, "body": STANDARD.encode(image.bytes),
        "headers": { "Content-Type": "image/jpeg" },
    });
    let literal = format!("{:?}", answer.to_string());
    std::fs::read(compiled(folder, "stand-in", &SOURCE.replace("ANSWER", &literal))).unwrap()
}

/// The zip with which tests attach: the function's, or that of the stand-in and the folder in which it lies.
pub struct Code {
    zip: PathBuf,
    _folder: Option<TempDir>,
}

impl Code {
    /// The function itself.
    pub fn real() -> Self {
        Self { zip: bootstrap_zip().to_owned(), _folder: None }
    }

    /// The small program.
    pub fn stand_in() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("stand-in.zip");
        std::fs::write(&zip, zip_file::with("bootstrap", 0o755, &program(folder.path()))).unwrap();
        Self { zip, _folder: Some(folder) }
    }

    /// Its path, as an argument.
    pub fn path(&self) -> &str {
        self.zip.to_str().unwrap()
    }
}

/// A C program, compiled for this machine without symbols.
pub fn compiled(folder: &Path, name: &str, source: &str) -> PathBuf {
    let (code, binary) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&code, source).unwrap();
    let built = std::process::Command::new("cc").arg("-s").arg("-o").arg(&binary).arg(&code).status();
    assert!(built.unwrap().success(), "cc could not compile {name}");
    binary
}
