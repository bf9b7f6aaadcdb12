//! `remit config`: everything that is wrong with a file, and every setting with who said so.

use std::fs;

use remit_tests::site::Site;
use serde_json::{Value, json};

use super::remit;
use crate::REMITD;

#[tokio::test]
async fn all_that_is_wrong_is_told_and_all_that_is_set_with_who_said_so() {
    let site = Site::new(REMITD).await;
    let path = site.path().join("config.toml");
    let file = path.to_str().unwrap();
    let check = ["config", "check", "--config", file];
    fs::write(&path, "theme = \"pink\"\nmouse = true\nbeep = true\n\n[keys]\ndeny = \"y\"\n").unwrap();
    let said = remit(&site, &check).await;
    said.failed(2, &["does not take", "3 problem(s)", "hint: `remit config explain`"]);
    let lines: Vec<&str> = said.out.lines().collect();
    for (line, words) in lines.iter().zip([
        ":1: unknown variant `pink`",
        ":3: unknown field `beep`",
        ":6: `deny`: `y` confirms in a card",
    ]) {
        assert!(line.starts_with(&format!("{file}{words}")), "{line} instead of {words}");
    }
    assert_eq!(lines.len(), 3, "{said:?}");
    let said = remit(&site, &[&check[..], &["-o", "json"]].concat()).await;
    let found: Value = serde_json::from_str(&said.out).unwrap();
    let lines: Vec<_> = found["problems"].as_array().unwrap().iter().map(|it| it["line"].clone()).collect();
    assert_eq!((said.code, &found["ok"], lines), (2, &json!(false), vec![json!(1), json!(3), json!(6)]));

    fs::write(&path, "mouse = true\nnotify = \"bell\"\n\n[keys]\ndeny = \"X\"\n").unwrap();
    let taken = remit(&site, &[&check[..], &["-o", "json"]].concat()).await.json();
    assert_eq!(taken, json!({ "file": file, "ok": true, "problems": [] }));
    let explain = ["config", "explain", "--config", file, "--reduced-motion", "-o", "json"];
    let explained = remit(&site, &explain).await.json();
    let of = |list: &str, name: &str, key: &str| {
        let rows = explained[list].as_array().unwrap();
        rows.iter().find(|it| it[name] == key).unwrap().clone()
    };
    for (name, value, from) in [
        ("mouse", json!(true), "file, line 1"),
        ("notify", json!("bell"), "file, line 2"),
        ("reduced_motion", json!(true), "--reduced-motion"),
        ("title", json!("where the terminal has one"), "default"),
    ] {
        let setting = of("settings", "name", name);
        assert_eq!((&setting["value"], &setting["from"]), (&value, &json!(from)), "{name}");
    }
    assert_eq!(of("keys", "id", "deny")["from"], "file, line 5");
    assert_eq!(of("keys", "id", "approve")["from"], "default");
    let table = remit(&site, &explain[..5]).await.out;
    assert!(table.contains("SETTING") && table.contains("file, line 2") && table.contains("DOES"), "{table}");
}
