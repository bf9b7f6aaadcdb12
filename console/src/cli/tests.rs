//! The command line as a whole: what it accepts, what its help says, and every verb end to end.

use clap::{CommandFactory as _, Parser as _};

use super::Cli;

mod alerts;
mod audit;
mod blast;
mod clauses;
mod contract;
mod control;
mod cost;
mod domain;
mod ends;
mod plane;
mod switched;
mod verbs;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

/// The help of a verb as people see it on a terminal of 100 columns.
fn help(verbs: &[&str]) -> String {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut found = &mut command;
    for verb in verbs {
        found = found.find_subcommand_mut(verb).unwrap();
    }
    found.render_long_help().to_string()
}

#[test]
fn help_of_the_whole() {
    insta::assert_snapshot!(help(&[]));
}

#[test]
fn help_of_stop() {
    insta::assert_snapshot!(help(&["stop"]));
}

#[test]
fn help_of_approve() {
    insta::assert_snapshot!(help(&["approve"]));
}

#[test]
fn help_of_rollback_run() {
    insta::assert_snapshot!(help(&["rollback", "run"]));
}

#[test]
fn every_verb_has_examples() {
    for verb in Cli::command().get_subcommands() {
        let name = verb.get_name();
        let text = help(&[name]);
        assert!(name == "console" || text.contains("Example"), "{name} has no example:\n{text}");
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_refused_before_anything_is_sent() {
    let table: &[&[&str]] = &[
        &["approve", "9b1c44d0"],
        &["approve", "9b1c44d0", "--reason", ""],
        &["stop", "everything", "--reason", "x"],
        &["stop", "all", "--reason", ""],
        &["stop", "all", "--review", "soon"],
        &["safe"],
        &["reason", "all"],
        &["release", "all"],
        &["release", "all", "--preview", "--reason", "all is well again"],
        &["release", "all", "--reason", "too short"],
        &["token", "create"],
        &["token", "create", "--service", "s", "--operator", "o"],
        &["token", "create", "--service", "s", "--groups", "g"],
        &["rollback", "run", "r", "--reason", "x", "--yes", "--plan-digest", "d"],
        &["rollback", "plan"],
        &["rollback", "plan", "service:x", "--since", "yesterday"],
        &["rollback", "plan", "service:x", "--where", "customer=c-17"],
        &["rollback", "pause", "p"],
        &["rollback", "skip", "p", "--reason", "x"],
        &["resolve", "9b1c44d0", "--reason", "x"],
        &["resolve", "9b1c44d0", "--happened", "--did-not-happen", "--reason", "x"],
        &["resolve", "9b1c44d0", "--did-not-happen", "--reason", "x", "--result", "{}"],
        &["resolve", "9b1c44d0", "--happened"],
        &["get"],
        &["get", "actions", "--status", "lost"],
    ];
    for words in table {
        let words = std::iter::once(&"remit").chain(*words);
        let error = Cli::try_parse_from(words).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
    }
}
