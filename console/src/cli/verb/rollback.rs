//! `remit rollback`: shows what undoing would do, does exactly that, and what people do about it meanwhile.

use clap::{Args, Subcommand};
use remit_core::PlanId;
use remit_proto::v1::{
    GetRollbackRequest, PauseRollbackRequest, PlanRollbackRequest, ResumeRollbackRequest, RollbackPlan,
    RollbackProgress, SkipStepRequest, StartRollbackRequest, WatchRollbackRequest,
};
use serde_json::json;
use tonic::{Request, Streaming};

use crate::cli::{
    exit::Exit,
    failure::Failure,
    kind::rollback,
    screen::Screen,
    session::{Session, idempotency_id, unsure, within},
};

mod choice;

pub use choice::Choice;

/// Arguments of `remit rollback`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit rollback plan 1f3a9c2e
  remit rollback plan service:refund-decision --since 5m
  remit rollback plan domain:payments --since 2h --until 1h --tool payout.create
  remit rollback plan service:refund-decision --since 1d --where params:/customer_id=c-17
  remit rollback plan action:0193a5f2 action:0193a601
  remit rollback run plan_0193a5f2c1d87b3e9c40aa5e99990000 --reason \"refunded twice\"
  remit rollback run 1f3a9c2e --yes --reason \"refunded twice\"
  remit rollback skip plan_0193a5f2c1d87b3e9c40aa5e99990000 0193a5f2 --reason \"taken back by hand\"")]
