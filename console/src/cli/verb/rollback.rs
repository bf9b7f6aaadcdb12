//! `remit rollback`: shows what undoing a run would do, then does exactly that.

use clap::{Args, Subcommand};
use remit_proto::v1::{PlanRollbackRequest, RollbackPlan, RollbackProgress, StartRollbackRequest};
use serde_json::json;
use tonic::Request;

use crate::cli::{
    exit::Exit,
    failure::Failure,
    kind::rollback,
    screen::Screen,
    session::{Session, idempotency_id, unsure, within},
};

/// Arguments of `remit rollback`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  remit rollback plan 1f3a9c2e
  remit rollback run 1f3a9c2e --plan plan_0193… --plan-digest 5f0c… --reason \"refunded twice\"
  remit rollback run 1f3a9c2e --yes --reason \"refunded twice\"")]
pub struct Rollback {
    /// Look or do
    #[command(subcommand)]
    pub step: Step,
}

/// The two halves.
#[derive(Subcommand, Debug)]
pub enum Step {
    /// Show what would be undone, in which order, by which tool, and what cannot be
    Plan {
        /// The run's id, or a unique end of it
        run: String,
    },
    /// Plan, show the plan and carry it out
    Run(Carry),
}

/// Arguments of `remit rollback run`.
#[derive(Args, Debug)]
#[command(after_help = "Ends with 1 when something could not be undone and a person must take over.")]
pub struct Carry {
    /// The run's id, or a unique end of it
    pub run: String,
    /// Why; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// The plan that was reviewed, as `remit rollback plan` names it
    #[arg(long, value_name = "PLAN", requires = "plan_digest", conflicts_with = "yes")]
    pub plan: Option<String>,
    /// The digest of that plan: anything else is not carried out
    #[arg(long, value_name = "DIGEST", requires = "plan", conflicts_with = "yes")]
    pub plan_digest: Option<String>,
    /// Make a new plan and carry it out, whatever it says
    #[arg(long)]
    pub yes: bool,
}

/// Plans, or plans and carries out.
///
/// # Errors
/// When there is no such run, the plan is not the reviewed one, or the control plane refuses.
pub async fn run(args: Rollback, session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    match args.step {
        Step::Plan { run } => {
            let plan = plan(&run, session).await?;
            if screen.is_json() {
                screen.object(&rollback::json(&plan))?;
            } else {
                rollback::write(&plan, screen)?;
            }
            Ok(Exit::Ok)
        }
        Step::Run(carry) => carry_out(carry, session, screen).await,
    }
}

async fn plan(run: &str, session: &mut Session) -> Result<RollbackPlan, Failure> {
    let run = session.run_id(run).await?;
    Ok(session.client.plan_rollback(within(PlanRollbackRequest { run })).await?.into_inner())
}

async fn carry_out(carry: Carry, session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let (plan, digest) = match (carry.plan, carry.plan_digest) {
        (Some(plan), Some(digest)) => (plan, digest),
        (_, _) => {
            let plan = plan(&carry.run, session).await?;
            if screen.is_json() {
                screen.object_line(&json!({ "plan": rollback::json(&plan) }))?;
            } else {
                rollback::write(&plan, screen)?;
                screen.out.flush()?;
            }
            if !carry.yes {
                let again = format!("--plan {} --plan-digest {}", plan.id, plan.digest);
                return Err(Failure::usage("nothing was undone: nobody has agreed to this plan")
                    .hint(format!("give the command again with `{again}`, or with `--yes`")));
            }
            (plan.id, plan.digest)
        }
    };
    let request =
        StartRollbackRequest { plan, digest, reason: carry.reason, idempotency_id: idempotency_id() };
    // A stream has no deadline; every step has its tool's own.
    let mut stream =
        session.command()?.start_rollback(Request::new(request)).await.map_err(unsure)?.into_inner();
    while let Some(progress) = stream.message().await.map_err(unsure)? {
        show(&progress, screen)?;
        if progress.done {
            return Ok(if progress.parked == 0 { Exit::Ok } else { Exit::No });
        }
    }
    Err(Failure::no("the control plane stopped reporting before the rollback was done")
        .hint(format!("it goes on without you; follow it with `remit tail --run {}`", carry.run)))
}

fn show(progress: &RollbackProgress, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if screen.is_json() {
        return Ok(screen.object_line(&json!({ "progress": rollback::progress_json(progress) }))?);
    }
    screen.line(&rollback::progress_line(progress))?;
    Ok(screen.out.flush()?)
}
