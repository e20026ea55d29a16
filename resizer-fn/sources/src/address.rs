//! Which addresses may be connected to. Pure.
//!
//! The function fetches what strangers ask it to. Whatever only the function's own surroundings can reach (its host, its
//! network, the metadata and credential services of its cloud) must stay out of reach for them, whatever a name says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Decides on addresses. A trait so that tests can serve from loopback; there is one for production, [`PublicOnly`].
pub trait Guard: Send + Sync + 'static {
    /// Why `address` must not be connected to; `None` if it may be.
    fn refusal(&self, address: IpAddr) -> Option<&'static str>;
}

/// Lets through what is globally reachable by the IANA registries of special-purpose addresses, and nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublicOnly;

impl Guard for PublicOnly {
    fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        match address {
            IpAddr::V4(address) => refusal_v4(address),
            IpAddr::V6(address) => refusal_v6(address),
        }
    }
}

/// Networks that are not public: first address, bits of the prefix, what they are. The metadata addresses come first so
/// that the log names them.
const V4: [([u8; 4], u32, &str); 18] = [
    ([169, 254, 169, 254], 32, "cloud metadata"),
    ([169, 254, 170, 2], 32, "container credentials"),
    ([169, 254, 170, 23], 32, "container credentials"),
    ([0, 0, 0, 0], 8, "this network (RFC 791)"),
    ([10, 0, 0, 0], 8, "private (RFC 1918)"),
    ([100, 64, 0, 0], 10, "carrier-grade NAT (RFC 6598)"),
    ([127, 0, 0, 0], 8, "loopback (RFC 1122)"),
    ([169, 254, 0, 0], 16, "link-local (RFC 3927)"),
    ([172, 16, 0, 0], 12, "private (RFC 1918)"),
    ([192, 0, 0, 0], 24, "protocol assignments (RFC 6890)"),
    ([192, 0, 2, 0], 24, "documentation (RFC 5737)"),
    ([192, 88, 99, 0], 24, "6to4 relay (RFC 7526)"),
    ([192, 168, 0, 0], 16, "private (RFC 1918)"),
    ([198, 18, 0, 0], 15, "benchmarks (RFC 2544)"),
    ([198, 51, 100, 0], 24, "documentation (RFC 5737)"),
    ([203, 0, 113, 0], 24, "documentation (RFC 5737)"),
    ([224, 0, 0, 0], 4, "multicast (RFC 5771)"),
    // With the broadcast address.
    ([240, 0, 0, 0], 4, "reserved (RFC 1112)"),
];

/// The same for IPv6. Those that carry an IPv4 address (mapped, compatible, translated, tunnelled) are refused whole, not
/// by what they carry: no public server needs them in its DNS, and each is a way around the table above.
const V6: [([u16; 8], u32, &str); 16] = [
    ([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128, "cloud metadata"),
    ([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23], 128, "container credentials"),
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified (RFC 4291)"),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback (RFC 4291)"),
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "IPv4-mapped (RFC 4291)"),
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, "IPv4-compatible (RFC 4291)"),
    ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, "NAT64 (RFC 6052)"),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "local NAT64 (RFC 8215)"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local (RFC 4193)"),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local (RFC 4291)"),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local (RFC 3879)"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast (RFC 4291)"),
    // Teredo (2001::/32), benchmarks (2001:2::/48) and ORCHID among them.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "protocol assignments, Teredo (RFC 2928, 4380)"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation (RFC 3849)"),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4 (RFC 3056)"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation (RFC 9637)"),
];

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = u32::from(address);
    let inside = |net: [u8; 4], prefix: u32| (bits ^ u32::from_be_bytes(net)) >> (32 - prefix) == 0;
    V4.iter().find(|(net, prefix, _)| inside(*net, *prefix)).map(|(_, _, what)| *what)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = u128::from(address);
    let inside = |net: [u16; 8], prefix: u32| (bits ^ u128::from(Ipv6Addr::from(net))) >> (128 - prefix) == 0;
    // Of IPv6, only 2000::/3 is given out for the public at all (RFC 4291, IANA).
    let global = inside([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
    let known = V6.iter().find(|(net, prefix, _)| inside(*net, *prefix)).map(|(_, _, what)| *what);
    known.or((!global).then_some("not global unicast (RFC 4291)"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn refusal(address: &str) -> Option<&'static str> {
        PublicOnly.refusal(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.114.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:801::200e",
            "2001:200::1",
            "2001:db7:ffff::1",
            "2003::1",
            "3ffe::1",
        ] {
            assert_eq!(refusal(address), None, "{address}");
        }
    }

    #[test]
    fn the_rest_does_not() {
        for (address, says) in [
            ("0.0.0.0", "this network"),
            ("0.255.255.255", "this network"),
            ("10.0.0.0", "private"),
            ("10.255.255.255", "private"),
            ("100.64.0.0", "carrier-grade"),
            ("100.127.255.255", "carrier-grade"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.255", "loopback"),
            ("169.254.0.1", "link-local"),
            ("169.254.169.254", "metadata"),
            ("169.254.170.2", "credentials"),
            ("169.254.170.23", "credentials"),
            ("172.16.0.0", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.8", "protocol"),
            ("192.0.2.1", "documentation"),
            ("192.88.99.1", "6to4"),
            ("192.168.255.255", "private"),
            ("198.18.0.0", "benchmarks"),
            ("198.19.255.255", "benchmarks"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.7", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::ffff:127.0.0.1", "IPv4-mapped"),
            ("::ffff:8.8.8.8", "IPv4-mapped"),
            ("::8.8.8.8", "IPv4-compatible"),
            ("::ffff:0:10.0.0.1", "not global"),
            ("64:ff9b::10.0.0.1", "NAT64"),
            ("64:ff9b::8.8.8.8", "NAT64"),
            ("64:ff9b:1::1", "local NAT64"),
            ("100::1", "not global"),
            ("2001::1", "Teredo"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
            ("2001:2::1", "protocol"),
            ("2001:20::1", "protocol"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::1", "6to4"),
            ("2002:0808:0808::1", "6to4"),
            ("3fff:fff::1", "documentation"),
            ("4000::1", "not global"),
            ("5f00::1", "not global"),
            ("fc00::1", "unique local"),
            ("fd00:ec2::254", "metadata"),
            ("fd00:ec2::23", "credentials"),
            ("fdff::1", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
        ] {
            assert!(
                refusal(address).is_some_and(|why| why.contains(says)),
                "{address}: {:?}",
                refusal(address)
            );
        }
    }

    proptest! {
        /// What the standard library calls special never passes.
        #[test]
        fn nothing_special_passes(bits in any::<u32>(), v6 in any::<u128>()) {
            let v4 = Ipv4Addr::from(bits);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified()
            {
                prop_assert!(PublicOnly.refusal(v4.into()).is_some());
            }
            prop_assert!(PublicOnly.refusal(v4.to_ipv6_mapped().into()).is_some());
            prop_assert!(PublicOnly.refusal(v4.to_ipv6_compatible().into()).is_some());
            let v6 = Ipv6Addr::from(v6);
            if v6.is_multicast() || v6.is_unicast_link_local() || v6.is_unique_local() || v6.segments()[0] >> 13 != 1 {
                prop_assert!(PublicOnly.refusal(v6.into()).is_some());
            }
        }
    }
}
