//! `remit domain`: the files of domains, without a control plane.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use remit_contract::domain::{DomainFile, base, read};
use remit_core::{DomainSettings, practice::Cadence, terms::Rate, window::Per};
use remit_proto::v1 as pb;
use serde_json::{Value, json};

use crate::cli::{exit::Exit, failure::Failure, kind::domain, problems::refuse, screen::Screen};

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
    if screen.for_programs() {
        let domains: Vec<Value> = files.iter().map(entry).collect();
        screen.object(&json!({ "ok": true, "domains": domains, "problems": [] }))?;
        return Ok(Exit::Ok);
    }
    for file in &files {
        screen.line(&format!("{} holds together", file.name))?;
        screen.field("file", &file.path.display().to_string())?;
        screen.field("currency", &file.settings.currency)?;
        screen.field("backtest", file.settings.backtest.as_str())?;
        let shown = shown(&file.settings);
        for (name, limits) in [("cost", domain::cost(&shown)), ("throttle", domain::throttle(&shown))] {
            screen.field(name, if limits.is_empty() { "no limit" } else { &limits })?;
        }
        screen.field("practice", &domain::practice(&shown))?;
    }
    Ok(Exit::Ok)
}

/// What the file limits, as the control plane would say it.
fn shown(settings: &DomainSettings) -> pb::Domain {
    let DomainSettings { allowance, throttle, practice, .. } = settings;
    let spend = |per| allowance.spend.get(&per).map(|most| most.as_micros());
    let calls = |per| allowance.calls.get(&per).copied();
    let rate = |rate: Option<Rate>| rate.map(|rate| rate.to_string()).unwrap_or_default();
    let cost = pb::DomainCost {
        spend_hour_micros: spend(Per::Hour),
        spend_day_micros: spend(Per::Day),
        calls_hour: calls(Per::Hour),
        calls_day: calls(Per::Day),
    };
    let throttles = pb::DomainThrottle {
        identity: rate(throttle.identity),
        service: rate(throttle.service),
        domain: rate(throttle.domain),
    };
    pb::Domain {
        cost: (!allowance.is_empty()).then_some(cost),
        throttle: (!throttle.is_empty()).then_some(throttles),
        practice: practice.map(|Cadence { one_in, most_waiting, longest_wait_ms }| pb::DomainPractice {
            one_in,
            most_waiting,
            longest_wait_ms,
        }),
        ..pb::Domain::default()
    }
}

fn entry(file: &DomainFile) -> Value {
    let shown = shown(&file.settings);
    let (cost, throttle) = domain::limits_json(&shown);
    json!({
        "domain": file.name.as_str(),
        "file": file.path.display().to_string(),
        "currency": file.settings.currency,
        "backtest": file.settings.backtest.as_str(),
        "cost": cost,
        "throttle": throttle,
        "practice": domain::practice_json(&shown),
    })
}
