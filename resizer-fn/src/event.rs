//! API Gateway REST proxy event -> what is asked. Pure.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The name of both the path parameter (`/resize/{key+}`) and the query parameter (`?key=`).
const KEY: &str = "key";

/// What the caller asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// GET or HEAD.
    pub method: Method,
    /// The derived key asked for, decoded.
    pub key: String,
    /// The key as it arrived in the path form, percent-encoded.
    pub encoded: Option<String>,
    /// What stands behind a `?` in the path form, as far as it can be told: most likely there to ward off
    /// caches, but perhaps the rest of a key that was cut (S3-13).
    pub query: Option<String>,
}

/// The methods that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The answer has a body.
    Get,
    /// The same work, but the answer has no body.
    Head,
}

/// Which of the API's routes an event came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/resize`: the image is stored and redirected to.
    Resize,
    /// `/image`: the answer is the image.
    Image,
}

/// The route, by the template of its path (`/image/{key+}`), which a viewer can't choose.
pub fn route(event: &Value) -> Route {
    match event.get("resource").and_then(Value::as_str) {
        Some("/image" | "/image/{key+}") => Route::Image,
        _ => Route::Resize,
    }
}

/// The parameters of a query, decoded by API Gateway, if there is no key in the path.
///
/// # Errors
/// [`EventError::Method`], [`EventError::NotProxy`], and [`EventError::Repeated`] for a name that is there twice.
pub fn query(event: &Value) -> Result<Option<BTreeMap<String, String>>, EventError> {
    let event = read(event)?;
    if event.path_parameters.is_some_and(|path| path.get(KEY).is_some_and(Option::is_some)) {
        return Ok(None);
    }
    let all = event.multi_value_query_string_parameters.unwrap_or_default();
    if let Some((name, _)) = all.iter().find(|(_, values)| values.as_ref().is_some_and(|v| v.len() > 1)) {
        return Err(EventError::Repeated(name.clone()));
    }
    let mut query: BTreeMap<String, String> = all
        .into_iter()
        .map(|(name, values)| (name, values.and_then(|mut values| values.pop()).unwrap_or_default()))
        .collect();
    let single = event.query_string_parameters.unwrap_or_default();
    query.extend(single.into_iter().map(|(name, value)| (name, value.unwrap_or_default())));
    Ok(Some(query))
}

/// Why an event asks for nothing that can be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// Not what a REST API sends.
    #[error(
        "the function was not called by an API Gateway REST API proxy integration ({0}); call it \
         through the API"
    )]
    NotProxy(String),
    /// Neither GET nor HEAD.
    #[error("method {0} is not served; use GET or HEAD")]
    Method(String),
    /// Neither form of the key is there.
    #[error("no key was given; ask for /resize/{{key}} or /resize?key={{key}}")]
    NoKey,
    /// The query has more than the key: a `&` or `;` in the key itself has split it (S3-13).
    #[error(
        "the query has `{0}` beside `key`, so the key was split at a `&`; encode it as %26, or ask \
         for /resize/{{key}}"
    )]
    Split(String),
    /// The query behind a path is the rest of the key: somebody wrote its `?` into the URL as it is (S3-13).
    #[error(
        "the key was cut at its `?`, behind which stands {0:?}; a redirect cannot carry a `?`: rename the \
         original, or ask for /resize/{{key}} with %3F for it"
    )]
    Cut(String),
    /// The key is given twice.
    #[error("the query has `key` more than once; ask for one key at a time")]
    Twice,
    /// Another parameter is given twice.
    #[error("the query has `{0}` more than once; give it once")]
    Repeated(String),
    /// A `%` that does not begin an encoded byte.
    #[error("the path has a `%` that is not followed by two hexadecimal digits; write %25 for a `%`")]
    Encoding,
    /// The decoded bytes are no text.
    #[error("the path is not UTF-8 after decoding; encode the key as UTF-8")]
    NotUtf8,
}

/// The fields read of an event. API Gateway sends `null` for an empty map, and tests of the
/// console leave maps out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProxyEvent {
    http_method: String,
    #[serde(default)]
    path_parameters: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    query_string_parameters: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    multi_value_query_string_parameters: Option<BTreeMap<String, Option<Vec<String>>>>,
}

/// Whether the event is a HEAD request, whatever else is wrong with it: then even an error is
/// answered without a body.
pub fn is_head(event: &Value) -> bool {
    event.get("httpMethod").and_then(Value::as_str) == Some("HEAD")
}

/// Reads an event.
///
/// In the path form the key arrives still percent-encoded and is decoded exactly once; in the
/// query form API Gateway has decoded it already (S3-13).
///
/// # Errors
/// See [`EventError`]; [`EventError::Method`] is for 405, the others for 400.
pub fn parse(event: &Value) -> Result<Request, EventError> {
    let event = read(event)?;
    let method = if event.http_method == "HEAD" { Method::Head } else { Method::Get };
    let in_path = event.path_parameters.and_then(|mut path| path.remove(KEY)).flatten();
    let query = event.query_string_parameters.unwrap_or_default();
    let all_values = event.multi_value_query_string_parameters.unwrap_or_default();
    let Some(encoded) = in_path else {
        return Ok(Request { method, key: from_query(query, all_values)?, encoded: None, query: None });
    };
    let key = decode(&encoded)?;
    let query = written(query, all_values);
    match query {
        Some(query) if is_rest_of(&key, &query) => Err(EventError::Cut(query)),
        query => Ok(Request { method, key, encoded: Some(encoded), query }),
    }
}

