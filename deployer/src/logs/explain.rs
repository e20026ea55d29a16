//! What Lambda's words for a failure mean, and what to do about it. Viewers see a 502 in each case (AG-06, LA-11).

/// A failure, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// Why it happened, in half a sentence.
    pub cause: &'static str,
    /// What to do next.
    pub next: &'static str,
}

const OTHER_PROCESSOR: Explained = Explained {
    cause: "the code was built for another processor than the function's",
    next: "`imgdeploy attach --arch arm64` builds it for arm64; with `--zip FILE`, let `--arch` say what the zip was built for",
};
const NOT_EXECUTABLE: Explained = Explained {
    cause: "`bootstrap` in the zip is not executable",
    next: "`chmod 755 bootstrap`, zip it again and run `imgdeploy attach --zip FILE`",
};
const NOT_FOUND: Explained = Explained {
    cause: "there is no `bootstrap` at the root of the zip, or its loader does not exist on Amazon Linux",
    next: "`imgdeploy attach` without `--zip` builds a zip that fits",
};
const C_LIBRARY: Explained = Explained {
    cause: "the code was built against a newer C library than that of Amazon Linux 2023 (2.34)",
    next: "`imgdeploy attach` without `--zip` builds it for Amazon Linux 2023",
};
const LIBRARY: Explained = Explained {
    cause: "the code needs a library that Amazon Linux 2023 does not have",
    next: "`imgdeploy attach` without `--zip` builds a zip that fits",
};
const NATIVE_MODULE: Explained = Explained {
    cause: "a native module in the zip is for another processor or operating system",
    next: "install it again for the function's processor, on Linux; `imgdeploy update-code` puts this tool's code there",
};
const ZIP: Explained =
    Explained { cause: "Lambda cannot unpack the zip", next: "`imgdeploy build --check ZIP` says why" };
const NO_ENTRYPOINT: Explained = Explained {
    cause: "Lambda could not start `bootstrap`",
    next: "`imgdeploy attach` without `--zip` builds a zip that fits",
};
const MEMORY: Explained = Explained {
    cause: "the function ran out of memory",
    next: "`imgdeploy attach --memory MB` gives it more",
};
const TIME: Explained = Explained {
    cause: "Lambda ended the function when its time was up",
    next: "`imgdeploy attach --memory MB` makes it faster, `--timeout SECONDS` gives it more time",
};
const ENDED: Explained = Explained {
    cause: "the function ended before it had answered",
    next: "`imgdeploy logs --raw` shows every line around it",
};

/// The texts that tell, the more telling first: an `exit status 1` has its true cause in a line before.
const TEXTS: [(&str, Explained); 15] = [
    ("exec format error", OTHER_PROCESSOR),
    ("GLIBC_", C_LIBRARY),
    ("cannot open shared object file", LIBRARY),
    ("invalid ELF header", NATIVE_MODULE),
    ("InvalidZipFileException", ZIP),
    ("permission denied", NOT_EXECUTABLE),
    ("no such file or directory", NOT_FOUND),
    ("find valid bootstrap", NOT_FOUND),
    ("Runtime.OutOfMemory", MEMORY),
    ("signal: killed", MEMORY),
    ("Task timed out", TIME),
    ("Sandbox.Timedout", TIME),
    ("Runtime.InvalidEntrypoint", NO_ENTRYPOINT),
    ("Runtime.ExitError", ENDED),
    ("Runtime exited", ENDED),
];

/// Explains what Lambda said about a request: name, message, and perhaps a line of the loader before it.
pub fn explain(texts: &[&str]) -> Option<Explained> {
    let said = |needle: &str| texts.iter().any(|text| text.contains(needle));
    TEXTS.iter().find(|(needle, _)| said(needle)).map(|(_, explained)| *explained)
}

/// Whether a line that names no request tells why the next one fails: the loader's, before the code began.
pub fn is_loaders(line: &str) -> bool {
    line.contains("GLIBC_") && line.contains("not found")
        || line.contains("error while loading shared libraries")
        || line.contains("exec format error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_11_every_text_has_its_cause() {
        for (texts, expected) in [
            (
                &["Runtime.InvalidEntrypoint", "fork/exec /var/task/bootstrap: exec format error"][..],
                OTHER_PROCESSOR,
            ),
            (
                &["Runtime.InvalidEntrypoint", "fork/exec /var/task/bootstrap: permission denied"],
                NOT_EXECUTABLE,
            ),
            (
                &["Runtime.InvalidEntrypoint", "fork/exec /var/task/bootstrap: no such file or directory"],
                NOT_FOUND,
            ),
            (
                &[
                    "Runtime.InvalidEntrypoint",
                    "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
                ],
                NOT_FOUND,
            ),
            (&["Runtime.InvalidEntrypoint"], NO_ENTRYPOINT),
            (
                &[
                    "Runtime.ExitError",
                    "Runtime exited with error: exit status 1",
                    "/var/task/bootstrap: /lib64/libc.so.6: version `GLIBC_2.38' not found (required by /var/task/bootstrap)",
                ],
                C_LIBRARY,
            ),
            (&["Runtime.ExitError", "Runtime exited with error: exit status 101"], ENDED),
            (&["Runtime.ExitError", "Runtime exited with error: signal: killed"], MEMORY),
            (&["Runtime.OutOfMemory"], MEMORY),
            (&["error while loading shared libraries: libfoo.so.1: cannot open shared object file"], LIBRARY),
            (&["/var/task/node_modules/sharp/build/sharp.node: invalid ELF header"], NATIVE_MODULE),
            (&["InvalidZipFileException: Lambda could not unzip the file"], ZIP),
            (&["Task timed out after 20.02 seconds"], TIME),
            (&["Runtime exited without providing a reason"], ENDED),
        ] {
            assert_eq!(explain(texts), Some(expected), "{texts:?}");
        }
        assert_eq!(explain(&["Function.Unknown", "something new"]), None);
    }

    #[test]
    fn what_the_loader_says_is_known_from_what_the_function_says() {
        assert!(is_loaders("/var/task/bootstrap: /lib64/libm.so.6: version `GLIBC_2.38' not found"));
        assert!(is_loaders(
            "bootstrap: error while loading shared libraries: libfoo.so.1: cannot open shared object file"
        ));
        assert!(!is_loaders("original_not_found"));
        assert!(!is_loaders("built against GLIBC_2.34"));
    }
}
