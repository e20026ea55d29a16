//! What a measurement will do, and why it may not. Pure.

use imgdeploy_model::command;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::mark::{Leftovers, Mark};
use super::recommend::Strategy;
use crate::approval::Proposal;
use crate::aws::AwsFailure;
use crate::function::observe::Seen;
use crate::price;
use imgdeploy_world::Fact;

/// What Lambda gives a function, in MB.
const MEMORY: std::ops::RangeInclusive<u32> = 128..=10_240;

/// Memory sizes in MB, each once, the smallest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes(pub Vec<u32>);

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |word: &str| {
            let size: u32 = word.trim().parse().map_err(|_| format!("`{word}` is no number of MB"))?;
            if MEMORY.contains(&size) {
                return Ok(size);
            }
            Err(format!("{size} MB: Lambda gives {} to {}", MEMORY.start(), MEMORY.end()))
        };
        let mut sizes = text.split(',').map(size).collect::<Result<Vec<u32>, String>>()?;
        sizes.sort_unstable();
        sizes.dedup();
        Ok(Self(sizes))
    }
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Memory sizes in MB.
    pub sizes: Vec<u32>,
    /// Calls with each size, beside the first.
    pub calls: u32,
    /// What is asked of each image.
    pub spec: String,
    /// Names and sizes of the images.
    pub images: Vec<Image>,
    /// What is worth knowing of how they were chosen.
    pub about_images: Option<String>,
    /// Whether the function is of a stack of this tool.
    pub ours: bool,
    /// By what the memory is chosen and set afterwards, if it is.
    pub apply: Option<Strategy>,
}

/// An image that is measured with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its key, or what it is called.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// The plan of a measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TunePlan {
    /// The function's name.
    pub function: String,
    /// Its region.
    pub region: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Memory of the unpublished state now, in MB.
    pub memory_mb: u32,
    /// The version that viewers reach, before, meanwhile and afterwards.
    pub live: String,
    /// Memory sizes in MB; each gets a temporary version.
    pub sizes: Vec<u32>,
    /// What is asked of each image.
    pub spec: String,
    /// The images, taken in turn.
    pub images: Vec<Image>,
    /// Calls in all.
    pub calls: u64,
    /// US dollars for them, if each took as long as it may.
    pub usd_at_most: f64,
    /// By what the memory is chosen and set afterwards; `null`: it stays.
    pub apply: Option<Strategy>,
    /// Worth knowing.
    pub notes: Vec<String>,
    /// Reasons against, each with what to do.
    pub refusals: Vec<(String, String)>,
    /// Reads that failed and that the plan can't do without.
    pub unseen: Vec<AwsFailure>,
}

impl Proposal for TunePlan {
    fn is_refused(&self) -> bool {
        !(self.refusals.is_empty() && self.unseen.is_empty())
    }
}

/// What is in the numbers and what is not.
pub const SCOPE: &str = "the image comes with the call and its answer goes back: the time in which S3 hands out the original and stores \
     the derived image is not measured; one look for a key that does not exist is";

/// The plan.
pub fn plan(seen: &Seen, region: &str, wanted: &Wanted) -> TunePlan {
    let latest = &seen.latest;
    let prices = price::lambda(region, &latest.architecture);
    // The check of the live version comes on top.
    let calls = (u64::from(wanted.calls) + 1) * wanted.sizes.len() as u64 + 1;
    let each = f64::from(wanted.calls) + 1.0;
    let longest_ms = f64::from(latest.timeout) * 1_000.0;
    let usd = |size: &u32| prices.usd(each, longest_ms, *size);
    let mut plan = TunePlan {
        function: latest.name.clone(),
        region: region.to_owned(),
        architecture: latest.architecture.clone(),
        memory_mb: latest.memory,
        live: seen.alias.known().map_or_else(|| "$LATEST".to_owned(), |alias| alias.version.clone()),
        sizes: wanted.sizes.clone(),
        spec: wanted.spec.clone(),
        images: wanted.images.clone(),
        calls,
        usd_at_most: wanted.sizes.iter().map(usd).sum(),
        apply: wanted.apply,
        notes: wanted.about_images.clone().into_iter().collect(),
        refusals: Vec::new(),
        unseen: Vec::new(),
    };
    plan.notes.push(SCOPE.to_owned());
    plan.notes.extend(price::stand_in("Lambda", region, prices.region));
    refuse(&mut plan, seen);
    other_code(&mut plan, seen, wanted);
    plan
}

fn refuse(plan: &mut TunePlan, seen: &Seen) {
    let latest = &seen.latest;
    let mut refuse = |text: String, hint: String| plan.refusals.push((text, hint));
    let runtime = latest.runtime.as_deref().unwrap_or("a container image");
    if !runtime.starts_with("provided") {
        refuse(
            format!(
                "the function runs {runtime}, so it is not this tool's, and cannot make an image from a call without storing it"
            ),
            "`imgdeploy update-code --function NAME` puts this tool's code there".to_owned(),
        );
    }
    match (&seen.alias, &seen.aliases, &seen.versions) {
        (Fact::Known(_), Fact::Known(aliases), Fact::Known(versions)) => {
            let left = Leftovers::of(latest, versions, aliases);
            if !left.is_empty() {
                refuse(
                    "an earlier run was cut off, or one is at work now".to_owned(),
                    format!(
                        "`{}` takes away what it made",
                        command!("imgdeploy tune --clean --function {}", latest.name)
                    ),
                );
            } else if !Mark::new(latest).fits() {
                refuse(
                    "the function's description is so long that there is no room for the mark by which a cut-off run is cleaned up"
                        .to_owned(),
                    "shorten the description to 180 characters or less".to_owned(),
                );
            }
        }
        (Fact::Absent, _, _) => refuse(
            "there is no alias that calls go through, so viewers would be served with each memory size in turn".to_owned(),
            "make an alias and let the callers use it, or name the one that they use with `--alias`".to_owned(),
        ),
        _ => {}
    }
    plan.unseen.extend(seen.alias.unknown().cloned());
    plan.unseen.extend(seen.aliases.unknown().cloned());
    plan.unseen.extend(seen.versions.unknown().cloned());
}

/// The unpublished state may have other code than viewers get.
fn other_code(plan: &mut TunePlan, seen: &Seen, wanted: &Wanted) {
    let Some(live) = seen.live() else { return };
    if live.code_sha256 == seen.latest.code_sha256 {
        return;
    }
    plan.notes
        .push(format!("measured is the unpublished code, which is not that of version {}", live.version));
    if wanted.apply.is_some() && !wanted.ours {
        plan.refusals.push((
            format!(
                "`--apply` would publish the unpublished code, which is not that of version {}",
                live.version
            ),
            "leave `--apply` out, or make that code live first with `imgdeploy update-code`".to_owned(),
        ));
    }
}

impl TunePlan {
    /// The steps in words.
    pub fn steps(&self) -> Vec<String> {
        let sizes = self.sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let mut steps = vec![
            format!("ask version {} for an image, to see that it is this tool's code", self.live),
            format!(
                "for each of {sizes} MB: set the memory of the unpublished state, publish it as a temporary version, call that"
            ),
            format!("set the memory back to {} MB and delete the temporary versions", self.memory_mb),
        ];
        steps.extend(self.apply.map(|strategy| {
            format!(
                "then set the memory that is recommended for {strategy}: that is shown and asked separately"
            )
        }));
        steps
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} kB)", self.name, self.bytes.div_ceil(1_000))
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
