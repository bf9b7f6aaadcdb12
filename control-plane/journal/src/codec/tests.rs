//! The stored forms of every event kind, held by files: the file is the truth, not the code. `KIND.json` is the
//! first form; `KIND.what.json` holds fields that came later.

use std::{collections::BTreeSet, fs, path::Path};

use remit_core::Event;

use super::{decode, encode};

/// Kind and stored body of every golden file.
pub(crate) fn golden() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let kind = name.split('.').next().unwrap().to_owned();
            (kind, fs::read_to_string(path).unwrap().trim_end_matches('\n').to_owned())
        })
        .collect()
}

#[test]
fn every_kind_has_a_golden_file() {
    let files: BTreeSet<String> = golden().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(files, Event::KINDS.iter().map(|kind| (*kind).to_owned()).collect());
}

#[test]
fn golden_files_decode_and_encode_to_the_same_bytes() {
    for (kind, body) in golden() {
        let event = decode(&body).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(event.kind(), kind);
        assert_eq!(encode(&event, &mut Vec::new()).unwrap(), body);
    }
}

#[test]
fn an_unknown_kind_is_refused() {
    let error = decode(r#"{"world_ended":{}}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown variant `world_ended`"), "{error}");
}
