//! `remit get`: lists of what there is.

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{
    Action, ActionStatus, Alert, Domain, Escalation, ListActionsRequest, ListAlertsRequest,
    ListDomainsRequest, ListEscalationsRequest, ListParkedRequest, ListRollbacksRequest, ListRunsRequest,
    ListServicesRequest, ListSwitchesRequest, Parked, Rollback, Run, Service, Switch,
};

use crate::cli::{
    complete,
    failure::Failure,
    filter::filter,
    kind::{action, alert, clause, domain, escalation, rollback, run, service, switch},
    screen::Screen,
    session::{Session, within},
    watch::{self, Question},
};

/// Arguments of `remit get`.
#[derive(Args, Debug)]
#[command(after_help = "Each list is understood in the singular, too: `remit get action`.

Examples:
  remit get services
  remit get runs --open --service refund-decision
  remit get actions --status in-doubt
  remit get escalations -o json | jq -r '.escalations[].id'
  remit get switches -o wide
  remit get clauses refund-decision
  remit get escalations --watch
  remit get alerts
  remit get parked")]
pub struct Get {
    /// What to list
    #[command(subcommand)]
    pub what: What,
    /// Go on, and show the list again whenever it has changed, until Ctrl-C
    #[arg(
        short,
        long,
        global = true,
        long_help = "Go on, and show the list again whenever it has changed, until Ctrl-C. A terminal is repainted; into a
file or a pipe every change appends the whole list, with `-o json` as one document a line. A moment of a filter that is
given as a span (`since=-15m`) is so long before the beginning."
    )]
    pub watch: bool,
}

/// What can be listed.
#[derive(Subcommand, Debug)]
pub enum What {
    /// Services with their ceiling, load and alarms
    #[command(alias = "service")]
    Services,
    /// Runs with their budgets, newest first
    #[command(alias = "run", after_help = "Example:\n  remit get runs --open --service refund-decision")]
    Runs {
        /// Only runs of this service
        #[arg(long, add = ArgValueCompleter::new(complete::services))]
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
        alias = "action",
        after_help = "Examples:\n  remit get actions --status held\n  remit get actions --run 1f3a9c2e -o wide"
    )]
    Actions {
        /// Only actions of this service
        #[arg(long, add = ArgValueCompleter::new(complete::services))]
        service: Option<String>,
        /// Only actions of this run: its id or a unique end of it
        #[arg(long, add = ArgValueCompleter::new(complete::runs))]
        run: Option<String>,
        /// Only actions that are in this state
        #[arg(long)]
        status: Option<Status>,
        /// At most this many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// Only actions that this lets through, as in `remit tail`
        #[arg(add = ArgValueCompleter::new(complete::filters))]
        filter: Vec<String>,
    },
    /// Escalations that wait for a person
    #[command(
        alias = "escalation",
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
        #[arg(add = ArgValueCompleter::new(complete::filters))]
        filter: Vec<String>,
    },
    /// Switches that hold
    #[command(alias = "switch")]
    Switches,
    /// The clauses of each contract, and whether each still refuses what it must refuse
    #[command(
        alias = "clause",
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
        #[arg(add = ArgValueCompleter::new(complete::services))]
        service: Option<String>,
    },
    /// What wants a person's eye, the worst first, and who looks at it
    #[command(
        alias = "alert",
        after_help = "An alert stands until its condition ends, also when somebody looks at it (`remit ack`).

Examples:
  remit get alerts
  remit get alerts --watch
  remit get alerts -o json | jq -e '[.alerts[] | select(.critical and .acknowledged == null)] == []'"
    )]
    Alerts,
    /// Rollbacks that go on or have left something to a person, newest first
    #[command(alias = "rollback", after_help = "Example:\n  remit get rollbacks --all")]
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
    #[command(alias = "domain")]
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
pub async fn run(
    args: Get,
    session: &mut Session,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let asked = asked(args.what, session, screen).await?;
    watch::answer(&asked, args.watch, (session, screen), interrupt).await.map(drop)
}

/// What to list, as the control plane is asked.
enum Asked {
    Services,
    Runs(ListRunsRequest),
    Actions(ListActionsRequest),
    Escalations(ListEscalationsRequest),
    Switches,
    Alerts,
    Clauses(Option<String>),
    Rollbacks(ListRollbacksRequest),
    Parked,
    Domains,
}

