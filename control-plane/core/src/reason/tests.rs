//! Every reason explains itself, and its stored form is its code.

use super::*;

#[test]
fn every_reason_has_a_code_a_sentence_and_a_hint() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.code()));
        assert_eq!(reason.code().parse(), Ok(*reason));
        for text in [reason.sentence(), reason.hint()] {
            assert!(text.ends_with('.') && text.len() > 10, "{reason}: {text}");
        }
    }
    let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Reason::ALL.len());
}
