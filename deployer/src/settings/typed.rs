//! A YAML node becomes the text of a setting, if it has the setting's type.

use super::node::Node;
use super::problem::Fault;
use super::table::{Kind, Setting};
use super::value::{Dimension, FromText};

/// The text of a setting's value.
///
/// # Errors
/// The node has the wrong type, or the setting doesn't take it. With a number, the fault is that item's
/// of the list.
pub(super) fn text(setting: &Setting, node: &Node) -> Result<String, (Option<usize>, Fault)> {
    let whole = |fault: Fault| (None, fault);
    let wrong = |expected: &str| whole(Fault::new(format!("must be {expected}, not {}", node.what())));
    if *node == Node::Null {
        let fault = Fault::new("has no value").hint("give it one, or take the key out");
        return Err(whole(fault));
    }
    let text = match (setting.kind, node) {
        (Kind::Text { .. } | Kind::Word { .. } | Kind::Sizes, Node::Text(text)) => text.clone(),
        (Kind::Text { .. } | Kind::Word { .. }, Node::Whole(_) | Node::Float(_) | Node::Bool(_)) => {
            let (_, fault) = wrong("text");
            return Err(whole(fault.hint("put it in quotes")));
        }
        (Kind::Text { .. } | Kind::Word { .. }, _) => return Err(wrong("text")),
        (Kind::Whole { .. } | Kind::Number { .. }, Node::Whole(number)) => number.to_string(),
        (Kind::Whole { .. } | Kind::Number { .. }, Node::Text(text)) if setting.kind.check(text).is_ok() => {
            let (_, fault) = wrong("a number");
            return Err(whole(fault.hint("take the quotes away")));
        }
        (Kind::Whole { .. } | Kind::Number { .. }, _) => return Err(wrong("a whole number")),
        (Kind::Switch, Node::Bool(value)) => value.to_string(),
        (Kind::Switch, _) => return Err(wrong("`true` or `false`")),
        (Kind::Sizes, Node::List(items)) => sizes(items)?,
        (Kind::Sizes, _) => return Err(wrong("a list such as [300x200, 800x]")),
    };
    setting.kind.check(&text).map_err(whole)?;
    Ok(text)
}

fn sizes(items: &[Node]) -> Result<String, (Option<usize>, Fault)> {
    let mut words = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Node::Text(word) = item else {
            let fault =
                Fault::new(format!("must be a list of sizes such as `300x200`, and has {}", item.what()));
            return Err((Some(index), fault));
        };
        Dimension::from_text(word).map_err(|fault| (Some(index), fault))?;
        words.push(word.as_str());
    }
    Ok(words.join(","))
}
