//! Keys that somebody chose: what they mean, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::live::Keymap;
use super::{BINDINGS, Verb, holds};
use crate::tui::keys::{self, Key};
use crate::tui::state::nav::Page;

fn bound(id: &str, names: &[&str]) -> BTreeMap<String, Vec<String>> {
    [(id.to_owned(), names.iter().map(|name| (*name).to_owned()).collect())].into()
}

#[test]
fn the_table_itself_has_no_conflict_and_each_id_once() {
    assert_eq!(Keymap::with(&BTreeMap::new()), Ok(Keymap::default()));
    let ids: BTreeSet<&str> = BINDINGS.iter().map(|binding| binding.verb.id()).collect();
    assert_eq!(ids.len(), BINDINGS.len());
}

#[test]
fn a_key_means_what_the_file_says_and_no_more_what_it_was() {
    let map = Keymap::with(&bound("down", &["e", "Down"])).unwrap();
    assert_eq!(map.lookup(Key::Char('e'), &Page::Overview), Some(Verb::Down));
    assert_eq!(map.lookup(Key::Char('j'), &Page::Overview), None);
    assert_eq!(map.key_of(Verb::Down, &Page::Queue), Some(Key::Char('e')));
    // What is fixed stays, whatever else is added.
    let map = Keymap::with(&bound("act", &["Ctrl-A"])).unwrap();
    for key in [Key::Ctrl('a'), Key::Char('!')] {
        assert_eq!(map.lookup(key, &Page::Trace), Some(Verb::Act));
    }
}

#[test]
fn what_would_surprise_is_refused() {
    let table = [
        ("explode", &["x"][..], "there is no such action; there are: overview, queue"),
        ("down", &["Hyper"], "`Hyper` is no key; a key is one letter"),
        ("down", &[], "at least one key is needed"),
        ("down", &["k"], "`down`: `k` means `up` in the same place"),
        ("down", &["n"], "`down`: `n` means `did_not_happen` in the same place"),
        ("down", &["Esc"], "`Esc` always means `back`"),
        ("filter", &["!"], "`!` always means `act`"),
        ("deny", &["Ctrl-C"], "`Ctrl-C` always means `interrupt`"),
        ("down", &["Ctrl-Z"], "`Ctrl-Z` always means `suspend`"),
        ("down", &["Ctrl-M"], "`Ctrl-I` and `Ctrl-M` arrive as Tab and Enter"),
        ("approve", &["Enter"], "`Enter` confirms in a card"),
        ("deny", &["y"], "`y` confirms in a card"),
        ("fold", &["a"], "`a` means `approve` in the same place"),
    ];
    for (id, names, words) in table {
        let wrong = Keymap::with(&bound(id, names)).unwrap_err().to_string();
        assert!(wrong.contains(words), "{id} {names:?}: {wrong}");
    }
    // Elsewhere the same key is another.
    assert!(Keymap::with(&bound("freeze", &["v"])).is_ok());
}

fn any_key() -> impl Strategy<Value = Key> {
    let letters = proptest::char::range('!', '~').prop_map(Key::Char);
    let ctrl =
        proptest::char::range('a', 'z').prop_filter("arrives", |it| !"im".contains(*it)).prop_map(Key::Ctrl);
    let named =
        [Key::Enter, Key::Esc, Key::Tab, Key::BackTab, Key::Up, Key::PageUp, Key::Home, Key::Char(' ')];
    prop_oneof![letters, ctrl, prop::sample::select(named.to_vec())]
}

proptest! {
    #[test]
    fn a_name_is_the_key_that_it_names(key in any_key()) {
        prop_assert_eq!(keys::named(&keys::name(key)), Some(key));
    }

    #[test]
    fn a_map_that_is_accepted_is_without_surprise(
        chosen in prop::collection::vec((0..BINDINGS.len(), prop::collection::vec(any_key(), 1..3)), 0..6)
    ) {
        let names = |keys: &Vec<Key>| keys.iter().map(|key| keys::name(*key)).collect::<Vec<_>>();
        let file = chosen.iter().map(|(at, keys)| (BINDINGS[*at].verb.id().to_owned(), names(keys))).collect();
        let Ok(map) = Keymap::with(&file) else { return Ok(()) };
        for page in [Page::Overview, Page::Queue, Page::Trace, Page::Action(String::new())] {
            prop_assert_eq!(map.lookup(Key::Esc, &page), Some(Verb::Back));
            prop_assert_eq!(map.lookup(Key::Char('!'), &page), Some(Verb::Act));
            let mut taken = BTreeSet::new();
            for row in map.rows().filter(|row| holds(row.place, &page)) {
                for key in &row.keys {
                    prop_assert!(taken.insert(*key), "{:?} has two meanings", key);
                    let confirms = matches!(key, Key::Enter | Key::Char('y'));
                    prop_assert!(!(confirms && row.verb.opens_card()), "{:?} opens and confirms", key);
                }
            }
        }
    }
}
