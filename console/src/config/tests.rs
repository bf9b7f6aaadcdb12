//! What a configuration file may say, and how it is told what it may not.

use std::path::Path;

use super::{Config, Error};
use crate::tui::{
    keymap::{Verb, live::Keymap},
    keys::Key,
    state::nav::Page,
    theme::Palette,
};

fn parse(text: &str) -> Result<(Config, Keymap), String> {
    let known = Config::parse(Path::new("config.toml"), text).map_err(|error| error.to_string())?;
    Ok((known.config, known.keymap))
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
fn one_wrong_entry_hides_no_other() {
    let text = "theme = \"pink\"\nascii = 1\n\n[keys]\nfold = 7\nup = \"k\"\ndown = \"k\"\nexplode = \"x\"\nmouse = \"Q\"\ndeny = \"y\"\n";
    let Err(Error::Malformed { wrong, .. }) = Config::parse(Path::new("config.toml"), text) else {
        panic!("it is wrong")
    };
    let lines: Vec<_> = wrong.iter().map(|wrong| wrong.line.unwrap()).collect();
    assert_eq!(lines, [1, 2, 5, 6, 8, 9, 10], "{wrong:#?}");
    let said: Vec<_> = wrong.iter().map(|wrong| wrong.what.as_str()).collect();
    for (said, words) in said.iter().zip([
        "unknown variant `pink`",
        "invalid type: integer `1`, expected a boolean",
        "`fold`: a key or a list of keys is wanted",
        "`up`: `k` means `down`",
        "`explode`: there is no such action",
        "`mouse`: there is no such action",
        "`deny`: `y` confirms in a card",
    ]) {
        assert!(said.contains(words), "{said} instead of {words}");
    }
    let first = Config::parse(Path::new("config.toml"), text).unwrap_err().to_string();
    assert!(first.starts_with("`config.toml`, line 1: unknown variant `pink`"), "{first}");
    assert!(first.ends_with("(6 more: `remit config check`)"), "{first}");
    // What is no TOML is said alone: nobody knows what follows from it.
    let Err(Error::Malformed { wrong, .. }) =
        Config::parse(Path::new("config.toml"), "theme = \nascii = 1\n[keys\nup = \"k\"\n")
    else {
        panic!("it is wrong")
    };
    assert!(wrong.iter().all(|it| matches!(it.line, Some(1 | 3))) && !wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_says_nothing_and_a_folder_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let known = Config::load(&dir.path().join("none.toml")).unwrap();
    assert_eq!(known, super::Known::default());
    assert!(Config::load(dir.path()).unwrap_err().to_string().contains("cannot be read"));
}
