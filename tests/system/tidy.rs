//! The form of the code, held by tests: sizes, headers, names, arrows between crates, decisions on record.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Names that say nothing about what is inside.
const DRAWERS: [&str; 6] = ["utils", "helpers", "common", "misc", "types", "manager"];

/// Each crate, where it is, and which of ours it may import.
const ARROWS: [(&str, &[&str]); 9] = [
    ("proto", &[]),
    ("proto/document", &["remit-proto"]),
    ("proto/filter", &["remit-proto"]),
    ("control-plane/core", &[]),
    ("control-plane/contract", &["remit-core"]),
    ("control-plane/journal", &["remit-core"]),
    (
        "control-plane/server",
        &["remit-contract", "remit-core", "remit-document", "remit-filter", "remit-journal", "remit-proto"],
    ),
    (
        "console",
        &[
            "remit-contract",
            "remit-control-plane",
            "remit-core",
            "remit-document",
            "remit-filter",
            "remit-journal",
            "remit-proto",
        ],
    ),
    (
        "tests",
        &[
            "remit-console",
            "remit-contract",
            "remit-control-plane",
            "remit-core",
            "remit-document",
            "remit-journal",
            "remit-proto",
        ],
    ),
];

/// What the rules may lean on: nothing that does I/O, waits, reads a clock or draws a number.
const CORE_MAY_USE: [&str; 8] =
    ["hex", "jiff", "serde", "serde_json", "serde_json_canonicalizer", "sha2", "thiserror", "uuid"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Files below a folder whose name ends so, sorted; build output and hidden folders left out.
fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if path.is_file() && name.ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(PathBuf, String)> {
    let files = files(&root(), ".rs").into_iter();
    let sources: Vec<_> = files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(100 < sources.len(), "the sources were not found");
    sources
}

/// Fails with every file that is wrong, not with the first.
fn check(what: &str, wrong: impl Iterator<Item = PathBuf>) {
    let wrong: Vec<_> = wrong.map(|path| path.strip_prefix(root()).unwrap().display().to_string()).collect();
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

/// The names in a manifest's `[dependencies]`.
fn dependencies(manifest: &Path) -> Vec<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let lines = text.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn files_are_small() {
    let sources = sources();
    let lines = |text: &str| text.lines().count();
    check(
        "over 600 lines",
        sources.iter().filter(|(_, text)| 600 < lines(text)).map(|(path, _)| path.clone()),
    );
    let mains = sources.iter().filter(|(path, _)| path.ends_with("src/main.rs"));
    check("a main over 60 lines", mains.filter(|(_, text)| 60 < lines(text)).map(|(path, _)| path.clone()));
    let mut sizes: Vec<usize> = sources.iter().map(|(_, text)| lines(text)).collect();
    sizes.sort_unstable();
    let (median, ninetieth) = (sizes[sizes.len() / 2], sizes[sizes.len() * 9 / 10]);
    assert!(median <= 150, "the median file has {median} lines");
    assert!(ninetieth <= 400, "a tenth of the files has more than {ninetieth} lines");
}

#[test]
fn every_file_says_its_one_idea_first() {
    let silent = sources().into_iter().filter(|(_, text)| {
        let first = text.lines().next().unwrap_or_default();
        !first.starts_with("//! ") || first.len() < 12
    });
    check("no `//!` sentence in the first line", silent.map(|(path, _)| path));
}

#[test]
fn no_file_is_a_drawer() {
    let named = |path: &PathBuf| DRAWERS.contains(&path.file_stem().unwrap().to_str().unwrap());
    check("a name that says nothing", sources().into_iter().map(|(path, _)| path).filter(named));
    check("mod.rs", sources().into_iter().map(|(path, _)| path).filter(|path| path.ends_with("mod.rs")));
}

#[test]
fn nothing_is_left_for_later() {
    // Spelled so that this file does not find itself.
    let marks =
        [concat!("to", "do!("), concat!("unimpl", "emented!("), concat!("#[ig", "nore"), concat!("TO", "DO")];
    let unfinished = sources().into_iter().filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)));
    check("unfinished", unfinished.map(|(path, _)| path));
}

#[test]
fn the_rules_depend_on_nothing_that_acts() {
    let core = root().join("control-plane/core");
    for name in dependencies(&core.join("Cargo.toml")) {
        assert!(CORE_MAY_USE.contains(&name.as_str()), "core must not depend on `{name}`");
    }
    let bans = |path: PathBuf| fs::read_to_string(path).unwrap().contains("std::collections::HashMap");
    assert!(bans(core.join("clippy.toml")), "the order of a HashMap would leak into decisions");
    let stricter = files(&root(), "clippy.toml").into_iter().filter(|path| bans(path.clone()));
    assert_eq!(stricter.collect::<Vec<_>>(), [core.join("clippy.toml")], "only core needs that");
}

#[test]
fn crates_import_along_the_arrows_only() {
    for (folder, allowed) in ARROWS {
        for name in dependencies(&root().join(folder).join("Cargo.toml")) {
            assert!(
                !name.starts_with("remit-") || allowed.contains(&name.as_str()),
                "{folder} must not import {name}"
            );
        }
    }
    let members = files(&root(), "Cargo.toml").len();
    assert_eq!(members, ARROWS.len() + 1, "one more crate needs an ADR, and its arrows");
}

#[test]
fn screens_know_the_wire_and_nothing_behind_it() {
    let ours = ["remit_core", "remit_contract", "remit_journal", "remit_control_plane", "crate::cli"];
    let screens = sources().into_iter().filter(|(path, _)| path.starts_with(root().join("console/src/tui")));
    let leaking = screens.filter(|(_, text)| ours.iter().any(|name| text.contains(name)));
    check("a screen that imports more than remit_proto", leaking.map(|(path, _)| path));
}

#[test]
fn every_decision_record_has_a_status() {
    let records = files(&root().join("docs/adr"), ".md");
    assert!(!records.is_empty());
    let of_old = |path: &PathBuf| !fs::read_to_string(path).unwrap().to_lowercase().contains("status");
    check("an ADR without a status", records.clone().into_iter().filter(of_old));
    let long = |path: &PathBuf| 60 < fs::read_to_string(path).unwrap().lines().count();
    check("an ADR of more than 60 lines", records.into_iter().filter(long));
}

#[test]
fn every_contract_that_is_shipped_compiles() {
    let contracts = files(&root().join("assets/contracts"), "contract.yaml");
    assert!(1 < contracts.len());
    for contract in contracts {
        let compiled = remit_contract::load(contract.parent().unwrap());
        assert!(compiled.is_ok(), "{}: {:?}", contract.display(), compiled.err());
    }
}
