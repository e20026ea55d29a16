//! The configuration of a distribution: our origin and our cache behaviour in and out (CF-01 to CF-13).
//!
//! Our origin is known by its id; our behaviour by its path pattern, which the journal has noted when we added it. All else
//! keeps its bytes and its order, fields unknown to this program included; only the counters of the two lists change.
//!
//! Our behaviour goes before the first one that would also take derived images and is not narrower than ours (CF-11).
//! A narrower one (`resized/special/*`) that stands ahead is left its images.

mod elements;
mod lists;
mod notes;
mod view;

pub use notes::EdgeNote;
pub(crate) use view::is_our_pattern;

use super::Stripped;
use super::glob::path_pattern;
use super::xml::{self, Splices, XmlError};
use view::{Behaviour, Config, same_pattern};

/// The most cache behaviours besides the default one (CF-12).
pub const MAX_BEHAVIOURS: usize = 75;
/// The most origins (CF-12).
pub const MAX_ORIGINS: usize = 100;

/// What is ours in a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurEdge {
    /// The paths of derived images, `resized/*`.
    pub path_pattern: String,
    /// Id of the origin that we add if there is none to use, `imgdeploy-website-{bucket}`.
    pub origin_id: String,
    /// The bucket's website host, as documented for its region (S3-01).
    pub website_domain: String,
    /// All spellings of that host; an origin with any of them is this bucket's website.
    pub website_domain_forms: Vec<String>,
    /// How long CloudFront may keep an image at most, in seconds: 31536000. What it does keep is for the object's own
    /// `Cache-Control` to say (CF-04).
    pub max_ttl: u64,
    /// Patterns of behaviours that the journal says we added.
    pub owned_patterns: Vec<String>,
}

/// Why a distribution can't be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DistributionError {
    /// Not XML, or not the configuration of a distribution.
    #[error("can't read the distribution's configuration: {0}")]
    Xml(#[from] XmlError),
    /// Not shaped as CloudFront gives it, so that editing it would be guessing.
    #[error("the distribution's configuration is not shaped as expected: {0}")]
    Shape(String),
    /// A multi-tenant distribution, which takes no TTLs of its own (CF-15).
    #[error(
        "this is a multi-tenant distribution (ConnectionMode tenant-only), which takes no cache times in its behaviours; \
             use a standard one"
    )]
    MultiTenant,
    /// Somebody else's behaviour has our pattern.
    #[error(
        "the distribution already has a behaviour for \"{pattern}\", sent to origin \"{target_origin}\", that is not ours. \
             Remove it, or choose another prefix for derived images"
    )]
    PatternTaken {
        /// The pattern as it stands there.
        pattern: String,
        /// Where it sends to.
        target_origin: String,
    },
    /// No room for our behaviour (CF-12).
    #[error("the distribution has {foreign} cache behaviours; CloudFront takes at most {MAX_BEHAVIOURS}")]
    TooManyBehaviours {
        /// Behaviours of others.
        foreign: usize,
    },
    /// No room for our origin (CF-12).
    #[error("the distribution has {foreign} origins; CloudFront takes at most {MAX_ORIGINS}")]
    TooManyOrigins {
        /// Origins of others.
        foreign: usize,
    },
}

/// The origin that our behaviour sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginUse {
    /// One of others that fits; its id.
    Reused(String),
    /// Ours, new.
    Added,
    /// Ours, there already.
    AlreadyOurs,
}

/// A merged document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The configuration with our part in it. The same text as before if nothing was to be done.
    pub document: String,
    /// Where our behaviour sends to.
    pub origin: OriginUse,
    /// What to say about it.
    pub notes: Vec<EdgeNote>,
}

/// The configuration with our origin and our behaviour in it; the same text if that is how it is.
pub fn merge(current: &str, edge: &OurEdge) -> Result<Merged, DistributionError> {
    let mut notes = Vec::new();
    let (text, kept) = without_wrong_behaviours(current, edge, &mut notes)?;
    let (text, origin) = with_origin(&text, edge, kept.as_deref(), &mut notes)?;
    let document = match kept {
        Some(_) => text,
        None => {
            let target = if let OriginUse::Reused(id) = &origin { id } else { &edge.origin_id };
            with_behaviour(&text, edge, target)?
        }
    };
    // From here on our behaviour is ours, whether or not the journal knew it before.
    let mut owning = edge.clone();
    owning.owned_patterns.push(edge.path_pattern.clone());
    notes.extend(notes::observed(&document, &owning)?);
    Ok(Merged { document, origin, notes })
}

