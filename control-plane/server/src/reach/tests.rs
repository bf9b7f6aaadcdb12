//! Which addresses are called and which are not, by every way of writing and finding them.

use std::net::IpAddr;

use super::*;

#[test]
fn what_kind_of_place_an_address_is() {
    let table = [
        (Kind::Public, &["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"][..]),
        (Kind::Public, &["64:ff9b::101:101", "2002:101:101::1", "::ffff:8.8.8.8"]),
        (Kind::Private, &["127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.9.9", "192.168.1.1"]),
        (Kind::Private, &["100.64.0.1", "198.18.0.1", "::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1"]),
        (Kind::Private, &["::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1"]),
        (
            Kind::Metadata,
            &["169.254.169.254", "169.254.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
        ),
        (Kind::Metadata, &["fe80::1", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254"]),
        (Kind::Metadata, &["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"]),
        (
            Kind::Special,
            &["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1"],
        ),
        (Kind::Special, &["192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.0.8", "192.88.99.1"]),
        (
            Kind::Special,
            &["::", "ff02::1", "2001:db8::1", "2001::1", "::7f00:1", "64:ff9b:1::1", "fec0::1", "4000::1"],
        ),
    ];
    for (expect, addresses) in table {
        for address in addresses {
            assert_eq!(address::kind(address.parse::<IpAddr>().unwrap()), expect, "{address}");
        }
    }
}

#[test]
fn numbers_for_an_address_are_judged_however_they_are_written() {
    let reach = |private| Reach { private, redirects: 0 };
    let table = [
        // address, when only public, when private too
        ("http://1.1.1.1/", true, true),
        ("http://tool.example/", true, true),
        ("http://127.0.0.1:8080/", false, true),
        ("http://2130706433/", false, true),
        ("http://0x7f.1/", false, true),
        ("http://0177.0.0.1/", false, true),
        ("http://[::1]/", false, true),
        ("http://[::ffff:7f00:1]/", false, true),
        ("http://169.254.169.254/latest/meta-data", false, false),
        ("http://[fd00:ec2::254]/", false, false),
        ("http://0.0.0.0/", false, false),
    ];
    for (url, public, private) in table {
        let url = Url::parse(url).unwrap();
        let open = [false, true].map(|private| literal(&url, reach(private)).is_ok());
        assert_eq!(open, [public, private], "{url}");
    }
}

#[test]
fn one_address_out_of_reach_closes_the_name() {
    let found = ["1.1.1.1:0", "10.0.0.1:0"].map(|address| address.parse().unwrap());
    let refused = judge("tool.example", &found, false).unwrap_err();
    assert!(refused.to_string().starts_with("`tool.example` is at 10.0.0.1, which is on this machine"));
    assert!(refused.may_be_allowed());
    assert!(judge("tool.example", &found, true).is_ok());
}
