//! Changes of the scenarios, a line for each file: what is not tried any more must not go unseen.

use std::collections::BTreeSet;

use remit_core::Digest;

use super::{Change, Direction};
use crate::folder::Folder;

/// Enough of a digest to tell two texts apart.
const DIGITS: usize = 12;

pub(super) fn compare(before: &Folder, after: &Folder) -> Vec<Change> {
    let find = |folder: &'_ Folder, name: &str| {
        let mut files = folder.scenarios.iter();
        files.find(|(file, _)| file == name).map(|(_, bytes)| shown(bytes))
    };
    let names: BTreeSet<&String> =
        before.scenarios.iter().chain(&after.scenarios).map(|(name, _)| name).collect();
    let changes = names.into_iter().map(|name| Change {
        clause: None,
        at: name.clone(),
        what: format!("file {name}"),
        before: find(before, name),
        after: find(after, name),
        direction: Direction::Changed,
    });
    changes.filter(|change| change.before != change.after).collect()
}

fn shown(bytes: &[u8]) -> String {
    let digest: String = Digest::of(bytes).to_string().chars().take(DIGITS).collect();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    format!("of {lines} lines ({digest})")
}
