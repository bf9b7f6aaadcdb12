//! Each setting with each of those who can say what it is.

use std::path::Path;

use clap::Parser as _;
use serde_json::{Value, json};

use super::{Said, all};
use crate::{cli::Cli, config::Config, tui::theme::Surroundings};

const FILE: &str = "theme = \"dark\"\nascii = true\nreduced_motion = true\nplain = true\nmouse = true\nnotify = \"bell\"\n\
                    title = false\n";

fn said(file: &str, words: &str, variables: Said<'_>, name: &str) -> (Value, String) {
    let known = Config::parse(Path::new("config.toml"), file).unwrap();
    let words = ["remit"].into_iter().chain(words.split_whitespace());
    let global = Cli::try_parse_from(words.chain(["config", "explain"])).unwrap().global;
    let found = all(&known, &global.look, global.color, variables);
    let setting = found.into_iter().find(|it| it.name == name).unwrap();
    (setting.value, setting.from.to_string())
}

fn around(around: Surroundings<'_>) -> Said<'_> {
    Said { around, ..Said::default() }
}

#[test]
fn each_says_who_said_so() {
    let none = Said::default();
    let dumb = around(Surroundings { term: Some("dumb"), ..Surroundings::default() });
    let no_color = around(Surroundings { no_color: Some("1"), ..Surroundings::default() });
    let latin = around(Surroundings { locale: Some("de_DE.ISO-8859-1"), ..Surroundings::default() });
    let utf8 = around(Surroundings { locale: Some("de_DE.UTF-8"), ..Surroundings::default() });
    let still = around(Surroundings { no_motion: Some("1"), ..Surroundings::default() });
    let table = [
        ("", "", none, "theme", json!("auto"), "default"),
        (FILE, "", none, "theme", json!("dark"), "file, line 1"),
        (FILE, "--theme light", none, "theme", json!("light"), "--theme"),
        (
            FILE,
            "--theme light",
            Said { theme: Some("light"), ..none },
            "theme",
            json!("light"),
            "REMIT_THEME",
        ),
        (FILE, "--color never", none, "theme", json!("plain"), "--color"),
        (FILE, "--theme light", no_color, "theme", json!("plain"), "NO_COLOR"),
        (FILE, "", dumb, "theme", json!("plain"), "TERM"),
        ("", "", utf8, "ascii", json!(false), "default"),
        ("", "", latin, "ascii", json!(true), "locale"),
        (FILE, "--ascii", latin, "ascii", json!(true), "--ascii"),
        (FILE, "", none, "ascii", json!(true), "file, line 2"),
        ("ascii = false\n", "", none, "ascii", json!(false), "file, line 1"),
        (FILE, "", none, "reduced_motion", json!(true), "file, line 3"),
        ("", "", still, "reduced_motion", json!(true), "NO_MOTION"),
        ("", "--reduced-motion", still, "reduced_motion", json!(true), "--reduced-motion"),
        (FILE, "", none, "plain", json!(true), "file, line 4"),
        ("", "", Said { accessible: true, ..none }, "plain", json!(true), "ACCESSIBLE"),
        ("", "--plain", none, "plain", json!(true), "--plain"),
        (FILE, "", none, "mouse", json!(true), "file, line 5"),
        ("", "--mouse", none, "mouse", json!(true), "--mouse"),
        ("", "", none, "notify", json!("off"), "default"),
        (FILE, "", none, "notify", json!("bell"), "file, line 6"),
        ("", "", none, "title", json!("where the terminal has one"), "default"),
        (FILE, "", none, "title", json!(false), "file, line 7"),
    ];
    for (file, words, variables, name, value, from) in table {
        let found = said(file, words, variables, name);
        assert_eq!(found, (value, from.to_owned()), "{name} with `{words}`, {variables:?}, {file}");
    }
}
