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
fn a_second_endpoint_may_be_named_for_stops() {
    assert_eq!(parse(GOOD).unwrap().stop_endpoint, None);
    let context = parse(&format!("{GOOD}stop_endpoint = \"http://127.0.0.1:7411\"\n")).unwrap();
    assert_eq!(context.stop_endpoint.as_deref(), Some("http://127.0.0.1:7411"));
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
        (format!("{GOOD}stop_endpoint = \"127.0.0.1:1\"\n"), "key `stop_endpoint` is `127.0.0.1:1`"),
        (GOOD.replace("s3cret", "two words"), "key `token` is not a token"),
        (GOOD.replace("s3cret", ""), "key `token` is not a token"),
        ("environment = demo".to_owned(), "context `/etc/ctx.toml`, line 1: "),
    ];
    for (text, expected) in table {
        let error = parse(&text).unwrap_err();
        assert!(error.to_string().contains(expected), "{error} does not say {expected}");
        assert!(
            error
                .hint()
                .contains("it must hold `environment`, `endpoint` and `token`, may hold `stop_endpoint`"),
            "{}",
            error.hint()
        );
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
