//! The elements that we put into a distribution, in the order of the API's model.

use roxmltree::Node;

use super::OurEdge;
use crate::document::xml::{self, Element};

fn text(name: &'static str, value: impl ToString) -> Element {
    Element::leaf(name, value)
}

/// `<Name><Quantity>0</Quantity></Name>`
fn none(name: &'static str) -> Element {
    Element::node(name, vec![text("Quantity", 0)])
}

/// Our origin: the bucket's website endpoint, plain HTTP on port 80, as it has nothing else (S3-02, CF-01).
pub(super) fn origin(edge: &OurEdge) -> Element {
    Element::node(
        "Origin",
        vec![
            text("Id", &edge.origin_id),
            text("DomainName", &edge.website_domain),
            text("OriginPath", ""),
            none("CustomHeaders"),
            Element::node(
                "CustomOriginConfig",
                vec![
                    text("HTTPPort", 80),
                    text("HTTPSPort", 443),
                    text("OriginProtocolPolicy", "http-only"),
                    Element::node(
                        "OriginSslProtocols",
                        vec![
                            text("Quantity", 1),
                            Element::node("Items", vec![text("SslProtocol", "TLSv1.2")]),
                        ],
                    ),
                    text("OriginReadTimeout", 30),
                    text("OriginKeepaliveTimeout", 5),
                ],
            ),
            text("ConnectionAttempts", 3),
            text("ConnectionTimeout", 10),
            Element::node("OriginShield", vec![text("Enabled", false)]),
        ],
    )
}

/// Our behaviour. It has its cache times in itself rather than in a cache policy: no managed policy fits, and own ones are few
/// per account (CF-05). What viewers may use (HTTP or HTTPS) and the response headers are as the site's default has them.
pub(super) fn behaviour(edge: &OurEdge, target: &str, default: Node<'_, '_>) -> Element {
    let of_default = |name: &str| xml::value_at(default, &[name]).filter(|value| !value.is_empty());
    let nobody = |name: &'static str| Element::node(name, vec![text("Enabled", false), text("Quantity", 0)]);
    let methods =
        || [text("Quantity", 2), Element::node("Items", vec![text("Method", "GET"), text("Method", "HEAD")])];
    let [quantity, items] = methods();
    let mut fields = vec![
        text("PathPattern", &edge.path_pattern),
        text("TargetOriginId", target),
        nobody("TrustedSigners"),
        nobody("TrustedKeyGroups"),
        text(
            "ViewerProtocolPolicy",
            of_default("ViewerProtocolPolicy").unwrap_or_else(|| "allow-all".to_owned()),
        ),
        Element::node(
            "AllowedMethods",
            vec![quantity, items, Element::node("CachedMethods", methods().into())],
        ),
        text("SmoothStreaming", false),
        // Images are not compressed by CloudFront anyway (CF-18).
        text("Compress", false),
        none("LambdaFunctionAssociations"),
        none("FunctionAssociations"),
        text("FieldLevelEncryptionId", ""),
    ];
    fields.extend(of_default("ResponseHeadersPolicyId").map(|id| text("ResponseHeadersPolicyId", id)));
    fields.extend([
        // No query strings (CF-17), and above all no Host header (CF-06).
        Element::node(
            "ForwardedValues",
            vec![
                text("QueryString", false),
                Element::node("Cookies", vec![text("Forward", "none")]),
                none("Headers"),
                none("QueryStringCacheKeys"),
            ],
        ),
        // Redirects are not to be kept, images as long as they say themselves (CF-02, CF-03).
        text("MinTTL", 0),
        text("DefaultTTL", 0),
        text("MaxTTL", edge.max_ttl),
    ]);
    Element::node("CacheBehavior", fields)
}
