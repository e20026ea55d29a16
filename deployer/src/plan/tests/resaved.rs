//! Documents that somebody saved anew, saying the same in another order: `detach` takes our part out all the same.

use regex_lite::Regex;

use super::plan;
use super::world::{DISTRIBUTION, WEBSITE, carry_out, documents, used};
use crate::observe::Observed;
use crate::plan::detach::detach;
use imgdeploy_world::Fact;

/// A bucket in use, attached.
fn attached() -> Observed {
    let mut world = used();
    let first = plan(&world, &[("distribution", DISTRIBUTION)]);
    carry_out(&mut world, &first, usize::MAX);
    world
}

/// What a console makes of it: fields in another order, no comments, no white space.
fn website(text: &str) -> String {
    let swap = Regex::new(r"(?s)(<Condition>.*?</Condition>)(\s*)(<Redirect>.*?</Redirect>)").unwrap();
    let fields = Regex::new(r"(?s)(<Protocol>[^<]*</Protocol>)(\s*)(<HostName>[^<]*</HostName>)").unwrap();
    let spaces = Regex::new(r">\s+<").unwrap();
    let text = spaces.replace_all(text, "><").into_owned();
    fields.replace_all(&swap.replace_all(&text, "$3$2$1"), "$3$2$1").into_owned()
}

fn distribution(text: &str) -> String {
    let swap = Regex::new(r"(<PathPattern>[^<]*</PathPattern>)(<TargetOriginId>[^<]*</TargetOriginId>)");
    let text = swap.unwrap().replace_all(text, "$2$1");
    text.replace("<Method>HEAD</Method><Method>GET</Method>", "<Method>GET</Method><Method>HEAD</Method>")
}

#[test]
fn in_another_order_they_are_put_back_as_before() {
    let start = used();
    let mut world = attached();
    let before = documents(&world);
    world.website = Fact::Known(website(world.website.known().unwrap()));
    let policy: serde_json::Value = serde_json::from_str(world.policy.known().unwrap()).unwrap();
    world.policy = Fact::Known(policy.to_string());
    let Some(Fact::Known(document)) = world.edge.as_mut().map(|edge| &mut edge.document) else { panic!() };
    document.xml = distribution(&document.xml);
    let saved = documents(&world);
    assert!(before.iter().zip(&saved).filter(|(a, b)| a != b).count() >= 3, "{saved:?}");
    // The world's guard lets every step of it pass.
    let back = detach(&world, "resized/", Vec::new());
    assert!(back.refusals.is_empty());
    carry_out(&mut world, &back, usize::MAX);
    assert_eq!(documents(&world), documents(&start));
    assert!(detach(&world, "resized/", Vec::new()).is_empty());
}

#[test]
fn with_an_element_more_that_says_nothing_our_part_alone_is_taken_out() {
    let mut world = attached();
    let saved =
        world.website.known().unwrap().replace("</WebsiteConfiguration>", "<X/></WebsiteConfiguration>");
    world.website = Fact::Known(saved);
    let back = detach(&world, "resized/", Vec::new());
    carry_out(&mut world, &back, usize::MAX);
    let expected = WEBSITE.replace("</WebsiteConfiguration>", "<X/></WebsiteConfiguration>");
    assert_eq!(world.website, Fact::Known(expected));
}
