//! `remit domain`: the files of domains, without a control plane.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use remit_contract::domain::{DomainFile, base, read};
use serde_json::{Value, json};

use crate::cli::{exit::Exit, failure::Failure, problems::refuse, screen::Screen};

/// Arguments of `remit domain`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit domain check domains
  remit domain check domains/payments.yaml -o json
  remit domain schema > domain.schema.json
  remitd serve --data ./data --approval required --domain payments --domains domains/payments.yaml")]
pub struct Domains {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with a domain's file.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Read it, or every file of a folder, as the control plane would; ends with 1 when something is wrong
    Check {
        /// A domain's file, or a folder of them
        #[arg(value_name = "FILE|DIR")]
        path: PathBuf,
    },
    /// Print the JSON Schema of a domain's file, for editors that complete and check it
    Schema,
}

/// Answers.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Domains, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Check { path } => check(path, screen),
        Verb::Schema => {
            screen.object(&remit_contract::domain_json_schema())?;
            Ok(Exit::Ok)
        }
    }
}

/// Prints every problem with its place and remedy, or what the files say.
fn check(path: &Path, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let files = match read(path) {
        Ok(files) => files,
        Err(problems) => return refuse(base(path), &problems, screen),
    };
    if screen.is_json() {
        let domains: Vec<Value> = files.iter().map(entry).collect();
        screen.object(&json!({ "ok": true, "domains": domains, "problems": [] }))?;
        return Ok(Exit::Ok);
    }
    for file in &files {
        screen.line(&format!("{} holds together", file.name))?;
        screen.field("file", &file.path.display().to_string())?;
        screen.field("currency", &file.settings.currency)?;
        screen.field("backtest", file.settings.backtest.as_str())?;
    }
    Ok(Exit::Ok)
}

fn entry(file: &DomainFile) -> Value {
    json!({
        "domain": file.name.as_str(),
        "file": file.path.display().to_string(),
        "currency": file.settings.currency,
        "backtest": file.settings.backtest.as_str(),
    })
}
