//! YAML as a tree, and the place of each of its nodes.
//!
//! `serde_yaml` gives no marks to those who deserialise, but it does put the place into each error
//! that a visitor returns. [`locate`] uses that: it reads the text once more and fails on purpose at
//! the wanted node. So the places are the deserialiser's own, also behind an alias, and no second
//! YAML parser has to agree with the first. It costs one more parse per place asked for, which is
//! small: places are needed for problems, and for the values of one site.

use super::problem::Position;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// One YAML node. Mappings keep their order and doubled keys, so that both can be spoken of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Whole(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// What it is, for a sentence: "a number", "a list".
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Null => "nothing".into(),
            Self::Bool(value) => format!("the truth value `{value}`"),
            Self::Whole(value) => format!("the number {value}"),
            Self::Float(value) => format!("the number {value:?}"),
            Self::Text(value) => format!("the text \"{value}\""),
            Self::List(_) => "a list".into(),
            Self::Map(_) => "a mapping".into(),
        }
    }
}

/// One step from a node to one inside it, by number (a key may be there twice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The key of the nth entry of a mapping.
    Key(usize),
    /// The value of the nth entry of a mapping.
    Value(usize),
    /// The nth item of a list.
    Item(usize),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Build)
    }
}

struct Build;

impl<'de> Visitor<'de> for Build {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Whole(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Whole(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Whole(value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        // No setting is near that: the nearest that can be held is refused just as well.
        Ok(Node::Whole(value.try_into().unwrap_or(i128::MAX)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Node, A::Error> {
        Err(A::Error::custom("tags that begin with `!` have no meaning here"))
    }
}

/// Where the node at the end of `path` begins, or `None` if there is no such node.
pub(crate) fn locate(text: &str, path: &[Step]) -> Option<Position> {
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let error = Locate { path }.deserialize(deserializer).err()?;
    position(&error)
}

/// The place that `serde_yaml` gives for an error.
pub(crate) fn position(error: &serde_yaml::Error) -> Option<Position> {
    error.location().map(|at| Position { line: at.line().max(1), column: at.column().max(1) })
}

struct Locate<'p> {
    path: &'p [Step],
}

impl<'de> DeserializeSeed<'de> for Locate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.path.split_first() {
            Some((step, rest)) => deserializer.deserialize_any(Walk { step: *step, rest }),
            None => deserializer.deserialize_any(Here),
        }
    }
}

/// Refuses every kind of node: none of the visitor's methods is defined.
struct Here;

impl Visitor<'_> for Here {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the wanted node")
    }
}

struct Walk<'p> {
    step: Step,
    rest: &'p [Step],
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node that holds the wanted one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Step::Item(wanted) = self.step {
            for _ in 0..wanted {
                seq.next_element::<IgnoredAny>()?;
            }
            seq.next_element_seed(Locate { path: self.rest })?;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Step::Key(wanted) | Step::Value(wanted) = self.step {
            for _ in 0..wanted {
                map.next_entry::<IgnoredAny, IgnoredAny>()?;
            }
            if matches!(self.step, Step::Key(_)) {
                map.next_key_seed(Locate { path: self.rest })?;
            } else if map.next_key::<IgnoredAny>()?.is_some() {
                map.next_value_seed(Locate { path: self.rest })?;
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "\
# a comment
version: 1
sites:
  shop: &shop
    bucket: 'b'   # quoted
    list: [300x200, \"800x\"]
    bucket: c
  ümlaut: {bucket: d, empty: }
  again: *shop
";

    #[test]
    fn every_node_is_found_where_it_is() {
        use Step::{Item, Key, Value};
        for (path, place) in [
            (vec![], Some((2, 1))),
            (vec![Key(0)], Some((2, 1))),
            (vec![Value(0)], Some((2, 10))),
            (vec![Value(1), Key(0)], Some((4, 3))),
            (vec![Value(1), Value(0), Value(0)], Some((5, 13))),
            (vec![Value(1), Value(0), Value(1), Item(0)], Some((6, 12))),
            (vec![Value(1), Value(0), Value(1), Item(1)], Some((6, 21))),
            (vec![Value(1), Value(0), Key(2)], Some((7, 5))),
            (vec![Value(1), Value(1), Value(0)], Some((8, 20))),
            (vec![Value(1), Value(1), Key(1)], Some((8, 23))),
            // Behind an alias: where the value really stands.
            (vec![Value(1), Value(2), Value(0)], Some((5, 13))),
            (vec![Value(7)], None),
            // Into something that holds nothing: the thing itself.
            (vec![Value(0), Item(0)], Some((2, 10))),
        ] {
            let found = locate(TEXT, &path).map(|at| (at.line, at.column));
            assert_eq!(found, place, "{path:?}");
        }
    }

    #[test]
    fn doubled_keys_are_kept() {
        let Node::Map(entries) = serde_yaml::from_str("a: 1\na: 2").unwrap() else { panic!("not a mapping") };
        assert_eq!(entries.len(), 2);
    }
}
