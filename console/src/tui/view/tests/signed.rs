//! Nothing is signed that is not drawn: each word of the display document is on the page, whatever is in it.

use proptest::prelude::*;
use ratatui::layout::Size;
use remit_document::Document;

use crate::inert::Inert;
use crate::tui::fixture::Desk;
use crate::tui::keys::Key;

/// What the page says from its first line to its last, without blanks and the bar beside foreign lines.
fn page(desk: &mut Desk) -> String {
    let mut text = String::new();
    loop {
        let screen = desk.screen();
        text.push_str(&screen);
        if !screen.contains("reads on --") {
            return squeezed(&text);
        }
        desk.key(Key::Char(' '));
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '|').collect()
}

fn reading(change: impl FnOnce(&mut remit_proto::v1::ActionDetail)) -> Desk {
    let mut desk = Desk::new(Size::new(160, 48));
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    desk.fetched();
    change(desk.state.details.action.as_mut().unwrap());
    desk
}

fn every_word_is_drawn(mut desk: Desk) -> Result<(), TestCaseError> {
    let document = Document::of(desk.state.details.action.as_deref().unwrap()).unwrap();
    let page = page(&mut desk);
    for part in document.parts() {
        for word in Inert::line(&part.text).as_str().split_whitespace() {
            let word = squeezed(word);
            prop_assert!(
                page.to_lowercase().contains(&word.to_lowercase()),
                "`{}` of {:?} is not on {}",
                word,
                part,
                page
            );
        }
    }
    Ok(())
}

#[test]
fn the_page_of_a_question_says_all_of_its_document() {
    every_word_is_drawn(reading(|_| {})).unwrap();
    every_word_is_drawn(reading(|detail| detail.evidence[0].content_json.clear())).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn also_where_the_texts_are_hostile(why in "\\PC{1,60}", undo in "[a-z<>&\u{202e}\u{7}]{1,40}", group in "[a-z:]{1,30}", source in "[a-z.\u{200b}]{1,30}") {
        let desk = reading(|detail| {
            let asked = detail.escalation.as_mut().unwrap();
            asked.because = vec![why];
            asked.groups = vec![group];
            detail.undo = undo;
            detail.evidence[0].source = source;
        });
        every_word_is_drawn(desk)?;
    }
}
