//! Help texts that are not a doc comment.

use crate::settings::table::setting;

macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  done, or nothing to do
  1  unexpected error
  2  wrong usage or settings
  3  the plan has changes (--dry-run --exit-code); doctor: something is wrong;
     resize: some images failed; build: unusable zip
  4  refused: something would be lost, or was not approved
  5  AWS said no: credentials or permissions; doctor: nothing found, not all looked at
  6  stopped half-way: the message says what was done, and running it again goes on"
    };
}

/// The exit codes, below every help.
pub(super) const EXIT_CODES: &str = exit_codes!();

/// Below the help of `build`.
pub(super) const BUILD: &str = concat!(
    "\
What links, the first that is there:
  zig             cargo-zigbuild with zig or Python's ziglang; pins glibc 2.34, works on every system
  gcc             of a Linux machine with the processor that is built for
  gcc, cross      Debian's gcc-aarch64-linux-gnu
The latter two link against their own glibc: where that is too new, the check says so.

",
    exit_codes!()
);

/// Below the help of `resize`.
pub(super) const RESIZE: &str = concat!(
    "\
Where the result goes:
  resize SPEC IN OUT             this file; `-` is standard output
  resize SPEC IN... --out-dir D  D/name, with another extension where format(...) makes another format
  resize SPEC IN... D            the same, if D is a folder that is there
  resize SPEC IN                 beside IN, the spec in its name

",
    exit_codes!()
);

/// How settings are found, below the help of commands that take them.
pub(super) const SETTINGS: &str = "\
Settings: a flag wins over its IMGDEPLOY_* variable, that over the site in imgdeploy.yaml, that over
`defaults:` there. An empty variable counts as not set.";

/// The sentence of a setting, with its default.
pub(super) fn of(name: &str) -> String {
    setting(name).map(super::super::settings::table::Setting::help_with_default).unwrap_or_default()
}

/// The environment variable of a setting.
pub(super) fn env(name: &str) -> &'static str {
    setting(name).map_or("", |setting| setting.env)
}

/// [`SETTINGS`] and [`EXIT_CODES`].
pub(super) fn below() -> String {
    format!("{SETTINGS}\n\n{EXIT_CODES}")
}
