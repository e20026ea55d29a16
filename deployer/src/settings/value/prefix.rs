//! The prefix of derived keys.

use super::{FromText, text_type};
use crate::settings::problem::Fault;

text_type! {
    /// Prefix of derived keys: empty, or folders that end with `/`.
    ///
    /// It stands unencoded in a routing rule, in a path pattern of CloudFront, in a policy's resource
    /// and in URLs, so it has only characters that mean themselves in all four.
    Prefix
}

/// See [`super::pattern`].
pub const PATTERN: &str = "^([A-Za-z0-9._~-]+/)*$";

/// Longest prefix in bytes: a key has 1,024, and a path pattern of CloudFront 255.
const MAX_LEN: usize = 200;

impl Prefix {
    /// Whether derived keys have no prefix: then every absent key of the site goes to the resizer.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromText for Prefix {
    fn from_text(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self(String::new()));
        }
        let trimmed = text.trim_matches('/');
        if text.starts_with('/') {
            let fault = Fault::new(format!("must not begin with `/`, as keys don't: `{text}`"));
            return Err(if trimmed.is_empty() {
                fault.hint("for no prefix at all, give it empty")
            } else {
                fault.hint(format!("write `{trimmed}/`"))
            });
        }
        let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '-' | '/');
        if let Some(bad) = text.chars().find(|c| !allowed(c)) {
            return Err(Fault::new(format!(
                "can't have '{bad}' in it: `{text}` stands in routing rules, path patterns, policies and URLs, where \
                 only A-Z, a-z, 0-9, `-`, `_`, `.`, `~` and `/` mean themselves"
            )));
        }
        if !text.ends_with('/') {
            return Err(Fault::new(format!("must end with `/` or be empty, not `{text}`"))
                .hint(format!("write `{text}/`")));
        }
        if text.contains("//") {
            return Err(Fault::new(format!("has an empty folder name in it (`//`): `{text}`")));
        }
        if text.split('/').any(|folder| matches!(folder, "." | "..")) {
            return Err(Fault::new(format!(
                "has a folder `.` or `..`, which clients take out of a URL: `{text}`"
            )));
        }
        if text.len() > MAX_LEN {
            return Err(Fault::new(format!("must have at most {MAX_LEN} characters, not {}", text.len())));
        }
        Ok(Self(text.to_owned()))
    }
}
