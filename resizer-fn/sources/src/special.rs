//! Names that no public server ever has.

/// What a domain is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A machine itself, or the network that it is in.
    Private,
    /// Tests.
    Tests,
    /// Names that are wrong on purpose.
    Failure,
    /// Books and manuals. `example.com`, `.org` and `.net` have servers all the same.
    Texts,
    /// Onion services.
    Tor,
    /// Systems of names beside the DNS.
    Others,
    /// What the DNS is run by, such as the names of addresses.
    Dns,
}

/// RFC 6761 (`localhost`, `test`, `invalid`, `example`), RFC 6762 with its appendix G (`local`, `internal`, `intranet`, `private`,
/// `corp`, `home`, `lan`), RFC 7686 (`onion`), RFC 8375 (`home.arpa`), RFC 9476 (`alt`), RFC 3172 (`arpa`), and the custom of
/// routers (`localdomain`). `internal` is also what clouds use: `metadata.google.internal`, `instance-data.ec2.internal`. The first
/// that fits counts.
const DOMAINS: [(&str, Use); 16] = [
    ("localhost", Use::Private),
    ("localdomain", Use::Private),
    ("local", Use::Private),
    ("internal", Use::Private),
    ("intranet", Use::Private),
    ("private", Use::Private),
    ("corp", Use::Private),
    ("home", Use::Private),
    ("lan", Use::Private),
    ("home.arpa", Use::Private),
    ("test", Use::Tests),
    ("invalid", Use::Failure),
    ("example", Use::Texts),
    ("onion", Use::Tor),
    ("alt", Use::Others),
    ("arpa", Use::Dns),
];

impl Use {
    /// As the rest of "names below it are".
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::Private => "for a machine and its network",
            Self::Tests => "for tests",
            Self::Failure => "for what is to fail",
            Self::Texts => "for texts about names",
            Self::Tor => "for Tor",
            Self::Others => "for other systems than the DNS",
            Self::Dns => "for the DNS itself",
        }
    }
}

/// The domain that `name` is, or is below, and what it is kept for; `None`: it may be anyone's. In lower case; the root's dot may be
/// there.
pub(crate) fn special(name: &str) -> Option<(&'static str, Use)> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let within = |domain: &str| {
        name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    DOMAINS.into_iter().find(|(domain, _)| within(domain))
}
