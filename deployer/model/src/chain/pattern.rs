//! Wildcards: `*` is any run of characters (also none), `?` is exactly one.
//!
//! CloudFront path patterns (CF-11), IAM resources and actions, and `StringLike` use the same two.

/// Whether the whole `text` fits the pattern; case counts.
///
/// Linear in practice and never worse than `pattern × text`: it goes back to the last `*` only.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star + 1;
                    t = from + 1;
                    retry = Some((star, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// As [`matches()`], without regard to ASCII case (IAM actions).
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// Whether a CloudFront path pattern fits the path: case counts, a leading `/` is optional in the pattern, the query plays no part (CF-11).
pub fn path_matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
    let path = path.strip_prefix('/').unwrap_or(path);
    matches(pattern, path)
}

/// Whether an invalidation path covers a cached path (with its query, if it has one): `*` counts as a wildcard in last place only (CF-16).
pub fn invalidates(pattern: &str, target: &str) -> bool {
    let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
    let target = target.strip_prefix('/').unwrap_or(target);
    match pattern.strip_suffix('*') {
        Some(prefix) => target.starts_with(prefix),
        None => pattern == target,
    }
}
