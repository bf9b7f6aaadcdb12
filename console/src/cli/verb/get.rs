//! `remit get`: lists of what there is.

use clap::{Args, Subcommand, ValueEnum};
use remit_proto::v1::{
    Action, ActionStatus, Escalation, ListActionsRequest, ListDomainsRequest, ListEscalationsRequest,
    ListParkedRequest, ListRollbacksRequest, ListRunsRequest, ListServicesRequest, ListSwitchesRequest,
    Service,
};

use crate::cli::{
    failure::Failure,
    filter::filter,
    kind::{action, clause, domain, escalation, rollback, run, service, switch},
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit get`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit get services
  remit get runs --open --service refund-decision
  remit get actions --status in-doubt
  remit get escalations -o json | jq -r '.escalations[].id'
  remit get switches -o wide
  remit get clauses refund-decision
  remit get parked")]
pub struct Get {
    /// What to list
    #[command(subcommand)]
    pub what: What,
}

/// What can be listed.
#[derive(Subcommand, Debug)]
pub enum What {
    /// Services with their ceiling, load and alarms
    #[command(visible_alias = "service")]
    Services,
    /// Runs with their budgets, newest first
    #[command(
        visible_alias = "run",
        after_help = "Example:\n  remit get runs --open --service refund-decision"
    )]
    Runs {
        /// Only runs of this service
        #[arg(long)]
        service: Option<String>,
        /// Only runs that have not ended
        #[arg(long)]
        open: bool,
        /// At most this many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Actions, newest first
    #[command(
        visible_alias = "action",
        after_help = "Examples:\n  remit get actions --status held\n  remit get actions --run 1f3a9c2e -o wide"
    )]
    Actions {
        /// Only actions of this service
        #[arg(long)]
        service: Option<String>,
        /// Only actions of this run: its id or a unique end of it
        #[arg(long)]
        run: Option<String>,
        /// Only actions that are in this state
        #[arg(long)]
        status: Option<Status>,
        /// At most this many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// Only actions that this lets through, as in `remit tail`
        filter: Vec<String>,
    },
    /// Escalations that wait for a person
    #[command(
        visible_alias = "escalation",
        after_help = "Fields of a filter: service, tool, rule, because, group, status, due, age, at, quorum, votes, moved, id,
action, run, domain and params.NAME.

Examples:
  remit get escalations --all
  remit get escalations 'due<5m params.amount_minor>=50000'"
    )]
    Escalations {
        /// Also those that are answered, lapsed or voided
        #[arg(long)]
        all: bool,
        /// Only questions that this lets through, as in `remit tail`
        filter: Vec<String>,
    },
    /// Switches that hold
    #[command(visible_alias = "switch")]
    Switches,
    /// The clauses of each contract, and whether each still refuses what it must refuse
    #[command(
        visible_alias = "clause",
        after_help = "Steps of the contract's scenarios that name the `clause` (or the `findings`) that must refuse them are its canaries.
They are played every minute on the compiled contract that decides, and whenever a version becomes active. A clause is
`enforced` when it refused all of them, `not exercised` when no step names it, and `off` when it let one through - an
alarm, with the step in the note - or when the contract gives it nothing to enforce. LAST OBJECTED is when it stood in
the way of an action of the service itself.

Examples:
  remit get clauses
  remit get clauses refund-decision -o wide
  remit get clauses -o json | jq -e '[.clauses[] | select(.alarm)] == []'"
    )]
    Clauses {
        /// Only those of this service
        service: Option<String>,
    },
    /// Rollbacks that go on or have left something to a person, newest first
    #[command(visible_alias = "rollback", after_help = "Example:\n  remit get rollbacks --all")]
    Rollbacks {
        /// Also those that are closed
        #[arg(long)]
        all: bool,
    },
    /// Effects that a rollback could not take back and a person has to take over, most urgent first
    #[command(after_help = "What was taken over is said with `remit rollback skip PLAN ACTION --reason …`.

Example:
  remit get parked")]
    Parked,
    /// Domains and what their files say
    #[command(visible_alias = "domain")]
    Domains,
}

/// Where an action is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
#[expect(missing_docs, reason = "each is the wire's state of the same name")]
pub enum Status {
    Proposed,
    Denied,
    Held,
    Lapsed,
    Approved,
    Admitted,
    Running,
    Succeeded,
    Failed,
    #[value(alias = "in_doubt")]
    InDoubt,
    Undone,
}

impl From<Status> for ActionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Proposed => Self::Proposed,
            Status::Denied => Self::Denied,
            Status::Held => Self::Held,
            Status::Lapsed => Self::Lapsed,
            Status::Approved => Self::Approved,
            Status::Admitted => Self::Admitted,
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::InDoubt => Self::InDoubt,
            Status::Undone => Self::Undone,
        }
    }
}

/// Lists what was asked for.
///
/// # Errors
/// When the control plane does not answer or refuses, or the output cannot be written.
pub async fn run(args: Get, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    match args.what {
        What::Services => {
            let rows =
                session.client.list_services(within(ListServicesRequest {})).await?.into_inner().services;
            screen.list("services", &rows, service::COLUMNS, service::json)?;
        }
        What::Runs { service, open, limit } => {
            let request = ListRunsRequest { service: service.unwrap_or_default(), open_only: open, limit };
            let rows = session.client.list_runs(within(request)).await?.into_inner().runs;
            screen.list("runs", &rows, run::COLUMNS, run::json)?;
        }
        What::Actions { service, run, status, limit, filter: words } => {
            let run = match run {
                Some(named) => session.run_id(&named).await?,
                None => String::new(),
            };
            let status = status.map_or(ActionStatus::Unspecified, ActionStatus::from).into();
            let request = ListActionsRequest {
                service: service.unwrap_or_default(),
                run,
                status,
                limit,
                filter: filter::<Action>(&words, screen)?,
            };
            let rows = session.client.list_actions(within(request)).await?.into_inner().actions;
            screen.list("actions", &rows, action::COLUMNS, action::json)?;
        }
        What::Escalations { all, filter: words } => {
            let filter = filter::<Escalation>(&words, screen)?;
            let request = ListEscalationsRequest { pending_only: !all, filter };
            let rows = session.client.list_escalations(within(request)).await?.into_inner().escalations;
            screen.list("escalations", &rows, escalation::COLUMNS, escalation::json)?;
        }
        What::Switches => {
            let rows =
                session.client.list_switches(within(ListSwitchesRequest {})).await?.into_inner().switches;
            screen.list("switches", &rows, switch::COLUMNS, switch::json)?;
        }
        What::Clauses { service } => {
            let services = session.client.list_services(within(ListServicesRequest {})).await?;
            let rows = clauses(services.into_inner().services, service.as_deref())?;
            screen.list("clauses", &rows, clause::COLUMNS, clause::json)?;
        }
        What::Rollbacks { all } => {
            let request = within(ListRollbacksRequest { all });
            let rows = session.client.list_rollbacks(request).await?.into_inner().rollbacks;
            screen.list("rollbacks", &rows, rollback::LIST, rollback::standing_json)?;
        }
        What::Parked => {
            let rows = session.client.list_parked(within(ListParkedRequest {})).await?.into_inner().parked;
            screen.list("parked", &rows, rollback::PARKED, rollback::parked_json)?;
        }
        What::Domains => {
            let rows = session.client.list_domains(within(ListDomainsRequest {})).await?.into_inner().domains;
            screen.list("domains", &rows, domain::COLUMNS, domain::json)?;
        }
    }
    Ok(())
}

/// The clauses of one service, or of all.
fn clauses(services: Vec<Service>, only: Option<&str>) -> Result<Vec<clause::Row>, Failure> {
    if let Some(name) = only.filter(|name| services.iter().all(|service| service.name != *name)) {
        return Err(
            Failure::no(format!("there is no service `{name}` here")).hint("`remit get services` lists them")
        );
    }
    let wanted = services.into_iter().filter(|service| only.is_none_or(|name| service.name == name));
    let rows = wanted.flat_map(|Service { name, clauses, .. }| {
        clauses.into_iter().map(move |state| clause::Row { service: name.clone(), state })
    });
    Ok(rows.collect())
}
