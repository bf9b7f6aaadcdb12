//! `remit stop`, `remit safe`, `remit reason` and `remit release`: ceilings that hold at once and provably.

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{
    ExplainSwitchRequest, FollowInFlightRequest, InFlight, Level, PreviewReleaseRequest,
    ReleaseSwitchRequest, SetSwitchRequest, SwitchMode, in_flight::Fate,
};
use tonic::Request;

use crate::cli::{
    complete,
    failure::Failure,
    kind::{lift, switch},
    scope::Target,
    screen::Screen,
    session::{Session, idempotency_id, unsure, within},
    verb::contract::backtest::duration_ms,
    words,
};

/// A release that nobody can explain later is refused here already.
const RELEASE_REASON_CHARS: usize = 10;

/// Arguments of `remit safe`.
#[derive(Args, Debug)]
pub struct Safe {
    /// `all`, `domain:D`, `service:S`, `tool:S/T` or `run:R` (R may be a unique end of the id)
    #[arg(add = ArgValueCompleter::new(complete::scopes))]
    pub scope: Target,
    /// How
    #[command(flatten)]
    pub how: How,
}

/// Arguments of `remit stop`.
#[derive(Args, Debug)]
pub struct Stop {
    /// `all`, `domain:D`, `service:S`, `tool:S/T` or `run:R` (R may be a unique end of the id)
    #[arg(required_unless_present = "local", add = ArgValueCompleter::new(complete::scopes))]
    pub scope: Option<Target>,
    /// How
    #[command(flatten)]
    pub how: How,
    /// Stop the control plane of this machine from beside it: no connection, no token, no journal needed
    #[arg(long, requires = "data", conflicts_with_all = ["scope", "cancel", "no_undo", "follow"])]
    pub local: bool,
    /// Its data directory, with `--local`
    #[arg(long, value_name = "DIR", env = "REMIT_DATA")]
    pub data: Option<PathBuf>,
}

/// How a ceiling is set.
#[derive(Args, Debug)]
pub struct How {
    /// Why; it is kept in the journal beside your name, and may follow within ten minutes with `remit reason`
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
    /// When you look at it again, from now
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration_ms)]
    pub review: u64,
    /// Cut off what is in flight, too: what was not sent has failed, an effect on its way is in doubt
    #[arg(long)]
    pub cancel: bool,
    /// Keep people from undoing, too
    #[arg(long)]
    pub no_undo: bool,
    /// Follow what was in flight until each has ended
    #[arg(long)]
    pub follow: bool,
}

/// Arguments of `remit reason`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit reason service:refund-decision --reason \"double payouts, upstream is on it\"
  remit reason all --reason \"incident 4711 goes on\" --review 4h
  remit reason swi_0193a5f2c1d87b3e9c40aa5e9b1c44d0 --reason \"end of my shift\" --owner lena")]
pub struct Reason {
    /// The scope as `remit get switches` shows it, or the switch's id
    #[arg(value_parser = target, add = ArgValueCompleter::new(complete::switches))]
    pub target: Released,
    /// Why it is set
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// When it is looked at again, from now; as it was when left out
    #[arg(long, value_name = "DURATION", value_parser = duration_ms)]
    pub review: Option<u64>,
    /// Who looks after it from now on; as it was when left out
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
}

/// Arguments of `remit release`.
#[derive(Args, Debug)]
#[command(
    after_help = "A switch over `all` or a domain takes two people, and so does any other where the contract
(`recovery.release`) or the domain's file says so: the first asks, the second gives the same command within half an
hour. What was held when the switch was set stays void.

Examples:
  remit release service:refund-decision --preview
  remit release service:refund-decision --reason \"payout API is healthy again\"
  remit release --local --data /var/lib/remit
  remit release swi_0193a5f2c1d87b3e9c40aa5e9b1c44d0 --reason \"set by mistake, wrong service\""
)]
pub struct Release {
    /// The scope as `remit get switches` shows it, or the switch's id
    #[arg(value_parser = target, required_unless_present = "local", add = ArgValueCompleter::new(complete::switches))]
    pub target: Option<Released>,
    /// Why it is safe again, in at least 10 characters
    #[arg(long, value_parser = release_reason, required_unless_present_any = ["preview", "local"])]
    pub reason: Option<String>,
    /// Only show what would go again
    #[arg(long, conflicts_with = "reason")]
    pub preview: bool,
    /// Lift what `remit stop --local` has set on this machine; the switch in the journal stays
    #[arg(long, requires = "data", conflicts_with_all = ["target", "preview", "reason"])]
    pub local: bool,
    /// The control plane's data directory, with `--local`
    #[arg(long, value_name = "DIR", env = "REMIT_DATA")]
    pub data: Option<PathBuf>,
}

/// Which switches to release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Released {
    /// One, by its id.
    Id(String),
    /// All at a scope.
    At(Target),
}

/// Help that `remit stop` ends with.
pub const STOP_HELP: &str =
    "Once it is acknowledged, no action in the scope is admitted after the positions that are
printed. What was in flight at that moment is listed: what was sent may still take effect, or with
`--cancel` is cut off and in doubt. People may still undo what was done, unless you say `--no-undo`.

Examples:
  remit stop service:refund-decision
  remit stop service:refund-decision --reason \"double payouts\" --review 4h --follow
  remit stop run:1f3a9c2e --cancel
  remit stop tool:refund-decision/payout.create --reason \"upstream answers twice\"
  remit stop all --reason \"incident 4711\"
  remit stop --local --data /var/lib/remit --reason \"its disk is full and it does not answer\"";

