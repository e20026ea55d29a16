//! What a person should know about the distribution that our part goes into.

use std::fmt;

use super::view::{self, Config};
use super::{DistributionError, OurEdge};
use crate::document::xml;
use crate::region::{OriginHost, parse_origin_host};

/// Something to say about a merge besides the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeNote {
    /// Our behaviour was there, but not as it should be, and was written anew.
    BehaviourRepaired {
        /// What was wrong.
        what: String,
    },
    /// A behaviour of ours from earlier settings was taken out.
    BehaviourRemoved {
        /// Its pattern.
        pattern: String,
    },
    /// Our origin was there, but not as it should be, and was written anew.
    OriginRepaired {
        /// What was wrong.
        what: String,
    },
    /// A narrower behaviour of others stands before ours and takes some of its paths.
    NarrowerAhead {
        /// Its pattern.
        pattern: String,
    },
    /// A narrower behaviour of others stands behind ours and is never used.
    NarrowerBehind {
        /// Its pattern.
        pattern: String,
    },
    /// A behaviour that the journal says we added is sent elsewhere now, and was left alone.
    OwnedElsewhere {
        /// Its pattern.
        pattern: String,
        /// Where it sends to.
        target: String,
    },
    /// The default behaviour wants signed URLs or cookies; derived images don't.
    SignedDefault,
    /// Functions of the default behaviour, which don't run for derived images.
    DefaultFunctions {
        /// Event types (`viewer-request`).
        events: Vec<String>,
    },
    /// The distribution is switched off.
    Disabled,
    /// Host names of the distribution; redirects should go to one of them (CF-19).
    Aliases {
        /// The names.
        names: Vec<String>,
    },
    /// An origin is this bucket's REST endpoint, where routing rules never run (S3-03).
    RestOrigin {
        /// The origin's id.
        id: String,
        /// Its host.
        domain: String,
    },
    /// An origin is this bucket's website, but can't be used for derived images (CF-01, CF-09).
    UnfitWebsiteOrigin {
        /// The origin's id.
        id: String,
        /// Why, in words that follow "which …".
        why: String,
    },
    /// Error pages of the distribution replace the answers for missing images (CF-10).
    MaskedErrors {
        /// The statuses concerned.
        codes: Vec<String>,
    },
}

impl fmt::Display for EdgeNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BehaviourRepaired { what } => write!(f, "our behaviour is written anew: {what}"),
            Self::BehaviourRemoved { pattern } => {
                write!(f, "our earlier behaviour \"{pattern}\" is taken out")
            }
            Self::OriginRepaired { what } => write!(f, "our origin is written anew: it {what}"),
            Self::NarrowerAhead { pattern } => {
                write!(
                    f,
                    "behaviour \"{pattern}\" stands before ours and keeps its part of the derived images"
                )
            }
            Self::NarrowerBehind { pattern } => {
                write!(f, "behaviour \"{pattern}\" stands behind ours, which takes all of its paths")
            }
            Self::OwnedElsewhere { pattern, target } => {
                write!(
                    f,
                    "behaviour \"{pattern}\" was ours, but is sent to origin \"{target}\" now and is left alone"
                )
            }
            Self::SignedDefault => f.write_str(
                "the default behaviour wants signed URLs or cookies; derived images can be had without",
            ),
            Self::DefaultFunctions { events } => {
                write!(
                    f,
                    "functions of the default behaviour don't run for derived images: {}",
                    events.join(", ")
                )
            }
            Self::Disabled => f.write_str("the distribution is disabled, so nothing can be had from it"),
            Self::Aliases { names } => write!(f, "the distribution serves {}", names.join(", ")),
            Self::RestOrigin { id, domain } => write!(
                f,
                "origin \"{id}\" is the bucket's REST endpoint {domain}, where routing rules never run; \
                 derived images go through the website endpoint instead"
            ),
            Self::UnfitWebsiteOrigin { id, why } => {
                write!(f, "origin \"{id}\" is the bucket's website, but is not used: it {why}")
            }
            Self::MaskedErrors { codes } => write!(
                f,
                "the distribution's own error pages replace answers with status {}, also for derived images that can't be \
                 made",
                codes.join(", ")
            ),
        }
    }
}

