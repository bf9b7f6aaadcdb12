//! Contexts that cannot be used, and what is said of them.

use std::path::Path;

use super::{Context, Error};

const GOOD: &str = "environment = \"demo\"\nendpoint = \"http://127.0.0.1:7410\"\ntoken = \"s3cret\"\n";

fn parse(text: &str) -> Result<Context, Error> {
    Context::parse(Path::new("/etc/ctx.toml"), text)
}

#[test]
fn the_three_keys_are_read() {
    let context = parse(GOOD).unwrap();
    assert_eq!(context.environment, "demo");
    assert_eq!(context.endpoint, "http://127.0.0.1:7410");
    assert_eq!(context.token, "s3cret");
}

#[test]
fn debug_never_shows_the_token() {
    let shown = format!("{:?}", parse(GOOD).unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("demo"), "{shown}");
}

#[test]
fn an_error_names_the_file_the_key_and_the_remedy() {
    let table = [
        (
            GOOD.replace("environment", "enviroment"),
            "context `/etc/ctx.toml`, line 1: unknown field `enviroment`",
        ),
        (GOOD.replace("token = \"s3cret\"\n", ""), "missing field `token`"),
        (format!("{GOOD}colour = \"red\"\n"), "context `/etc/ctx.toml`, line 4: unknown field `colour`"),
        (GOOD.replace("\"demo\"", "\" \""), "context `/etc/ctx.toml`: key `environment` is empty"),
        (
            GOOD.replace("http:", "https:"),
            "key `endpoint` is `https://127.0.0.1:7410`; accepted is `http://HOST:PORT`",
        ),
        (GOOD.replace("http://", ""), "key `endpoint` is `127.0.0.1:7410`"),
        (GOOD.replace("s3cret", "two words"), "key `token` is not a token"),
        (GOOD.replace("s3cret", ""), "key `token` is not a token"),
        ("environment = demo".to_owned(), "context `/etc/ctx.toml`, line 1: "),
    ];
    for (text, expected) in table {
        let error = parse(&text).unwrap_err();
        assert!(error.to_string().contains(expected), "{error} does not say {expected}");
        assert!(error.hint().contains("exactly `environment`, `endpoint` and `token`"), "{}", error.hint());
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn a_missing_file_says_how_to_get_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("context.toml");
    let error = Context::load(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("no context at `{}`", path.display()));
    assert!(error.hint().contains("start `remitd serve`"), "{}", error.hint());
    assert!(error.hint().contains("remit demo"), "{}", error.hint());
}
