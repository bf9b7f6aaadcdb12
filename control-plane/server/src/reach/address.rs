//! What kind of place an IP address is: public, private, or one that no tool has any business at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// On the internet.
    Public,
    /// On this machine or on a private network: called where the contract says so.
    Private,
    /// Where clouds hand credentials to whoever asks: never called.
    Metadata,
    /// No host at all, or one by an address that means another: never called.
    Special,
}

impl Kind {
    /// Why it is not called; `None` when it is.
    pub(crate) const fn objection(self, private: bool) -> Option<&'static str> {
        match self {
            Self::Public => None,
            Self::Private if private => None,
            Self::Private => Some(
                "which is on this machine or a private network, and the contract does not say `private: true`",
            ),
            Self::Metadata => Some("where a cloud hands out credentials: that is never called"),
            Self::Special => Some("which is no address of a single host: that is never called"),
        }
    }
}

/// The kind of an address. What is not known to be public is not.
pub(crate) fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        // Link-local, where most clouds have theirs; and where Alibaba, Oracle and Azure have theirs.
        [169, 254, ..] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => Kind::Metadata,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18 | 19, ..] => {
            Kind::Private
        }
        // "This network", protocol assignments, examples, the old relay of 6to4, multicast and the reserve.
        [0 | 224..=255, ..]
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _] => Kind::Special,
        _ => Kind::Public,
    }
}

fn v6(address: Ipv6Addr) -> Kind {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Private,
        // An IPv4 address in another dress: mapped, translated, tunnelled.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(embedded(high, low)),
        // Where AWS and Google have theirs.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Kind::Metadata,
        [0xfe80..=0xfebf, ..] => Kind::Metadata,
        [0xfc00..=0xfdff, ..] => Kind::Private,
        // Teredo, benchmarks, ORCHID, examples: parts of the global space that are no hosts.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Special,
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Special,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}
