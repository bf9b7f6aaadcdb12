//! Which file a name stands for, and what a folder holds.

use std::{fs, path::Path};

use super::{DEFAULT, Shelf, is_file};
use crate::context::Error;

fn context(environment: &str) -> String {
    format!("environment = \"{environment}\"\nendpoint = \"http://127.0.0.1:7410\"\ntoken = \"s3cret\"\n")
}

/// A folder with the default one and these.
fn shelf(dir: &Path, names: &[&str]) -> Shelf {
    fs::create_dir_all(dir.join("contexts")).unwrap();
    fs::write(dir.join("context.toml"), context("laptop")).unwrap();
    for name in names {
        fs::write(dir.join("contexts").join(format!("{name}.toml")), context(name)).unwrap();
    }
    Shelf { default: dir.join("context.toml") }
}

#[test]
fn the_default_one_is_current_until_another_is_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = shelf(dir.path(), &["prod", "eu-1"]);
    let names = |shelf: &Shelf| shelf.all().into_iter().map(|it| (it.name, it.current)).collect::<Vec<_>>();
    let expected =
        [("default", true), ("eu-1", false), ("prod", false)].map(|(name, is)| (name.to_owned(), is));
    assert_eq!(names(&shelf), expected);
    let file = shelf.choose("prod").unwrap();
    assert_eq!(file, dir.path().join("contexts/prod.toml"));
    assert_eq!((shelf.current().as_str(), names(&shelf)[2].1), ("prod", true));
    shelf.choose(DEFAULT).unwrap();
    assert_eq!(shelf.current(), DEFAULT);
}

#[test]
fn a_name_never_leads_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = shelf(dir.path(), &["prod"]);
    fs::write(dir.path().join("secret.toml"), context("secret")).unwrap();
    for name in ["../secret", "nothing", "", ".prod", "a b"] {
        let Err(Error::Unknown { known, .. }) = shelf.file(name) else { panic!("{name} is a context") };
        assert_eq!(known, ["default", "prod"]);
    }
    assert!(shelf.choose("nothing").is_err());
    assert_eq!(shelf.current(), DEFAULT);
}

#[test]
fn what_cannot_be_used_is_listed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = shelf(dir.path(), &["prod"]);
    fs::write(dir.path().join("contexts/broken.toml"), "environment = 1").unwrap();
    let all = shelf.all();
    assert!(all.iter().any(|it| it.name == "broken" && it.context.is_err()));
}

#[test]
fn a_path_is_a_file_and_a_word_is_a_name() {
    for (text, file) in
        [("prod", false), ("prod.toml", true), ("./prod", true), ("/a/b", true), ("a/b", true)]
    {
        assert_eq!(is_file(Path::new(text)), file, "{text}");
    }
}
