//! Scalars as the YAML 1.2 core schema reads them, and places.

use serde_json::json;

use super::{Kind, parse, to_json};
use crate::problem::Problems;

#[test]
fn scalars_are_what_they_look_like() {
    let problems = Problems::of("x.yaml");
    let text = "[1, -2, 007, 1.5, 1e3, '1', true, no, y, off, null, ~, , 2026-01-01, 1.2.3, 10m, 12345678901234567890]";
    let value = to_json(&parse(&text.replace(", ,", ", '',"), &problems).unwrap(), &problems);
    assert_eq!(
        value,
        Some(json!([
            1,
            -2,
            7,
            1.5,
            1000.0,
            "1",
            true,
            "no",
            "y",
            "off",
            null,
            null,
            "",
            "2026-01-01",
            "1.2.3",
            "10m",
            12_345_678_901_234_567_890_f64
        ]))
    );
    assert!(problems.into_sorted().is_empty());
}

#[test]
fn numbers_that_json_cannot_write_are_refused() {
    for text in [".inf", ".nan", "0x10", "0o7"] {
        let problems = Problems::of("x.yaml");
        assert_eq!(to_json(&parse(text, &problems).unwrap(), &problems), None);
        assert_eq!(problems.into_sorted().len(), 1, "{text}");
    }
}

#[test]
fn places_count_lines_and_characters_from_one() {
    let problems = Problems::of("x.yaml");
    let root = parse("é: ä\nb:\n  - c\n", &problems).unwrap();
    let Kind::Map(entries) = root.kind else { panic!("a mapping") };
    let places: Vec<_> = entries
        .iter()
        .map(|entry| {
            ((entry.place.line, entry.place.column), (entry.value.place.line, entry.value.place.column))
        })
        .collect();
    assert_eq!(places, [((1, 1), (1, 4)), ((2, 1), (3, 3))]);
}
