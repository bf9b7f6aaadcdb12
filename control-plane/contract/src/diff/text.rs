//! The difference of two folders as text, file by file, in the unified form that people know from version control.

use std::collections::BTreeSet;

use similar::TextDiff;

use crate::folder::Folder;

/// The unified difference, empty when every byte is the same. A file that only one folder has is shown whole.
pub fn text_diff(before: &Folder, after: &Folder) -> String {
    let (old, new) = (before.files(), after.files());
    let names: BTreeSet<&str> = old.iter().chain(&new).map(|(name, _)| *name).collect();
    let find = |files: &[(&str, &[u8])], name: &str| {
        files
            .iter()
            .find(|(file, _)| *file == name)
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
    };
    let mut text = String::new();
    for name in names {
        let (was, is) = (find(&old, name), find(&new, name));
        if was == is {
            continue;
        }
        let side = |letter: &str, file: &Option<String>| match file {
            Some(_) => format!("{letter}/{name}"),
            None => "/dev/null".to_owned(),
        };
        let (from, to) = (side("a", &was), side("b", &is));
        let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
        let lines = TextDiff::from_lines(&was, &is);
        text.push_str(&lines.unified_diff().context_radius(3).header(&from, &to).to_string());
    }
    text
}
