//! Request headers that decide on the answer: `Accept`, `If-None-Match` (RFC 9110). Pure.

use serde_json::Value;

/// The value of a header, whatever the case of its name; several are joined as one list (RFC 9110, 5.3).
pub fn header(event: &Value, name: &str) -> Option<String> {
    let named = |(field, value): (&String, &Value)| {
        field.eq_ignore_ascii_case(name).then(|| match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            value => value.as_str().unwrap_or_default().to_owned(),
        })
    };
    let map = |map: &str| event.get(map).and_then(Value::as_object);
    let find = |from: &str| map(from).and_then(|map| map.iter().find_map(named));
    find("multiValueHeaders").or_else(|| find("headers"))
}

/// Whether a media type is accepted by name. `image/*` and `*/*` do not count: every client sends them, also those that
/// can't show AVIF or WebP.
pub fn accepts(accept: &str, media_type: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
        named && !parts.any(is_weight_zero)
    })
}

/// `q=0`, `Q=0.000`: not acceptable. Anything that is no number is not taken for zero.
fn is_weight_zero(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => {
            value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
        }
        _ => false,
    }
}

/// Whether `If-None-Match` has this entity tag (given with its quotes). Compared weakly, as for GET and HEAD (RFC 9110,
/// 13.1.2): `W/` in front does not matter, which API Gateway and CDNs put there when they compress.
pub fn none_match_has(if_none_match: &str, etag: &str) -> bool {
    let tags = if_none_match.split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn headers_in_either_map_and_any_case() {
        let event = json!({ "headers": { "accept": "a", "If-None-Match": null }, "multiValueHeaders": null });
        assert_eq!(header(&event, "Accept").as_deref(), Some("a"));
        assert_eq!(header(&event, "if-none-match").as_deref(), Some(""));
        assert_eq!(header(&event, "x"), None);
        let event = json!({ "headers": { "Accept": "b" }, "multiValueHeaders": { "ACCEPT": ["a", "b"] } });
        assert_eq!(header(&event, "accept").as_deref(), Some("a, b"));
        assert_eq!(header(&json!(null), "accept"), None);
    }

    #[test]
    fn formats_are_accepted_by_name_only() {
        let browser = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
        assert!(accepts(browser, "image/avif") && accepts(browser, "image/webp"));
        for (accept, accepted) in [
            ("image/webp", true),
            ("IMAGE/WebP ; q=0.1", true),
            ("image/png, image/webp;level=1", true),
            ("image/webp;q=x", true),
            ("image/webp;q=0", false),
            ("image/webp; Q=0.000", false),
            ("image/webp;level=1;q=0", false),
            ("image/*", false),
            ("*/*", false),
            ("image/webpx", false),
            ("", false),
        ] {
            assert_eq!(accepts(accept, "image/webp"), accepted, "{accept}");
        }
    }

    #[test]
    fn entity_tags_are_compared_weakly() {
        for (list, has) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(none_match_has(list, "\"a\""), has, "{list}");
        }
    }
}