/// An event of a method that is served.
fn read(event: &Value) -> Result<ProxyEvent, EventError> {
    let event = ProxyEvent::deserialize(event).map_err(|error| EventError::NotProxy(error.to_string()))?;
    match event.http_method.as_str() {
        "GET" | "HEAD" => Ok(event),
        other => Err(EventError::Method(other.to_owned())),
    }
}

/// A query as it may have been written; the order of its parameters is lost.
fn written(
    query: BTreeMap<String, Option<String>>,
    all_values: BTreeMap<String, Option<Vec<String>>>,
) -> Option<String> {
    let single = query.into_iter().map(|(name, value)| (name, value.into_iter().collect::<Vec<_>>()));
    let mut parameters: BTreeMap<String, Vec<String>> = single.collect();
    parameters.extend(all_values.into_iter().map(|(name, values)| (name, values.unwrap_or_default())));
    let pairs: Vec<String> = parameters
        .into_iter()
        .flat_map(|(name, values)| {
            let values = if values.is_empty() { vec![String::new()] } else { values };
            values.into_iter().map(move |value| match value.as_str() {
                "" => name.clone(),
                value => format!("{name}={value}"),
            })
        })
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// Endings of images' names: what follows a `?` in such a name has one.
const ENDINGS: [&str; 8] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff"];

/// Whether a query can't be there to ward off caches, as `v=2`, `1700000000` and `5f3e2a` are.
fn is_rest_of(key: &str, query: &str) -> bool {
    let query = query.to_ascii_lowercase();
    let is_name = |pair: &str| ENDINGS.iter().any(|ending| pair.ends_with(ending));
    let complete = key.rsplit('/').next().is_some_and(|name| name.contains('.'));
    query.contains('/') || query.split('&').any(is_name) || (!complete && !query.contains('='))
}

fn decode(encoded: &str) -> Result<String, EventError> {
    let escapes_are_whole = encoded.split('%').skip(1).all(
        |after| matches!(after.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
    );
    if !escapes_are_whole {
        return Err(EventError::Encoding);
    }
    let decoded = percent_decode_str(encoded).decode_utf8().map_err(|_| EventError::NotUtf8)?;
    Ok(decoded.into_owned())
}

fn from_query(
    query: BTreeMap<String, Option<String>>,
    all_values: BTreeMap<String, Option<Vec<String>>>,
) -> Result<String, EventError> {
    if let Some(other) = query.keys().chain(all_values.keys()).find(|name| *name != KEY) {
        return Err(EventError::Split(other.clone()));
    }
    let mut values = all_values.into_values().flatten().flatten();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(EventError::Twice);
    }
    query.into_values().flatten().next().or(first).ok_or(EventError::NoKey)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn get(key: &str) -> Result<Request, EventError> {
        Ok(Request { method: Method::Get, key: key.to_owned(), encoded: None, query: None })
    }

    /// What is asked, without the key's way of arriving.
    fn parse(event: &Value) -> Result<Request, EventError> {
        super::parse(event).map(|request| Request { encoded: None, ..request })
    }

    fn in_path(key: &str) -> Result<Request, EventError> {
        parse(&json!({ "httpMethod": "GET", "pathParameters": { "key": key } }))
    }

    #[test]
    fn stored_events() {
        let stored = |text: &str| parse(&serde_json::from_str(text).unwrap());
        let path = include_str!("../tests/events/rest-path.json");
        assert_eq!(stored(path), get("resized/300x200/pics/Größe & Maß (1)+2.JPG"));
        let query = include_str!("../tests/events/rest-query.json");
        assert_eq!(stored(query), get("resized/300x/pics/a b.jpg"));
        let split = include_str!("../tests/events/rest-query-split.json");
        assert_eq!(stored(split), Err(EventError::Split("Jerry.jpg".to_owned())));
        let head = include_str!("../tests/events/rest-head.json");
        assert_eq!(
            stored(head),
            Ok(Request {
                method: Method::Head,
                key: "resized/x100/a.png".to_owned(),
                encoded: None,
                query: None
            })
        );
        assert!(is_head(&serde_json::from_str(head).unwrap()));
        // An HTTP API has the method elsewhere.
        let http = include_str!("../tests/events/http-api.json");
        assert!(matches!(stored(http), Err(EventError::NotProxy(_))));
    }

    #[test]
    fn the_path_is_decoded_exactly_once() {
        assert_eq!(in_path("a%2520b"), get("a%20b"));
        let arrived = super::parse(&json!({ "httpMethod": "GET", "pathParameters": { "key": "a%20b" } }));
        assert_eq!(arrived.unwrap().encoded.as_deref(), Some("a%20b"));
        assert_eq!(in_path("a+b%2Bc"), get("a+b+c"));
        assert_eq!(in_path("100%25"), get("100%"));
        for bad in ["100%", "100%2", "%zz", "%2\u{e9}x"] {
            assert_eq!(in_path(bad), Err(EventError::Encoding), "{bad}");
        }
        assert_eq!(in_path("%FF"), Err(EventError::NotUtf8));
    }

    #[test]
    fn the_path_form_goes_without_its_query_unless_that_is_the_rest_of_the_key() {
        let asked = |key: &str, query: Value| {
            parse(&json!({
                "httpMethod": "GET",
                "pathParameters": { "key": key },
                "queryStringParameters": query,
            }))
        };
        let ignored = |key: &str, query: &str| {
            Ok(Request {
                method: Method::Get,
                key: key.to_owned(),
                encoded: None,
                query: Some(query.to_owned()),
            })
        };
        assert_eq!(asked("a", json!({ "v": "2", "key": "b" })), ignored("a", "key=b&v=2"));
        assert_eq!(asked("a.jpg", json!({ "1700000000": "" })), ignored("a.jpg", "1700000000"));
        assert_eq!(asked("a.jpg", json!({ "5f3e2a": "" })), ignored("a.jpg", "5f3e2a"));
        assert_eq!(asked("a", json!({})), get("a"));
        let cut = |query: &str| Err(EventError::Cut(query.to_owned()));
        assert_eq!(asked("a", json!({ "b.jpg": "" })), cut("b.jpg"));
        assert_eq!(asked("a.jpg", json!({ "w": "1", "b.PNG": "" })), cut("b.PNG&w=1"));
        assert_eq!(asked("a.jpg", json!({ "w": "1.jpg" })), cut("w=1.jpg"));
        assert_eq!(asked("a.b/c", json!({ "d": null })), cut("d"));
        assert_eq!(asked("a.jpg", json!({ "b/c": "" })), cut("b/c"));
    }

    #[test]
    fn the_query_is_not_decoded_again() {
        let event = json!({ "httpMethod": "GET", "queryStringParameters": { "key": "a%20b+c" } });
        assert_eq!(parse(&event), get("a%20b+c"));
    }

    #[test]
    fn keys_given_twice_or_not_at_all() {
        let query = |single: Value, all: Value| {
            parse(&json!({
                "httpMethod": "GET",
                "queryStringParameters": single,
                "multiValueQueryStringParameters": all,
            }))
        };
        assert_eq!(query(json!({"key": "b"}), json!({"key": ["a", "b"]})), Err(EventError::Twice));
        assert_eq!(query(json!({"key": "a"}), json!({"key": ["a"]})), get("a"));
        assert_eq!(query(Value::Null, json!({"key": ["a"]})), get("a"));
        assert_eq!(query(Value::Null, Value::Null), Err(EventError::NoKey));
        assert_eq!(query(json!({}), json!({})), Err(EventError::NoKey));
        assert_eq!(query(json!({"key": null}), Value::Null), Err(EventError::NoKey));
    }

    #[test]
    fn routes_are_told_by_their_template() {
        for (resource, expected) in [
            (json!("/image"), Route::Image),
            (json!("/image/{key+}"), Route::Image),
            (json!("/resize"), Route::Resize),
            (json!("/resize/{key+}"), Route::Resize),
            (json!(null), Route::Resize),
        ] {
            assert_eq!(route(&json!({ "resource": resource, "path": "/image/x" })), expected);
        }
    }

    #[test]
    fn queries_have_each_name_once() {
        let asked = |single: Value, all: Value| {
            query(&json!({
                "httpMethod": "GET",
                "queryStringParameters": single,
                "multiValueQueryStringParameters": all,
            }))
        };
        let both = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]);
        assert_eq!(asked(json!({"a": "1", "b": null}), Value::Null), Ok(Some(both.clone())));
        assert_eq!(asked(Value::Null, json!({"a": ["1"], "b": []})), Ok(Some(both)));
        let twice = asked(json!({"a": "2"}), json!({"a": ["1", "2"]}));
        assert_eq!(twice, Err(EventError::Repeated("a".to_owned())));
        assert_eq!(query(&json!({ "httpMethod": "GET", "pathParameters": { "key": "a" } })), Ok(None));
        assert_eq!(query(&json!({ "httpMethod": "PUT" })), Err(EventError::Method("PUT".to_owned())));
    }

    #[test]
    fn other_methods_and_other_events() {
        let post = json!({ "httpMethod": "POST", "pathParameters": { "key": "a" } });
        assert_eq!(parse(&post), Err(EventError::Method("POST".to_owned())));
        for other in [json!({}), json!([]), json!(null), json!("x"), json!({ "httpMethod": 1 })] {
            assert!(matches!(parse(&other), Err(EventError::NotProxy(_))), "{other}");
            assert!(!is_head(&other));
        }
    }
}
