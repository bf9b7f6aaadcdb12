//! What is sent as a version must be the folder of its digest; changes carry their sign.

use std::collections::HashMap;

use remit_contract::Folder;

use super::{changes, folder};

/// The shipped contract of refunds, as it is sent.
fn shipped() -> HashMap<String, String> {
    let contract = include_str!("../../../assets/contracts/refund-decision/contract.yaml");
    let policy = include_str!("../../../assets/contracts/refund-decision/policy.cedar");
    [("contract.yaml", contract), ("policy.cedar", policy)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
}

fn made(files: HashMap<String, String>) -> Folder {
    Folder::of(files.into_iter().collect()).unwrap()
}

#[test]
fn a_folder_that_is_not_that_of_its_digest_is_not_taken() {
    let kept = made(shipped());
    let digest = kept.digest();
    assert_eq!(folder(shipped(), &digest.to_string()), Some((kept, digest)));
    let mut altered = shipped();
    altered.get_mut("policy.cedar").unwrap().push('\n');
    assert_eq!(folder(altered, &digest.to_string()), None);
}

#[test]
fn what_is_wider_narrower_or_neither_has_its_sign() {
    let before = made(shipped());
    let table = [
        (
            "quorum: 1\n      within: 30m                # then",
            "quorum: 2\n      within: 30m                # then",
            'v',
        ),
        ("to: group:payments-risk", "to: group:payments-oncall", '~'),
        ("amount_minor > 20000", "amount_minor > 50000", '^'),
    ];
    for (was, is, sign) in table {
        let mut files = shipped();
        let contract = files.get_mut("contract.yaml").unwrap();
        assert!(contract.contains(was), "{was:?} is not in the contract");
        *contract = contract.replacen(was, is, 1);
        let found = changes(&before, &made(files)).unwrap();
        assert_eq!(found.iter().map(|change| change.sign).collect::<Vec<_>>(), [sign], "{found:?}");
    }
}
