//! Malformed hours and releases: one edit of the good document each, and what people are told.

use super::documents::check;

#[test]
fn hours_and_releases() {
    check(
        "hours_and_releases",
        &[
            ("  undo:\n", "  release: { people: 3 }\n  undo:\n"),
            ("  undo:\n", "  release: { persons: 2 }\n  undo:\n"),
            (
                "  undo:\n",
                "  schedule:\n    Nights: { ceiling: execute, days: [monday], from: 22h, until: '24:01' }\n  undo:\n",
            ),
            (
                "  undo:\n",
                "  schedule:\n    nights: { ceiling: read, days: [], from: '24:00', until: '06:00', because: Dark. }\n  undo:\n",
            ),
            (
                "  undo:\n",
                "  schedule:\n    nights: { ceiling: read, from: '06:00', until: '06:00', because: Dark. }\n  undo:\n",
            ),
        ],
    );
}
