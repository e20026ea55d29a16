//! A distribution's configuration as read: its origins and behaviours, and what is wrong with ours.

use roxmltree::{Document, Node};

use super::{DistributionError, OurEdge};
use crate::document::glob::path_pattern;
use crate::document::xml;

pub(super) const ROOT: &str = "DistributionConfig";

/// The configuration, with what everything else depends on checked to be there.
pub(super) struct Config<'t, 'd> {
    root: Node<'d, 't>,
    origins: Node<'d, 't>,
    default: Node<'d, 't>,
}

/// One origin.
pub(super) struct Origin<'a, 'd> {
    pub(super) node: Node<'a, 'd>,
    pub(super) id: String,
    pub(super) domain: String,
    pub(super) path: String,
    /// `OriginProtocolPolicy`; `None` if it is no custom origin (CF-01).
    pub(super) protocol: Option<String>,
    http_port: Option<String>,
}

/// One cache behaviour, but not the default one.
pub(super) struct Behaviour<'a, 'd> {
    pub(super) node: Node<'a, 'd>,
    pub(super) pattern: String,
    pub(super) target: String,
}

pub(super) fn parse(text: &str) -> Result<Document<'_>, DistributionError> {
    Ok(xml::parse(text, ROOT)?)
}

impl<'t, 'd> Config<'t, 'd> {
    pub(super) fn new(document: &'d Document<'t>) -> Result<Self, DistributionError> {
        let root = document.root_element();
        let needed = |name: &str| {
            xml::child(root, name).ok_or_else(|| DistributionError::Shape(format!("it has no {name}")))
        };
        Ok(Self { root, origins: needed("Origins")?, default: needed("DefaultCacheBehavior")? })
    }

    pub(super) fn root(&self) -> Node<'d, 't> {
        self.root
    }

    pub(super) fn origins_list(&self) -> Node<'d, 't> {
        self.origins
    }

    pub(super) fn default_behaviour(&self) -> Node<'d, 't> {
        self.default
    }

    pub(super) fn behaviours_list(&self) -> Option<Node<'d, 't>> {
        xml::child(self.root, "CacheBehaviors")
    }

    pub(super) fn is_multi_tenant(&self) -> bool {
        xml::value_at(self.root, &["ConnectionMode"]).as_deref() == Some("tenant-only")
    }

    pub(super) fn origins(&self) -> Vec<Origin<'d, 't>> {
        let nodes = xml::items(Some(self.origins), "Origin").into_iter();
        let origins = nodes.map(|node| {
            let text = |path: &[&str]| xml::value_at(node, path);
            Origin {
                node,
                id: text(&["Id"]).unwrap_or_default(),
                domain: text(&["DomainName"]).unwrap_or_default(),
                path: text(&["OriginPath"]).unwrap_or_default(),
                protocol: xml::child(node, "CustomOriginConfig")
                    .map(|custom| xml::value_at(custom, &["OriginProtocolPolicy"]).unwrap_or_default()),
                http_port: text(&["CustomOriginConfig", "HTTPPort"]),
            }
        });
        origins.collect()
    }

    pub(super) fn behaviours(&self) -> Vec<Behaviour<'d, 't>> {
        let nodes = xml::items(self.behaviours_list(), "CacheBehavior").into_iter();
        let behaviours = nodes.map(|node| Behaviour {
            node,
            pattern: xml::value_at(node, &["PathPattern"]).unwrap_or_default(),
            target: xml::value_at(node, &["TargetOriginId"]).unwrap_or_default(),
        });
        behaviours.collect()
    }

    /// Whether any behaviour or origin group uses an origin.
    pub(super) fn is_targeted(&self, id: &str) -> bool {
        let default = xml::value_at(self.default, &["TargetOriginId"]);
        let groups = xml::items(xml::child(self.root, "OriginGroups"), "OriginGroup").into_iter();
        let mut members =
            groups.flat_map(|group| xml::items(xml::child(group, "Members"), "OriginGroupMember"));
        default.as_deref() == Some(id)
            || self.behaviours().iter().any(|behaviour| behaviour.target == id)
            || members.any(|member| xml::value_at(member, &["OriginId"]).as_deref() == Some(id))
    }

    /// Whether a behaviour of ours still sends to our bucket's website, or to nothing at all.
    pub(super) fn is_removable(&self, own: &Behaviour<'_, '_>, edge: &OurEdge) -> bool {
        let target = self.origins().into_iter().find(|origin| origin.id == own.target);
        own.target == edge.origin_id || target.is_none_or(|origin| origin.is_website(edge))
    }