/// The rows of a list.
#[derive(PartialEq)]
enum Found {
    Services(Vec<Service>),
    Runs(Vec<Run>),
    Actions(Vec<Action>),
    Escalations(Vec<Escalation>),
    Switches(Vec<Switch>),
    Alerts(Vec<Alert>),
    Clauses(Vec<clause::Row>),
    Rollbacks(Vec<Rollback>),
    Parked(Vec<Parked>),
    Domains(Vec<Domain>),
}

async fn asked(what: What, session: &mut Session, screen: &mut Screen<'_>) -> Result<Asked, Failure> {
    Ok(match what {
        What::Services => Asked::Services,
        What::Runs { service, open, limit } => {
            let service = service.unwrap_or_default();
            Asked::Runs(ListRunsRequest { service, open_only: open, limit })
        }
        What::Actions { service, run, status, limit, filter: words } => {
            let run = match run {
                Some(named) => session.run_id(&named).await?,
                None => String::new(),
            };
            Asked::Actions(ListActionsRequest {
                service: service.unwrap_or_default(),
                run,
                status: status.map_or(ActionStatus::Unspecified, ActionStatus::from).into(),
                limit,
                filter: filter::<Action>(&words, screen)?,
            })
        }
        What::Escalations { all, filter: words } => {
            let filter = filter::<Escalation>(&words, screen)?;
            Asked::Escalations(ListEscalationsRequest { pending_only: !all, filter })
        }
        What::Switches => Asked::Switches,
        What::Alerts => Asked::Alerts,
        What::Clauses { service } => Asked::Clauses(service),
        What::Rollbacks { all } => Asked::Rollbacks(ListRollbacksRequest { all }),
        What::Parked => Asked::Parked,
        What::Domains => Asked::Domains,
    })
}

impl Question for Asked {
    type Answer = Found;

    async fn ask(&self, session: &mut Session) -> Result<Found, Failure> {
        let client = &mut session.client;
        Ok(match self {
            Self::Services => Found::Services(
                client.list_services(within(ListServicesRequest {})).await?.into_inner().services,
            ),
            Self::Runs(asked) => {
                Found::Runs(client.list_runs(within(asked.clone())).await?.into_inner().runs)
            }
            Self::Actions(asked) => {
                Found::Actions(client.list_actions(within(asked.clone())).await?.into_inner().actions)
            }
            Self::Escalations(asked) => Found::Escalations(
                client.list_escalations(within(asked.clone())).await?.into_inner().escalations,
            ),
            Self::Switches => Found::Switches(
                client.list_switches(within(ListSwitchesRequest {})).await?.into_inner().switches,
            ),
            Self::Alerts => {
                Found::Alerts(client.list_alerts(within(ListAlertsRequest {})).await?.into_inner().alerts)
            }
            Self::Clauses(only) => {
                let services = client.list_services(within(ListServicesRequest {})).await?;
                Found::Clauses(clauses(services.into_inner().services, only.as_deref())?)
            }
            Self::Rollbacks(asked) => {
                Found::Rollbacks(client.list_rollbacks(within(*asked)).await?.into_inner().rollbacks)
            }
            Self::Parked => {
                Found::Parked(client.list_parked(within(ListParkedRequest {})).await?.into_inner().parked)
            }
            Self::Domains => {
                Found::Domains(client.list_domains(within(ListDomainsRequest {})).await?.into_inner().domains)
            }
        })
    }

    fn show(&self, found: &Found, screen: &mut Screen<'_>) -> Result<(), Failure> {
        Ok(match found {
            Found::Services(rows) => screen.list("services", rows, service::COLUMNS, service::json),
            Found::Runs(rows) => screen.list("runs", rows, run::COLUMNS, run::json),
            Found::Actions(rows) => screen.list("actions", rows, action::COLUMNS, action::json),
            Found::Escalations(rows) => {
                screen.list("escalations", rows, escalation::COLUMNS, escalation::json)
            }
            Found::Switches(rows) => screen.list("switches", rows, switch::COLUMNS, switch::json),
            Found::Alerts(rows) => screen.list("alerts", rows, alert::COLUMNS, alert::json),
            Found::Clauses(rows) => screen.list("clauses", rows, clause::COLUMNS, clause::json),
            Found::Rollbacks(rows) => screen.list("rollbacks", rows, rollback::LIST, rollback::standing_json),
            Found::Parked(rows) => screen.list("parked", rows, rollback::PARKED, rollback::parked_json),
            Found::Domains(rows) => screen.list("domains", rows, domain::COLUMNS, domain::json),
        }?)
    }
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
