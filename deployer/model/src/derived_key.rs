//! Whether a key looks like one that the function writes: `{prefix}{signature/|unsafe/}{spec|preset}/{original}`.
//!
//! The function's own grammar is stricter. Here only the shape counts: what `attach` takes for a foreign object under the
//! prefix, and what `detach` looks at more closely.

/// Whether `key` has the shape of a derived one. `is_preset` knows the names of presets.
pub fn looks_derived(key: &str, prefix: &str, is_preset: impl Fn(&str) -> bool) -> bool {
    let Some(rest) = key.strip_prefix(prefix) else { return false };
    let (marked, path) = take_mark(rest);
    if let (false, Some(("direct", name))) = (marked, path.split_once('/')) {
        return !name.is_empty() && !name.contains('/');
    }
    let Some((first, original)) = path.split_once('/') else { return false };
    if is_preset(first) {
        return !original.is_empty();
    }
    // Without prefix and mark, only what has a size is derived: `top/a.jpg` is a file in a folder.
    spec(path).is_some_and(|sized| sized || marked || !prefix.is_empty())
}

/// Takes a signature or `unsafe` off what follows the prefix: whether there was one, and everything behind its slash.
pub fn take_mark(path: &str) -> (bool, &str) {
    match path.split_once('/') {
        Some((first, rest)) if first == "unsafe" || is_signature(first) => (true, rest),
        _ => (false, path),
    }
}

/// 28 characters of URL-safe base64.
fn is_signature(segment: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    segment.len() == 28 && segment.strip_suffix('=').is_some_and(|digits| digits.bytes().all(plain))
}

/// Whether the path begins with a spec that something follows, and whether that has a size.
fn spec(path: &str) -> Option<bool> {
    let mut rest = path;
    let (mut parts, mut sized) = (0, false);
    loop {
        let (part, next) = match rest.strip_prefix("filters:") {
            // Arguments may have slashes: the last parenthesis before one ends it.
            Some(filters) => {
                let end = filters.find(")/")?;
                (Part::Other, filters.get(end + 2..)?)
            }
            None => match rest.split_once('/') {
                Some((segment, next)) => match kind(segment) {
                    Some(part) => (part, next),
                    None => break,
                },
                None => break,
            },
        };
        parts += 1;
        sized |= matches!(part, Part::Size);
        rest = next;
    }
    (parts > 0 && !rest.is_empty()).then_some(sized)
}

enum Part {
    Size,
    Other,
}

fn kind(segment: &str) -> Option<Part> {
    let side = |text: &str| {
        let text = text.strip_prefix('-').unwrap_or(text);
        text == "orig" || (text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_size =
        |text: &str| text.len() > 1 && text.split_once('x').is_some_and(|(w, h)| side(w) && side(h));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let corner = |text: &str| text.split_once('x').is_some_and(|(x, y)| number(x) && number(y));
    match segment {
        "fit-in"
        | "adaptive-fit-in"
        | "full-fit-in"
        | "adaptive-full-fit-in"
        | "left"
        | "center"
        | "right"
        | "top"
        | "middle"
        | "bottom"
        | "smart"
        | "trim" => Some(Part::Other),
        _ if is_size(segment) => Some(Part::Size),
        _ if segment.starts_with("trim:") => Some(Part::Other),
        _ if segment.split_once(':').is_some_and(|(from, to)| corner(from) && corner(to)) => {
            Some(Part::Other)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_are_recognised_by_their_shape() {
        for (key, derived) in [
            ("resized/300x200/a.jpg", true),
            ("resized/300x/pics/a.jpg", true),
            ("resized/x200/a", true),
            ("resized/300x0/a.jpg", true),
            ("resized/-300xorig/a.jpg", true),
            ("resized/fit-in/300x200/smart/a.jpg", true),
            ("resized/smart/a.jpg", true),
            ("resized/trim:bottom-right:20/1x2:0.3x40/300x/left/top/a.jpg", true),
            ("resized/300x/filters:quality(80):watermark(a/b.png,0,0,0)/pics/a.jpg", true),
            ("resized/filters:grayscale()/a.jpg", true),
            ("resized/6SUOzOlrBMV5lOr90SbsCMFJ3q0=/fit-in/30x20/pics/a.jpg", true),
            ("resized/6SUOzOlrBMV5lOr90SbsCMFJ3q0=/thumb/pics/a.jpg", true),
            ("resized/unsafe/30x20/a.jpg", true),
            ("resized/thumb/a.jpg", true),
            ("resized/direct/0123456789abcdef0123456789abcdef.png", true),
            ("resized/direct/a/b.png", false),
            ("resized/thumb/", false),
            ("resized/other/a.jpg", false),
            ("resized/unsafe/a.jpg", false),
            ("resized/filters:grayscale(/a.jpg", false),
            ("resized/x/a", false),
            ("resized/300x200/", false),
            ("resized/smart", false),
            ("resized/logo.png", false),
            ("resized/old/300x200/a.jpg", false),
            ("other/300x200/a.jpg", false),
        ] {
            assert_eq!(looks_derived(key, "resized/", |name| name == "thumb"), derived, "{key}");
        }
        for (key, derived) in [
            ("300x200/a.jpg", true),
            ("fit-in/300x200/a.jpg", true),
            ("unsafe/smart/a.jpg", true),
            ("top/a.jpg", false),
            ("smart/a.jpg", false),
            ("pics/a.jpg", false),
        ] {
            assert_eq!(looks_derived(key, "", |_| false), derived, "{key}");
        }
    }
}