pub struct Rollback {
    /// Look, do, or see to it
    #[command(subcommand)]
    pub step: Step,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub enum Step {
    /// Show what would be undone, in which order, by which tool, for how much, and what cannot be
    Plan(Choice),
    /// Carry out exactly that plan
    Run(Carry),
    /// Show what became of each step of a rollback
    Show {
        /// The plan's id, or a unique end of it
        plan: String,
    },
    /// Follow a rollback until it is closed or waits for people
    Watch {
        /// The plan's id, or a unique end of it
        plan: String,
    },
    /// Let what is under way end, and begin nothing else
    Pause(Care),
    /// Go on, and try again what was refused
    Resume(Care),
    /// Go on without a step that somebody has taken over
    Skip {
        /// The plan's id, or a unique end of it
        plan: String,
        /// The action that the step would undo, or a unique end of its id
        action: String,
        /// What was done about it instead; it is kept in the journal beside your name
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// Arguments of `remit rollback pause` and `remit rollback resume`.
#[derive(Args, Debug)]
pub struct Care {
    /// The plan's id, or a unique end of it
    pub plan: String,
    /// Why; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
}

/// Arguments of `remit rollback run`.
#[derive(Args, Debug)]
#[command(
    after_help = "Shows each step until the rollback is closed or only people can go on. Ends with 1 when something
could not be undone and a person must take over: `remit get parked` lists it.

Examples:
  remit rollback run plan_0193a5f2c1d87b3e9c40aa5e99990000 --reason \"refunded twice\"
  remit rollback run 1f3a9c2e --yes --reason \"refunded twice\""
)]
pub struct Carry {
    /// The plan as `remit rollback plan` names it; with `--yes` also a run, which is planned first
    #[arg(value_name = "PLAN")]
    pub what: String,
    /// Why; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// The digest of the plan that was reviewed: anything else is not carried out
    #[arg(long, value_name = "DIGEST", conflicts_with = "yes")]
    pub plan_digest: Option<String>,
    /// Of a run: make a new plan and carry it out, whatever it says
    #[arg(long)]
    pub yes: bool,
}

/// Does what was asked for.
///
/// # Errors
/// When there is no such plan or run, or the control plane refuses.
pub async fn run(args: Rollback, session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let known = match args.step {
        Step::Plan(choice) => {
            let plan = plan(choice.request(screen.frame.now)?, session).await?;
            if screen.for_programs() {
                screen.object(&rollback::json(&plan))?;
            } else {
                rollback::write(&plan, screen)?;
                screen.line("")?;
                screen.line(&format!("to carry it out: remit rollback run {} --reason …", plan.id))?;
            }
            return Ok(Exit::Ok);
        }
        Step::Run(carry) => return carry_out(carry, session, screen).await,
        Step::Watch { plan } => {
            let request = Request::new(WatchRollbackRequest { plan: plan.clone() });
            let stream = session.client.watch_rollback(request).await?.into_inner();
            return follow(stream, &plan, screen).await;
        }
        Step::Show { plan } => session.client.get_rollback(within(GetRollbackRequest { plan })).await?,
        Step::Pause(Care { plan, reason }) => {
            let request = within(PauseRollbackRequest { plan, reason });
            session.command()?.pause_rollback(request).await.map_err(unsure)?
        }
        Step::Resume(Care { plan, reason }) => {
            let request = within(ResumeRollbackRequest { plan, reason });
            session.command()?.resume_rollback(request).await.map_err(unsure)?
        }
        Step::Skip { plan, action, reason } => {
            let request = within(SkipStepRequest { plan, action, reason });
            session.command()?.skip_step(request).await.map_err(unsure)?
        }
    };
    let known = known.into_inner();
    if screen.for_programs() {
        screen.object(&rollback::standing_json(&known))?;
    } else {
        rollback::write_standing(&known, screen)?;
    }
    Ok(Exit::Ok)
}

async fn plan(mut request: PlanRollbackRequest, session: &mut Session) -> Result<RollbackPlan, Failure> {
    if !request.run.is_empty() {
        request.run = session.run_id(&request.run).await?;
    }
    Ok(session.client.plan_rollback(within(request)).await?.into_inner())
}

async fn carry_out(carry: Carry, session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let (plan, digest) = if carry.what.parse::<PlanId>().is_ok() {
        let digest = match carry.plan_digest {
            Some(digest) => digest,
            // A plan is frozen under its id.
            None => frozen(&carry.what, session).await?.digest,
        };
        (carry.what.clone(), digest)
    } else {
        let request = PlanRollbackRequest { run: carry.what.clone(), ..PlanRollbackRequest::default() };
        let plan = plan(request, session).await?;
        if screen.for_programs() {
            screen.object_line(&json!({ "plan": rollback::json(&plan) }))?;
        } else {
            rollback::write(&plan, screen)?;
            screen.out.flush()?;
        }
        if !carry.yes {
            return Err(Failure::usage("nothing was undone: nobody has agreed to this plan").hint(format!(
                "carry it out with `remit rollback run {} --reason …`, or give `--yes`",
                plan.id
            )));
        }
        (plan.id, plan.digest)
    };
    let request = StartRollbackRequest {
        plan: plan.clone(),
        digest,
        reason: carry.reason,
        idempotency_id: idempotency_id(),
    };
    // A stream has no deadline; every step has its tool's own.
    let stream = session.command()?.start_rollback(Request::new(request)).await.map_err(unsure)?.into_inner();
    follow(stream, &plan, screen).await
}

async fn frozen(plan: &str, session: &mut Session) -> Result<RollbackPlan, Failure> {
    let request = within(GetRollbackRequest { plan: plan.to_owned() });
    let known = session.client.get_rollback(request).await?.into_inner();
    known.plan.ok_or_else(|| Failure::malformed("plan"))
}

/// Shows each message until the last one.
async fn follow(
    mut stream: Streaming<RollbackProgress>,
    plan: &str,
    screen: &mut Screen<'_>,
) -> Result<Exit, Failure> {
    while let Some(progress) = stream.message().await.map_err(unsure)? {
        show(&progress, screen)?;
        if progress.done {
            let whole = progress.parked == 0 && progress.waiting == 0;
            return Ok(if whole { Exit::Ok } else { Exit::No });
        }
    }
    Err(Failure::no("the control plane stopped reporting before the rollback was done")
        .hint(format!("it goes on without you; follow it with `remit rollback watch {plan}`")))
}

fn show(progress: &RollbackProgress, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if screen.for_programs() {
        return Ok(screen.object_line(&json!({ "progress": rollback::progress_json(progress) }))?);
    }
    screen.line(&rollback::progress_line(progress))?;
    Ok(screen.out.flush()?)
}
