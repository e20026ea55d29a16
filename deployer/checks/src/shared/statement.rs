//! Policy documents: what may stand alone or in a list.

use serde_json::Value;

/// The values of a field that has one value or a list of them, such as `Statement`, `Action` or `Principal.AWS`.
pub(crate) fn one_or_list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}