    /// What is wrong with the behaviour of ours at a position, `None` if it does what it should. Fields that don't matter for
    /// that may have any value: AWS adds some, and people may have reasons.
    pub(super) fn what_is_wrong(&self, at: usize, edge: &OurEdge) -> Option<String> {
        let behaviours = self.behaviours();
        let own = behaviours.get(at)?;
        let origins = self.origins();
        let target = origins.iter().find(|origin| origin.id == own.target);
        if own.target != edge.origin_id {
            let unfit = match target {
                Some(origin) => origin.why_unfit(edge),
                None => Some("does not exist".to_owned()),
            };
            if let Some(why) = unfit {
                return Some(format!("it sent to origin \"{}\", which {why}", own.target));
            }
        }
        let text = |name: &str| xml::value_at(own.node, &[name]).unwrap_or_default();
        for name in ["MinTTL", "DefaultTTL"] {
            if text(name) != "0" {
                // CF-03
                return Some(format!(
                    "its {name} was \"{}\", not 0, so that CloudFront would keep redirects",
                    text(name)
                ));
            }
        }
        if !text("CachePolicyId").is_empty() {
            return Some(format!(
                "it had cache policy {}, whose times would count instead",
                text("CachePolicyId")
            ));
        }
        let names = |path: &[&str], name: &str| -> Vec<String> {
            let items = xml::items(xml::at(own.node, path), name).into_iter();
            items.map(|item| xml::value(item).trim().to_owned()).collect()
        };
        let methods = names(&["AllowedMethods"], "Method");
        let allowed = |method: &str| methods.iter().any(|own| own == method);
        // Without the element CloudFront allows these two.
        if xml::child(own.node, "AllowedMethods").is_some() && !(allowed("GET") && allowed("HEAD")) {
            return Some(format!("it allowed {} only, not GET and HEAD", methods.join(", ")));
        }
        let headers = names(&["ForwardedValues", "Headers"], "Name");
        if let Some(header) = headers.iter().find(|name| name.eq_ignore_ascii_case("host") || *name == "*") {
            return Some(format!("it forwarded header \"{header}\", so that S3 would not know the bucket"));
        }
        let ahead = behaviours[..at].iter().find(|other| other.blocks(edge))?;
        Some(format!("behaviour \"{}\" stood before it and took its images", ahead.pattern))
    }
}

impl Origin<'_, '_> {
    /// Whether it is our bucket's website endpoint by its host.
    pub(super) fn is_website(&self, edge: &OurEdge) -> bool {
        let is = |form: &String| form.eq_ignore_ascii_case(&self.domain);
        is(&edge.website_domain) || edge.website_domain_forms.iter().any(is)
    }

    /// Why our behaviour can't send to this origin, in words that follow "which …"; `None` if it can (CF-01, CF-09).
    pub(super) fn why_unfit(&self, edge: &OurEdge) -> Option<String> {
        if !self.is_website(edge) {
            return Some(format!("is {}, not the bucket's website", self.domain));
        }
        let Some(protocol) = &self.protocol else {
            return Some("is not a custom origin".to_owned());
        };
        if protocol != "http-only" {
            return Some(format!("has protocol policy \"{protocol}\", not \"http-only\""));
        }
        if !matches!(self.http_port.as_deref(), None | Some("80")) {
            return Some(format!("has HTTP port {}, not 80", self.http_port.as_deref().unwrap_or_default()));
        }
        (!self.path.is_empty())
            .then(|| format!("has origin path \"{}\", which would become part of the key", self.path))
    }
}

impl Behaviour<'_, '_> {
    pub(super) fn is_ours(&self, edge: &OurEdge) -> bool {
        is_our_pattern(&self.pattern, &self.target, edge)
    }

    /// Whether this foreign behaviour, standing before ours, would take images from it. A narrower one takes them too, but is
    /// meant to; behind ours it would never be used.
    pub(super) fn blocks(&self, edge: &OurEdge) -> bool {
        let (theirs, ours) = (path_pattern(&self.pattern), path_pattern(&edge.path_pattern));
        !self.is_ours(edge) && theirs.overlaps(&ours) && !ours.covers(&theirs)
    }

    /// Whether all its paths are ours as well.
    pub(super) fn is_narrower(&self, edge: &OurEdge) -> bool {
        !self.is_ours(edge) && path_pattern(&edge.path_pattern).covers(&path_pattern(&self.pattern))
    }
}

/// Whether a behaviour is ours: the journal has its pattern, or it is our pattern sent to our origin.
pub(crate) fn is_our_pattern(pattern: &str, target: &str, edge: &OurEdge) -> bool {
    edge.owned_patterns.iter().any(|owned| same_pattern(owned, pattern))
        || (target == edge.origin_id && same_pattern(pattern, &edge.path_pattern))
}

/// A leading `/` makes no difference (CF-11).
pub(super) fn same_pattern(a: &str, b: &str) -> bool {
    a.strip_prefix('/').unwrap_or(a) == b.strip_prefix('/').unwrap_or(b)
}
