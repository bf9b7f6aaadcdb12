//! What an export holds, and that nothing in it is more than text.

use ratatui::layout::Size;

use super::{Form, Listed, page};
use crate::tui::event::Event;
use crate::tui::fixture::{Desk, listed};
use crate::tui::keys::Key;

fn export(keys: &str, form: Form) -> Option<Listed> {
    let mut desk = Desk::new(Size::new(100, 30));
    let mut picture = listed::alike();
    picture.pending[0].tool = "=cmd|' /C calc'!A0".to_owned();
    picture.pending[1].because = vec!["a | b <b>\u{202e}*now*</b>".to_owned()];
    desk.event(Event::Picture(picture));
    desk.fetched();
    for key in keys.chars() {
        desk.key(if key == '>' { Key::Enter } else { Key::Char(key) });
    }
    page(&desk.state, form)
}

#[test]
fn every_list_has_its_rows_and_a_document_has_none() {
    let pages = [
        ("1", "services", 2),
        ("2", "escalations", 3),
        ("2v", "escalations", 3),
        ("3", "records", 1),
        ("4", "switches", 1),
        ("6", "contracts", listed::versions().len()),
        ("7", "budgets", listed::cost().len()),
        ("8", "audit", listed::audit().entries.len()),
    ];
    for (keys, name, rows) in pages {
        for form in [Form::Markdown, Form::Json, Form::Csv] {
            let found = export(keys, form).unwrap();
            assert_eq!((found.name, found.rows), (name, rows), "{keys} {form:?}");
            assert!(!found.text.contains('\u{202e}'), "{}", found.text);
        }
    }
    assert_eq!(export("2>", Form::Csv), None);
}

#[test]
fn nothing_is_a_formula_and_nothing_ends_a_cell() {
    let csv = export("2", Form::Csv).unwrap().text;
    assert!(csv.lines().count() == 4 && csv.contains("'=cmd|"), "{csv}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns = reader.headers().unwrap().len();
    assert!(reader.records().all(|row| row.unwrap().len() == columns));
    let markdown = export("2", Form::Markdown).unwrap().text;
    let row = markdown.lines().find(|line| line.contains("now")).unwrap();
    assert!(row.contains(r"a \| b \<b\>\<U+202E\>\*now\*"), "{row}");
    let json: serde_json::Value = serde_json::from_str(&export("2", Form::Json).unwrap().text).unwrap();
    assert_eq!(json["escalations"].as_array().unwrap().len(), 3);
}
