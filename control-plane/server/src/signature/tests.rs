//! A signature counts for its key, its bytes and nothing else.

use remit_core::Digest;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::is_by;

#[test]
fn only_the_very_key_and_the_very_bytes() {
    let pair = |seed: u8| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let public = |pair: &Ed25519KeyPair| hex::encode(pair.public_key().as_ref());
    let (ours, theirs) = (pair(1), pair(2));
    let statement = Digest::of(b"statement");
    let signature = hex::encode(ours.sign(statement.as_bytes()).as_ref());
    assert!(is_by(&public(&ours), &signature, statement));
    let table = [
        (public(&theirs), signature.clone(), statement),
        (public(&ours), signature.clone(), Digest::of(b"another")),
        (public(&ours), hex::encode(ours.sign(b"else").as_ref()), statement),
        (public(&ours), String::new(), statement),
        (public(&ours), "no hex".to_owned(), statement),
        ("no hex".to_owned(), signature, statement),
    ];
    for (public, signature, over) in table {
        assert!(!is_by(&public, &signature, over), "{public} {signature}");
    }
}