/// Help that `remit safe` ends with.
pub const SAFE_HELP: &str = "Reading and drafting go on; recommending and executing do not.

Examples:
  remit safe domain:payments --reason \"reconciliation is late\"
  remit safe run:1f3a9c2e --reason \"odd amounts\"";

fn target(text: &str) -> Result<Released, String> {
    if text.parse::<remit_core::SwitchId>().is_ok() {
        return Ok(Released::Id(text.to_owned()));
    }
    text.parse()
        .map(Released::At)
        .map_err(|e: remit_core::switch::InvalidScope| format!("{e}, or a switch's id"))
}

fn release_reason(text: &str) -> Result<String, String> {
    if text.trim().chars().count() < RELEASE_REASON_CHARS {
        return Err(format!("a release needs a reason of at least {RELEASE_REASON_CHARS} characters"));
    }
    Ok(text.to_owned())
}

/// What the command line has made sure of.
///
/// # Errors
/// When it has not.
pub fn named<T>(scope: Option<T>) -> Result<T, Failure> {
    scope.ok_or_else(|| Failure::usage("no scope").hint("`remit stop all` is the widest"))
}

/// Sets a ceiling and prints what its acknowledgement promises.
///
/// # Errors
/// When it is not acknowledged.
pub async fn lower(
    (scope, args): (Target, How),
    ceiling: Level,
    (session, screen): (&mut Session, &mut Screen<'_>),
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    // Nothing is asked before a stop: in a crowd only its own line may answer.
    let scope = scope.as_typed();
    let mode = if args.cancel { SwitchMode::Cancel } else { SwitchMode::Finish };
    let request = SetSwitchRequest {
        scope: scope.clone(),
        ceiling: ceiling.into(),
        reason: args.reason.unwrap_or_default(),
        idempotency_id: idempotency_id(),
        mode: mode.into(),
        no_undo: args.no_undo,
        review_ms: args.review,
    };
    let (response, line) = session.set_switch(request).await?;
    let scope = response.switches.first().map_or(scope, |set| set.scope.clone());
    if screen.for_programs() && args.follow {
        screen.object_line(&switch::acknowledged_json(&response, line))?;
    } else if screen.for_programs() {
        screen.object(&switch::acknowledged_json(&response, line))?;
    } else {
        let ceiling = words::level(ceiling.into());
        switch::acknowledged((&response, line), &scope, &ceiling, screen)?;
    }
    if args.follow { follow(&response.in_flight, (session, screen), interrupt).await } else { Ok(()) }
}

/// Tells of each action that was in flight when it has ended.
async fn follow(
    in_flight: &[InFlight],
    (session, screen): (&mut Session, &mut Screen<'_>),
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    screen.out.flush()?;
    let open = in_flight
        .iter()
        .filter(|row| matches!(row.fate(), Fate::MayFinish | Fate::WillNotBeSent | Fate::Unspecified));
    let actions: Vec<String> = open.filter_map(|row| row.action.as_ref()).map(|row| row.id.clone()).collect();
    let mut left = actions.len();
    // How long it takes is up to the tools.
    let request = Request::new(FollowInFlightRequest { actions });
    let mut stream = session.client.follow_in_flight(request).await?.into_inner();
    tokio::pin!(interrupt);
    loop {
        let next = tokio::select! {
            next = stream.message() => next?,
            () = &mut interrupt => return Err(Failure::no(format!("{left} were still in flight"))),
        };
        let Some(row) = next else { break };
        left = left.saturating_sub(1);
        if screen.for_programs() {
            screen.object_line(&switch::in_flight_json(&row))?;
        } else {
            screen.line(&switch::ended_line(&row, left))?;
        }
        screen.out.flush()?;
    }
    if 0 < left {
        return Err(Failure::no(format!("the control plane ended the stream; {left} were still in flight")));
    }
    if screen.for_programs() { Ok(()) } else { Ok(screen.line("nothing is in flight any more")?) }
}

/// Says why switches are set.
///
/// # Errors
/// When there is none, or the control plane refuses.
pub async fn explain(args: Reason, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = ExplainSwitchRequest {
        target: args.target.resolve(session).await?,
        reason: args.reason,
        review_ms: args.review.unwrap_or_default(),
        owner: args.owner.unwrap_or_default(),
    };
    let answer = session.command()?.explain_switch(within(request)).await.map_err(unsure)?;
    let switches = answer.into_inner().switches;
    Ok(screen.list("switches", &switches, switch::COLUMNS, switch::json)?)
}

impl Released {
    async fn resolve(&self, session: &mut Session) -> Result<String, Failure> {
        match self {
            Self::Id(id) => Ok(id.clone()),
            Self::At(scope) => scope.resolve(session).await,
        }
    }
}

/// Releases the switches at a scope, or one by its id; or only shows what would go again.
///
/// # Errors
/// When there is none, or the control plane refuses.
pub async fn release(args: Release, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let target = named(args.target)?.resolve(session).await?;
    let Some(reason) = args.reason else {
        let preview = session.client.preview_release(within(PreviewReleaseRequest { target })).await?;
        return Ok(lift::preview(&preview.into_inner(), screen)?);
    };
    let request = ReleaseSwitchRequest { target: target.clone(), reason, idempotency_id: idempotency_id() };
    let answer = session.command()?.release_switch(within(request)).await.map_err(unsure)?;
    Ok(lift::answer(&answer.into_inner(), &target, screen)?)
}
