//! The keys of this place, from the live keymap.

use ratatui::layout::Rect;

use super::super::keymap::CARD_KEYS;
use super::super::keys;
use super::super::paint::{Painter, Row};

pub(super) fn paint(painter: &mut Painter<'_>, body: Rect, from: usize) {
    let theme = painter.theme;
    let page = painter.state.nav.page();
    let mut rows: Vec<_> = painter
        .state
        .keymap
        .on(page)
        .map(|binding| {
            let names: Vec<_> = binding.keys.iter().map(|key| keys::name(*key)).collect();
            Row::new().cell(names.join(" "), 16, theme.strong).put(binding.help, theme.text)
        })
        .collect();
    rows.push(Row::of("in a card:", theme.dim));
    rows.extend(
        CARD_KEYS.iter().map(|(key, help)| Row::new().cell(*key, 16, theme.strong).put(*help, theme.text)),
    );
    let verbs = super::super::update::VERBS;
    rows.push(Row::of(":", theme.strong).put(format!(" takes {verbs}"), theme.text));
    let inner = painter.rule(body, "Keys here");
    let shown = painter.document(inner, "help".to_owned(), &rows, from);
    debug_assert!(shown.first <= shown.end, "a document never ends before it begins");
}
