//! What Lambda's words for a function that does not start mean (LA-03, LA-11). Pure.

/// Signs in log lines and error payloads, each with what is wrong and what mends it.
const CAUSES: [(&str, &str); 10] = [
    (
        "exec format error",
        "the code is for another processor than the function: build with the function's `--arch`, or state the one of the zip",
    ),
    ("permission denied", "`bootstrap` is not executable: `imgdeploy build` packs it with mode 0755"),
    (
        "GLIBC_",
        "the code needs a newer C library than Amazon Linux 2023 has (2.34): `imgdeploy build` pins it with zig as linker",
    ),
    ("cannot open shared object file", "the code needs a library that Amazon Linux 2023 does not have"),
    (
        "no such file or directory",
        "`bootstrap` is not at the root of the zip, or needs a loader that Amazon Linux 2023 does not have",
    ),
    (
        "Runtime.InvalidEntrypoint",
        "`bootstrap` is missing or can't be started: `imgdeploy build --check ZIP` says why",
    ),
    ("InvalidZipFileException", "Lambda can't unpack the zip: `imgdeploy build --check ZIP` says why"),
    ("invalid ELF header", "a native module in the zip is for another processor or operating system"),
    (
        "Task timed out",
        "it did not answer within the function's timeout: is the bucket in the function's region?",
    ),
    ("Runtime.ExitError", "the code ended before it answered: the lines above are its last words"),
];

/// What is behind a failure, if its words are known.
pub fn cause(words: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(sign, _)| words.contains(sign)).map(|(_, cause)| *cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_words_have_causes() {
        for (words, part) in [
            ("fork/exec /var/task/bootstrap: exec format error Runtime.InvalidEntrypoint", "processor"),
            ("fork/exec /var/task/bootstrap: permission denied Runtime.InvalidEntrypoint", "0755"),
            ("/var/task/bootstrap: /lib64/libc.so.6: version `GLIBC_2.38' not found", "2.34"),
            ("2026-11-21T10:00:00Z 1 Task timed out after 3.00 seconds", "region"),
        ] {
            assert!(cause(words).is_some_and(|cause| cause.contains(part)), "{words}");
        }
        assert_eq!(cause("hello"), None);
    }
}