/// What there is to say about a merged document.
pub(super) fn observed(text: &str, edge: &OurEdge) -> Result<Vec<EdgeNote>, DistributionError> {
    let document = view::parse(text)?;
    let config = Config::new(&document)?;
    let mut notes = Vec::new();

    let mut passed = false;
    for behaviour in config.behaviours() {
        let pattern = behaviour.pattern.clone();
        if behaviour.is_ours(edge) {
            if view::same_pattern(&pattern, &edge.path_pattern) {
                passed = true;
            } else {
                notes.push(EdgeNote::OwnedElsewhere { pattern, target: behaviour.target });
            }
        } else if behaviour.target != edge.origin_id && behaviour.is_narrower(edge) {
            notes.push(if passed {
                EdgeNote::NarrowerBehind { pattern }
            } else {
                EdgeNote::NarrowerAhead { pattern }
            });
        }
    }
    notes.extend(default_notes(&config));
    notes.extend(origin_notes(&config, edge));

    let root = config.root();
    if xml::value_at(root, &["Enabled"]).is_some_and(|enabled| enabled.eq_ignore_ascii_case("false")) {
        notes.push(EdgeNote::Disabled);
    }
    let names: Vec<String> =
        xml::items(xml::child(root, "Aliases"), "CNAME").into_iter().map(xml::value).collect();
    if !names.is_empty() {
        notes.push(EdgeNote::Aliases { names });
    }
    let errors = xml::items(xml::child(root, "CustomErrorResponses"), "CustomErrorResponse").into_iter();
    let masks = errors.filter(|error| {
        let says = |name: &str| xml::value_at(*error, &[name]).is_some_and(|value| !value.is_empty());
        says("ResponsePagePath") || says("ResponseCode")
    });
    let codes = masks.filter_map(|error| xml::value_at(error, &["ErrorCode"]));
    let codes: Vec<String> = codes.filter(|code| matches!(code.as_str(), "403" | "404")).collect();
    if !codes.is_empty() {
        notes.push(EdgeNote::MaskedErrors { codes });
    }
    Ok(notes)
}

fn default_notes(config: &Config<'_, '_>) -> Vec<EdgeNote> {
    let default = config.default_behaviour();
    let mut notes = Vec::new();
    let enabled = |name: &str| xml::value_at(default, &[name, "Enabled"]).as_deref() == Some("true");
    if enabled("TrustedSigners") || enabled("TrustedKeyGroups") {
        notes.push(EdgeNote::SignedDefault);
    }
    let functions = |list: &str, name: &str| xml::items(xml::child(default, list), name);
    let all = functions("FunctionAssociations", "FunctionAssociation").into_iter();
    let all = all.chain(functions("LambdaFunctionAssociations", "LambdaFunctionAssociation"));
    let events: Vec<String> = all.filter_map(|function| xml::value_at(function, &["EventType"])).collect();
    if !events.is_empty() {
        notes.push(EdgeNote::DefaultFunctions { events });
    }
    notes
}

fn origin_notes(config: &Config<'_, '_>, edge: &OurEdge) -> Vec<EdgeNote> {
    let our_bucket = match parse_origin_host(&edge.website_domain) {
        OriginHost::Website { bucket, .. } => Some(bucket),
        _ => None,
    };
    let mut notes = Vec::new();
    for origin in config.origins().into_iter().filter(|origin| origin.id != edge.origin_id) {
        if origin.is_website(edge) {
            notes.extend(
                origin.why_unfit(edge).map(|why| EdgeNote::UnfitWebsiteOrigin { id: origin.id, why }),
            );
        } else if let OriginHost::Rest { bucket, .. } = parse_origin_host(&origin.domain)
            && our_bucket.as_ref() == Some(&bucket)
        {
            notes.push(EdgeNote::RestOrigin { id: origin.id, domain: origin.domain });
        }
    }
    notes
}
