//! What is carried is what lies in the assets.

use std::{fs, path::Path};

use super::{FILES, write};

fn files(dir: &Path, below: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

#[test]
fn no_file_of_the_contracts_and_domains_is_missing() {
    let mut found = Vec::new();
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
    for folder in ["contracts", "domains"] {
        files(&assets.join(folder), &format!("{folder}/"), &mut found);
    }
    found.sort_unstable();
    let carried: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
    assert_eq!(found, carried);
}

#[test]
fn they_are_written_as_folders() {
    let dir = tempfile::tempdir().unwrap();
    let (contracts, domains) = write(dir.path()).unwrap();
    assert!(contracts.is_dir() && domains.is_dir());
    for (path, text) in FILES {
        assert_eq!(fs::read_to_string(dir.path().join(path)).unwrap(), *text);
    }
}
