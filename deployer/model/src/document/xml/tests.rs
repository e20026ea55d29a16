#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::element::Layout;
use super::*;

fn rule(at: usize) -> Element {
    Element::node("R", vec![Element::leaf("K", at)])
}

fn take_out(mut text: String) -> String {
    loop {
        let document = parse(&text, "L").unwrap();
        let Some(own) = children(document.root_element(), "R").into_iter().next() else {
            break;
        };
        let next = without(&text, own);
        text = next;
    }
    text
}

proptest! {
    #[test]
    fn what_is_put_in_comes_out_without_trace(
        pieces in proptest::collection::vec("[ \n\t]{0,3}(<F/>|<!--c-->|<F a='>'>x</F >|t)?", 1..6),
        count in 1..3usize,
        place in 0..8usize,
    ) {
        let text = format!("<L>{}</L>", pieces.concat());
        let document = parse(&text, "L").unwrap();
        let elements: Vec<Element> = (0..count).map(rule).collect();
        let siblings = children(document.root_element(), "F");
        let mut splices = Splices::default();
        match siblings.get(place / 2 % siblings.len().max(1)) {
            Some(sibling) if place % 2 == 0 => insert_before(&mut splices, &text, *sibling, &elements),
            // Several at once are only ever put ahead; one is also put behind.
            Some(sibling) => insert_after(&mut splices, &text, *sibling, &elements[..1]),
            None => return Ok(()),
        }
        let with = splices.apply(&text);
        prop_assert_ne!(&with, &text);
        prop_assert_eq!(take_out(with), text);
    }
}

#[test]
fn empty_lists_are_filled_and_emptied() {
    for text in [
        "<L/>",
        "<L />",
        "<L a='/>'\n/>",
        "<L></L>",
        "<L ></L>",
        "<L></L >",
        "<L></L\t>",
        "<L></L\t\t>",
        "<L> <!--x-->\n</L>",
        "<p:L xmlns:p='u'/>",
        "<p:L xmlns:p='u'> </p:L>",
    ] {
        let document = parse(text, "L").unwrap();
        let mut splices = Splices::default();
        fill(&mut splices, text, document.root_element(), &[rule(1), rule(2)]);
        let filled = splices.apply(text);
        let document = parse(&filled, "L").unwrap();
        assert_eq!(children(document.root_element(), "R").len(), 2, "{filled}");
        let emptied = take_out(filled);
        let document = parse(&emptied, "L").unwrap();
        let mut splices = Splices::default();
        unfill(&mut splices, &emptied, document.root_element());
        assert_eq!(splices.apply(&emptied), text);
    }
}

#[test]
fn odd_end_tags_are_not_taken_for_marks() {
    for text in ["<L>x</L>", "<L>x</L >", "<L>x</L\t>", "<L>x</L\t\t>", "<L/>"] {
        let document = parse(text, "L").unwrap();
        let mut splices = Splices::default();
        protect(&mut splices, text, document.root_element());
        let kept = splices.apply(text);
        let document = parse(&kept, "L").unwrap();
        assert_eq!(before(&kept, document.root_element()), Before::Unknown);
        let mut splices = Splices::default();
        unprotect(&mut splices, &kept, document.root_element());
        assert_eq!(splices.apply(&kept), text);
    }
}

#[test]
fn elements_are_escaped_and_indented() {
    let element = Element::node("A", vec![Element::leaf("B", "<&>\"'"), Element::leaf("C", "")]);
    assert_eq!(
        element.render("p:", &Layout::COMPACT),
        "<p:A><p:B>&lt;&amp;&gt;&quot;&apos;</p:B><p:C></p:C></p:A>"
    );
    assert_eq!(
        element.render("", &Layout::of("\n\n  ", "\n")),
        "<A>\n    <B>&lt;&amp;&gt;&quot;&apos;</B>\n    <C></C>\n  </A>"
    );
}

#[test]
fn other_namespaces_are_not_ours_to_read() {
    let text = "<L xmlns='u' xmlns:o='v'><o:F>1</o:F><F>2</F></L>";
    let document = parse(text, "L").unwrap();
    assert_eq!(value_at(document.root_element(), &["F"]).as_deref(), Some("2"));
    assert!(matches!(parse("<X/>", "L"), Err(XmlError::Root { .. })));
    assert!(matches!(parse("<!DOCTYPE a [<!ENTITY x 'y'>]><L>&x;</L>", "L"), Err(XmlError::Syntax(_))));
}