/// Takes out behaviours of ours that are not as they should be. Also returns the target of the one that is right, if any.
fn without_wrong_behaviours(
    current: &str,
    edge: &OurEdge,
    notes: &mut Vec<EdgeNote>,
) -> Result<(String, Option<String>), DistributionError> {
    let mut text = current.to_owned();
    loop {
        let document = view::parse(&text)?;
        let config = Config::new(&document)?;
        if config.is_multi_tenant() {
            return Err(DistributionError::MultiTenant);
        }
        let behaviours = config.behaviours();
        if let Some(taken) = behaviours.iter().find(|behaviour| takes_our_place(behaviour, edge)) {
            return Err(DistributionError::PatternTaken {
                pattern: taken.pattern.clone(),
                target_origin: taken.target.clone(),
            });
        }
        let mut kept = None;
        let mut wrong = None;
        for (at, own) in behaviours.iter().enumerate().filter(|(_, own)| own.is_ours(edge)) {
            if !same_pattern(&own.pattern, &edge.path_pattern) {
                // From a prefix used earlier. If it was sent elsewhere since, it is somebody else's now.
                if config.is_removable(own, edge) {
                    wrong = Some((at, EdgeNote::BehaviourRemoved { pattern: own.pattern.clone() }));
                }
            } else if let Some(what) = config.what_is_wrong(at, edge) {
                wrong = Some((at, EdgeNote::BehaviourRepaired { what }));
            } else if kept.is_some() {
                wrong = Some((at, EdgeNote::BehaviourRemoved { pattern: own.pattern.clone() }));
            } else {
                kept = Some(own.target.clone());
            }
        }
        let Some((at, note)) = wrong else {
            return Ok((text, kept));
        };
        notes.push(note);
        let removed = lists::without_behaviour(&text, &config, at)?;
        let tidy = lists::tidied(&removed)?;
        text = tidy;
    }
}

/// Whether a foreign behaviour takes exactly the paths of ours.
fn takes_our_place(behaviour: &Behaviour<'_, '_>, edge: &OurEdge) -> bool {
    let (theirs, ours) = (path_pattern(&behaviour.pattern), path_pattern(&edge.path_pattern));
    !behaviour.is_ours(edge) && theirs.covers(&ours) && ours.covers(&theirs)
}

/// Sees to it that there is an origin for our behaviour. `kept` is the target of a behaviour that is right already.
fn with_origin(
    text: &str,
    edge: &OurEdge,
    kept: Option<&str>,
    notes: &mut Vec<EdgeNote>,
) -> Result<(String, OriginUse), DistributionError> {
    if let Some(target) = kept.filter(|target| *target != edge.origin_id) {
        return Ok((text.to_owned(), OriginUse::Reused(target.to_owned())));
    }
    let document = view::parse(text)?;
    let config = Config::new(&document)?;
    let origins = config.origins();
    if let Some(own) = origins.iter().find(|origin| origin.id == edge.origin_id) {
        let Some(what) = own.why_unfit(edge) else {
            return Ok((text.to_owned(), OriginUse::AlreadyOurs));
        };
        notes.push(EdgeNote::OriginRepaired { what });
        let mut splices = Splices::default();
        xml::replace(&mut splices, text, own.node, &elements::origin(edge));
        return Ok((splices.apply(text), OriginUse::AlreadyOurs));
    }
    if kept.is_none()
        && let Some(fit) = origins.iter().find(|origin| origin.why_unfit(edge).is_none())
    {
        return Ok((text.to_owned(), OriginUse::Reused(fit.id.clone())));
    }
    if origins.len() >= MAX_ORIGINS {
        return Err(DistributionError::TooManyOrigins { foreign: origins.len() });
    }
    let text = lists::with_item(text, config.origins_list(), "Origin", elements::origin(edge), None)?;
    Ok((text, OriginUse::Added))
}

/// Puts our behaviour in its place.
fn with_behaviour(text: &str, edge: &OurEdge, target: &str) -> Result<String, DistributionError> {
    let document = view::parse(text)?;
    let config = Config::new(&document)?;
    let behaviours = config.behaviours();
    if behaviours.len() >= MAX_BEHAVIOURS {
        return Err(DistributionError::TooManyBehaviours { foreign: behaviours.len() });
    }
    let element = elements::behaviour(edge, target, config.default_behaviour());
    let before = behaviours.iter().find(|behaviour| behaviour.blocks(edge)).map(|behaviour| behaviour.node);
    match config.behaviours_list() {
        Some(list) => lists::with_item(text, list, "CacheBehavior", element, before),
        None => {
            let mut splices = Splices::default();
            let list = lists::new_list("CacheBehaviors", element).created();
            xml::insert_after(&mut splices, text, config.default_behaviour(), &[list]);
            Ok(splices.apply(text))
        }
    }
}

/// The configuration without our behaviours and our origin. A behaviour of ours that somebody sent to another origin than this
/// bucket's website is left, and so is our origin as long as something else uses it.
pub fn strip(current: &str, edge: &OurEdge) -> Result<Stripped, DistributionError> {
    let mut text = current.to_owned();
    loop {
        let document = view::parse(&text)?;
        let config = Config::new(&document)?;
        let behaviours = config.behaviours();
        let own = behaviours.iter().position(|own| own.is_ours(edge) && config.is_removable(own, edge));
        let Some(own) = own else { break };
        let next = lists::tidied(&lists::without_behaviour(&text, &config, own)?)?;
        text = next;
    }
    let document = view::parse(&text)?;
    let config = Config::new(&document)?;
    let own = config.origins().into_iter().find(|origin| origin.id == edge.origin_id);
    let stripped = match own {
        Some(own) if !config.is_targeted(&own.id) => {
            lists::without_item(&text, config.origins_list(), own.node)?
        }
        _ => text.clone(),
    };
    Ok(if stripped == current { Stripped::Unchanged } else { Stripped::Document(stripped) })
}

#[cfg(test)]
mod repair_tests;
#[cfg(test)]
mod tests;
