//! `remit drill`: what a service's contract does when it is stopped or undone, tried against a sandbox.

use std::time::Duration;

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{ListContractsRequest, ListDomainsRequest};

use crate::cli::{
    clock, complete,
    drill::{
        Rehearsed,
        report::{Found, Report, TREND},
        shelf::Shelf,
        stop, undo,
    },
    exit::Exit,
    failure::Failure,
    screen::Screen,
    session::{Session, within},
    verb::contract::{backtest::duration_ms, life},
};

/// Arguments of `remit drill`.
#[derive(Args, Debug)]
#[command(
    after_help = "A drill takes the version that is active now and the file of its domain, and starts a control plane of its
own with them, whose tools are a sandbox on this machine. Neither the control plane that decides nor a tool notices it.
What is done is an effect that a scenario of the contract shows being let go.

Examples:
  remit drill stop refund-decision
  remit drill stop refund-decision --load 64 --for 10s -o json
  remit drill undo refund-decision --effects 50 --refuse 20
  remit drill list"
)]
pub struct Drill {
    /// What to drill
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be drilled.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Stop the service under load; ends with 1 when anything was admitted after it
    #[command(
        after_help = "Callers do the effect over and over, at the contract's own rates. Then the sandbox lets effects wait, so that they
are in flight, and the service is stopped. What the journal admits after the acknowledged position is counted, and must
be nothing.

Examples:
  remit drill stop refund-decision
  remit drill stop refund-decision --load 64 --for 10s"
    )]
    Stop {
        /// The service
        #[arg(add = ArgValueCompleter::new(complete::services))]
        service: String,
        /// How many call at a time
        #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=500))]
        load: u16,
        /// For how long before the stop
        #[arg(long = "for", value_name = "DURATION", default_value = "2s", value_parser = duration_ms)]
        lasting: u64,
    },
    /// Undo effects; ends with 1 when more or less is left to people than was refused
    #[command(
        after_help = "Effects are made over a few runs, and all of them are undone by one plan. The sandbox refuses some of it and loses two
answers, where the contract names a key for the call. What is parked must be what was refused.

Examples:
  remit drill undo refund-decision
  remit drill undo refund-decision --effects 50 --refuse 20"
    )]
    Undo {
        /// The service
        #[arg(add = ArgValueCompleter::new(complete::services))]
        service: String,
        /// How many effects are made
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
        effects: u16,
        /// So many in a hundred of them are not taken back
        #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
        refuse: u8,
    },
    /// Show the drills that were done here, oldest first
    #[command(after_help = "Example:\n  remit drill list refund-decision -o json")]
    List {
        /// Only those of this service
        #[arg(add = ArgValueCompleter::new(complete::services))]
        service: Option<String>,
    },
}

/// Drills, or shows what was drilled.
///
/// # Errors
/// When there is no such service, or the drill cannot be done.
pub async fn run(
    args: &Drill,
    open: impl FnOnce() -> Result<Session, Failure>,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    let (session, service) = match &args.verb {
        Verb::List { service } => return list(service.as_deref(), screen),
        Verb::Stop { service, .. } | Verb::Undo { service, .. } => (open()?, service),
    };
    let shelf = Shelf::of_this_person()?;
    let environment = session.environment().to_owned();
    let rehearsed = fetched(service, session).await?;
    let (setting, found) = match &args.verb {
        Verb::List { .. } => return Ok(Exit::Ok),
        Verb::Stop { load, lasting, .. } => {
            let asked = stop::Asked { load: (*load).into(), lasting: Duration::from_millis(*lasting) };
            let (setting, found) = Box::pin(stop::drill(&rehearsed, asked)).await?;
            (setting, Found::Stop(found))
        }
        Verb::Undo { effects, refuse, .. } => {
            let asked = undo::Asked { effects: (*effects).into(), refuse: (*refuse).into() };
            let (setting, found) = Box::pin(undo::drill(&rehearsed, asked)).await?;
            (setting, Found::Undo(found))
        }
    };
    let id = format!("drill-{}", uuid::Uuid::now_v7().simple());
    let report = Report { id, at: clock::now(), environment, setting, wrong: found.wrong(), found };
    let path = shelf.keep(&report)?;
    if screen.for_programs() {
        screen.object(&report.json())?;
    } else {
        report.write(screen)?;
        screen.field("report", &path.display().to_string())?;
    }
    Ok(if report.wrong.is_empty() { Exit::Ok } else { Exit::No })
}

/// The version that is active now, and the file of its domain.
async fn fetched(service: &str, mut session: Session) -> Result<Rehearsed, Failure> {
    let request = ListContractsRequest { service: service.to_owned() };
    let versions = session.control()?.list_contracts(within(request)).await?.into_inner().contracts;
    let active = versions.into_iter().find(|version| version.status == "active");
    let active = active.ok_or_else(|| {
        Failure::no(format!("no contract of `{service}` is active here"))
            .hint("`remit get services` lists them")
    })?;
    let folder = life::kept(&active.digest, &session).await?;
    let domains = session.client.list_domains(within(ListDomainsRequest {})).await?.into_inner().domains;
    let file = domains.into_iter().find(|domain| domain.name == active.domain).map(|domain| domain.file);
    Ok(Rehearsed { folder, domain: file.filter(|text| !text.is_empty()) })
}

fn list(service: Option<&str>, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let mut reports = Shelf::of_this_person()?.all()?;
    reports.retain(|report| service.is_none_or(|service| report.setting.service == service));
    screen.list("drills", &reports, TREND, Report::json)?;
    Ok(Exit::Ok)
}
