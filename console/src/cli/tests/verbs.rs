//! Runs a command line against a small control plane and keeps what it wrote.

use clap::Parser as _;
use jiff::Timestamp;

use super::plane::{Plane, Script, TOKEN, start};
use crate::cli::{
    Cli,
    exit::Exit,
    run::answer,
    screen::{Format, Screen},
    table::Frame,
};

/// What a command did.
pub(super) struct Ran {
    pub(super) exit: Exit,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ran {
    /// Both streams and the exit code, as one text to compare.
    pub(super) fn whole(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.exit.code(), self.out, self.err)
    }
}

/// Runs the words against an endpoint with a token, on a terminal of 100 columns a little after the fixtures' times.
pub(super) async fn run_with(endpoint: &str, token: &str, words: &str) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("context.toml");
    let context = format!("environment = \"test\"\nendpoint = \"{endpoint}\"\ntoken = \"{token}\"\n");
    std::fs::write(&file, context).unwrap();
    let path = file.to_str().unwrap();
    // A `+` stands for a blank inside one word.
    let words = words.split(' ').map(|word| word.replace('+', " "));
    let words = ["remit", "--context", path].map(str::to_owned).into_iter().chain(words);
    let cli = Cli::try_parse_from(words).unwrap();
    let format = cli.global.output;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let now = Timestamp::from_second(1_700_000_060).unwrap();
    let frame = Frame { width: Some(100), colour: false, wide: format == Format::Wide, now };
    let mut screen = Screen { out: &mut out, err: &mut err, format, frame, series: false };
    let exit = answer(cli, &mut screen, std::future::pending()).await;
    let clean = |bytes: Vec<u8>| {
        String::from_utf8(bytes).unwrap().replace(path, "CONTEXT").replace(endpoint, "PLANE")
    };
    Ran { exit, out: clean(out), err: clean(err) }
}

/// Runs the words against a fresh plane; returns what the plane was asked, too.
pub(super) async fn run(script: Script, words: &str) -> (Ran, Plane) {
    let (endpoint, plane) = start(script).await;
    (run_with(&endpoint, TOKEN, words).await, plane)
}
