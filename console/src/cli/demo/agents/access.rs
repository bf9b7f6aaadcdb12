//! The access agent: reads the person and the role, asks a model, and grants it.

use color_eyre::eyre::Report;
use serde_json::json;

use super::{
    attempt::{Attempt, Ended, act, look},
    refund::text,
    runaway,
    session::Session,
};
use crate::cli::demo::case::{AccessPlot, Employee};

/// Works on a case to its end and says in words what it was.
///
/// # Errors
/// The connection broke, or the control plane refused a call itself.
pub(crate) async fn work(
    session: &mut Session<'_>,
    plot: AccessPlot,
    employee: &Employee,
    role: &str,
) -> Result<String, Report> {
    Ok(match grant(session, plot, employee, role).await? {
        Ended::Done(granted) => format!("{} got {role} as {}", employee.name, text(&granted, "grant_id")),
        Ended::Unsettled(status) => format!("the grant of {role} is {status}"),
        Ended::Refused(refusal) => format!("a person takes over: {}", refusal.reason),
        Ended::Over(refusal) => format!("ended: {}", refusal.reason),
        Ended::Left => "nobody decided in time".to_owned(),
    })
}

async fn grant(
    session: &mut Session<'_>,
    plot: AccessPlot,
    employee: &Employee,
    role: &str,
) -> Result<Ended, Report> {
    let reads =
        [("employee.get", json!({ "employee_id": employee.id })), ("role.catalog", json!({ "role": role }))];
    for (tool, params) in &reads {
        if let Err(ended) = look(session, tool, params.clone()).await? {
            return Ok(ended);
        }
    }
    let runaway = match plot {
        AccessPlot::Wanders => runaway::wander(session).await?,
        AccessPlot::Ponders => runaway::ponder(session, employee).await?,
        AccessPlot::Pastes => runaway::paste(session, employee).await?,
        AccessPlot::Plain
        | AccessPlot::Privileged
        | AccessPlot::ForeignRole
        | AccessPlot::FormerEmployee
        | AccessPlot::NewRole => None,
    };
    if let Some(ended) = runaway {
        return Ok(ended);
    }
    // What the model says is no evidence: the agent reads it, and the contract does not.
    let question =
        format!("Is the role {role} right for somebody of the department {}?", employee.department);
    match session.ask(&question, 60).await? {
        Ok(advice) => session.say(&format!("the model says: {advice}")),
        Err(refusal) => return Ok(Ended::Over(refusal)),
    }
    let wanted = json!({ "employee_id": employee.id, "role": role });
    let (tool, params) = if plot == AccessPlot::NewRole {
        ("role.create", json!({ "role": format!("{role}-plus") }))
    } else {
        ("grant.create", wanted.clone())
    };
    act(session, Attempt { tool, params, corrected: &wanted, reads: &reads, says: None }).await
}
