//! The folder's digest, and what cannot be read.

use std::fs;

use tempfile::TempDir;

use crate::{
    compile, load,
    tests::{POLICY, YAML, listing},
};

fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("contract.yaml"), YAML).unwrap();
    fs::write(dir.path().join("policy.cedar"), POLICY).unwrap();
    dir
}

#[test]
fn the_digest_changes_with_any_byte_of_any_file() {
    let dir = folder();
    let digest = || load(dir.path()).unwrap().terms().digest;
    let mut digests = vec![digest()];
    assert_eq!(
        digests[0],
        compile(YAML, POLICY).unwrap().terms().digest,
        "a folder and its two texts are one contract"
    );

    fs::write(dir.path().join("contract.yaml"), format!("{YAML}\n")).unwrap();
    digests.push(digest());
    fs::write(dir.path().join("policy.cedar"), format!("{POLICY} ")).unwrap();
    digests.push(digest());
    fs::create_dir(dir.path().join("scenarios")).unwrap();
    fs::write(dir.path().join("scenarios/a.yaml"), "x").unwrap();
    digests.push(digest());
    fs::write(dir.path().join("scenarios/a.yaml"), "y").unwrap();
    digests.push(digest());
    fs::rename(dir.path().join("scenarios/a.yaml"), dir.path().join("scenarios/b.yaml")).unwrap();
    digests.push(digest());
    // What does not belong to the contract does not name it.
    fs::write(dir.path().join("README.md"), "notes").unwrap();
    assert_eq!(digests.last(), Some(&digest()));

    let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
    assert_eq!(distinct.len(), digests.len());
}

#[test]
fn what_cannot_be_read_is_named() {
    let empty = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(listing(&load(empty.path()).unwrap_err()), @r"
    contract.yaml: the file cannot be read: No such file or directory (os error 2)
    hint: a contract is a folder with `contract.yaml` and `policy.cedar`
    policy.cedar: the file cannot be read: No such file or directory (os error 2)
    hint: a contract is a folder with `contract.yaml` and `policy.cedar`
    ");
    let dir = folder();
    fs::write(dir.path().join("policy.cedar"), [0xff, 0xfe]).unwrap();
    insta::assert_snapshot!(listing(&load(dir.path()).unwrap_err()), @r"
    policy.cedar: the file is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0
    hint: save it as UTF-8
    ");
}

#[test]
fn what_is_too_large_is_called_so_wherever_its_reading_ends() {
    for shift in 0..2 {
        let dir = folder();
        // The limit lies inside of a character for one of the two.
        let text = format!("{}{}", "#".repeat(shift), "é".repeat(600 * 1024));
        fs::write(dir.path().join("policy.cedar"), text).unwrap();
        assert_eq!(
            listing(&load(dir.path()).unwrap_err()),
            "policy.cedar: the file is larger than 1 MiB\nhint: a contract is read by people; make it shorter"
        );
    }
}
