//! What a configuration file may say, and how it is told what it may not.

use std::path::Path;

use super::Config;
use crate::tui::{
    keymap::{Verb, live::Keymap},
    keys::Key,
    state::nav::Page,
    theme::Palette,
};

fn parse(text: &str) -> Result<(Config, Keymap), String> {
    Config::parse(Path::new("config.toml"), text).map_err(|error| error.to_string())
}

#[test]
fn it_says_colours_and_keys() {
    let text = "theme = \"dark\"\nascii = true\n\n[keys]\ndown = [\"e\", \"Down\"]\nfold = \"z\"\n";
    let (config, keymap) = parse(text).unwrap();
    assert_eq!((config.theme, config.ascii, config.reduced_motion), (Palette::Dark, true, false));
    assert_eq!(keymap.lookup(Key::Char('z'), &Page::Queue), Some(Verb::Fold));
    assert_eq!(parse("").unwrap(), (Config::default(), Keymap::default()));
}

#[test]
fn what_is_wrong_has_its_line() {
    for (text, words) in [
        ("colour = \"dark\"\n", "`config.toml`, line 1: unknown field `colour`"),
        ("theme = \"pink\"\n", "`config.toml`, line 1: unknown variant `pink`"),
        ("[keys]\nup = \"k\"\ndown = \"k\"\n", "line 2: `up`: `k` means `down`"),
        ("[keys]\n\nexplode = \"x\"\n", "line 3: `explode`: there is no such action"),
    ] {
        let said = parse(text).unwrap_err();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn no_file_says_nothing_and_a_folder_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let known = Config::load(&dir.path().join("none.toml")).unwrap();
    assert_eq!(known, (Config::default(), Keymap::default()));
    assert!(Config::load(dir.path()).unwrap_err().to_string().contains("cannot be read"));
}
