//! The chain against hashes that another program computed (Python's hashlib, from the module's text).

use remit_core::DomainName;

use super::Head;

#[test]
fn hashes_are_those_of_the_documented_bytes() {
    let domain = DomainName::from("payments");
    let genesis = Head::genesis(&domain);
    let first = genesis.next(&domain, 1_772_443_000_000_000, br#"{"a":1}"#);
    let second = first.next(&domain, -1, r#"{"b":"é"}"#.as_bytes());
    let hex = [genesis, first, second].map(|head| (head.seq, hex(&head.hash)));
    let expected = [
        (0, "7ea10b1cdbb5f9c97b96f0e290c5795463759b1d0cbc5794f53a9905f6a4a88a"),
        (1, "bab0f53c26335a958f2523ac6d545762aeb40a887d7ab6b197e65778c3ca98b6"),
        (2, "f44b3f62a19cfa005c594a0e8708f8ab1c802dc877f01f83f3a244a5a3567e86"),
    ];
    assert_eq!(hex, expected.map(|(seq, hash)| (seq, hash.to_owned())));
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
