//! `remit contract`: contracts in folders, without a control plane, and the life of their versions with one.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use remit_contract::domain;
use serde_json::json;

use crate::cli::{exit::Exit, failure::Failure, problems::refuse, screen::Screen, session::Session};

pub mod backtest;
pub mod diff;
pub mod life;
pub mod test;

/// Arguments of `remit contract`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit contract check contracts/refund-decision
  remit contract check contracts/refund-decision --domains domains
  remit contract check contracts/refund-decision -o json |
    jq -r '.problems[] | \"::\\(.severity) file=\\(.file),line=\\(.line),col=\\(.column)::\\(.message)\"'
  remit contract diff contracts/refund-decision drafts/refund-decision
  remit contract test contracts/refund-decision
  remit contract schema > contract.schema.json
  remit contract backtest drafts/refund-decision --since 7d
  remit contract propose drafts/refund-decision
  remit contract approve 5f0c21ab --yes
  remit contract activate 5f0c21ab
  remit contract history refund-decision")]
pub struct Contract {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with a contract.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Read and compile it as the control plane would; ends with 1 when something is wrong
    Check {
        /// The contract's folder
        dir: PathBuf,
        /// Hold it against its domain's file, too: a file, or a folder of them
        #[arg(long, value_name = "FILE|DIR")]
        domains: Option<PathBuf>,
    },
    /// Say what changed between two versions: in words, then as text
    Diff(diff::Diff),
    /// Play its scenarios and say which rules none of them needs; ends with 1 when one fails
    Test(test::Test),
    /// Print the JSON Schema of contract.yaml, for editors that complete and check it
    Schema,
    /// Say what a draft would have decided otherwise; ends with 1 when it admits what was refused
    Backtest(backtest::Backtests),
    /// What a control plane answers.
    #[command(flatten)]
    Life(life::Verb),
}

/// Answers; a session is opened where one is needed.
///
/// # Errors
/// When the output cannot be written, or the control plane refuses or does not answer.
pub async fn run(
    args: &Contract,
    open: impl FnOnce() -> Result<Session, Failure>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Check { dir, domains } => check(dir, domains.as_deref(), screen),
        Verb::Diff(args) => {
            let session = if args.is_offline() { None } else { Some(open()?) };
            diff::run(args, session.as_ref(), screen).await
        }
        Verb::Test(args) => test::run(args, screen),
        Verb::Schema => {
            screen.object(&remit_contract::json_schema())?;
            Ok(Exit::Ok)
        }
        Verb::Backtest(args) if args.is_offline() => backtest::offline(args, screen),
        Verb::Backtest(args) => backtest::online(args, &mut open()?, screen).await,
        Verb::Life(verb) => life::run(verb, &open()?, screen).await,
    }
}

/// Prints every problem with its place and remedy, or what the contract is.
fn check(dir: &Path, domains: Option<&Path>, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let contract = match remit_contract::scenario::check(dir) {
        Ok(contract) => contract,
        Err(problems) => return refuse(dir, &problems, screen),
    };
    let terms = contract.terms();
    if let Some(path) = domains {
        let files = match domain::read(path) {
            Ok(files) => files,
            Err(problems) => return refuse(domain::base(path), &problems, screen),
        };
        let own = files.iter().find(|file| file.name == terms.domain);
        if let Some(clash) = own.and_then(|file| file.clash(&contract, "contract.yaml".to_owned())) {
            return refuse(dir, &[clash], screen);
        }
    }
    if screen.for_programs() {
        screen.object(&json!({
            "ok": true,
            "service": terms.service.as_str(),
            "domain": terms.domain.as_str(),
            "version": terms.version,
            "digest": terms.digest.to_string(),
            "autonomy": terms.autonomy.as_str(),
            "tools": terms.tools.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
            "problems": [],
        }))?;
        return Ok(Exit::Ok);
    }
    screen.line(&format!("{} {} holds together", terms.service, terms.version))?;
    screen.field("domain", terms.domain.as_str())?;
    screen.field("autonomy", terms.autonomy.as_str())?;
    screen.field("digest", &terms.digest.to_string())?;
    for (name, tool) in &terms.tools {
        let level = tool.level.map_or("only undoes", remit_core::Level::as_str);
        screen.field("tool", &format!("{name} ({level})"))?;
    }
    Ok(Exit::Ok)
}
