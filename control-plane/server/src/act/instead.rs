//! A read whose tool does not answer, answered by another read that the contract names: an action of its own.

use remit_core::{
    ActionId, ActionStatus, CanonicalJson, Proposal, ToolName,
    proposal::{Channel, Mode},
    state::Another,
};
use serde_json::Value;

use super::{Acted, Court, court, end_of, propose};
use crate::{auth::Principal, error::Error, ids, plane::Plane};

/// For what an answer stands in.
#[derive(Clone, Debug)]
pub(crate) struct StandsIn {
    /// The tool that was called, and its action.
    pub(crate) tool: ToolName,
    pub(crate) action: ActionId,
    /// What became of that.
    pub(crate) why: String,
}

/// The same answer, or that of the first read which stands in for it. Where none succeeds, the caller gets the first
/// answer with what became of the others.
pub(super) async fn or_another(
    plane: &Plane,
    caller: &Principal,
    mut first: Acted,
    (channel, value): (Channel, &Value),
) -> Result<Acted, Error> {
    let Some(tool) = tool_of(plane, caller, &first)? else { return Ok(first) };
    let (mut known, mut call) = (first.action, (tool.clone(), value.clone()));
    loop {
        // The run has gone on meanwhile: it is looked at anew.
        let court = court(plane, caller, first.run)?;
        let other = match court.ward.view.read(|inner| inner.state.another(known)) {
            None => return Ok(first),
            Some(Another::Proposed(other)) => end_of(court.ward, other).await?,
            Some(Another::Of(named)) => {
                let with = court.contract.instead(&call.0, &call.1).filter(|(other, _)| *other == named);
                let Some(with) = with else {
                    say(
                        &mut first,
                        &format!("`{named}` cannot stand in: the call does not hold what it needs"),
                    );
                    return Ok(first);
                };
                call = with;
                made(plane, caller, &court, (known, channel, &call)).await?
            }
        };
        if other.status == ActionStatus::Succeeded {
            let why = why(&first);
            return Ok(Acted { stands_in: Some(StandsIn { tool, action: first.action, why }), ..other });
        }
        let named = &call.0;
        say(&mut first, &format!("`{named}` stood in ({}) and did not help: {}", other.action, why(&other)));
        known = other.action;
    }
}

/// Proposes the other call and waits for its end.
async fn made(
    plane: &Plane,
    caller: &Principal,
    court: &Court<'_>,
    (known, channel, (tool, value)): (ActionId, Channel, &(ToolName, Value)),
) -> Result<Acted, Error> {
    let run = court.ward.view.read(|inner| inner.state.actions.get(&known).map(|action| action.run));
    let run = run.ok_or_else(|| Error::NotFound(format!("there is no action `{known}` here")))?;
    let params = CanonicalJson::from_value(value).map_err(|error| Error::Invalid(error.to_string()))?;
    let proposal = Proposal {
        action: ids::action(),
        run,
        tool: tool.clone(),
        params,
        key: None,
        channel,
        mode: Mode::Execute,
        principal: caller.name.to_string(),
        asserted: Vec::new(),
        stands_in: Some(known),
    };
    propose(plane, court, proposal, value).await
}

/// The tool of an action for which something may stand in.
fn tool_of(plane: &Plane, caller: &Principal, acted: &Acted) -> Result<Option<ToolName>, Error> {
    if !matches!(acted.status, ActionStatus::Failed | ActionStatus::Denied) {
        return Ok(None);
    }
    let court = court(plane, caller, acted.run)?;
    Ok(court.ward.view.read(|inner| {
        inner.state.another(acted.action)?;
        inner.state.actions.get(&acted.action).map(|action| action.tool.clone())
    }))
}

/// Why there is no answer of this one.
fn why(acted: &Acted) -> String {
    match &acted.note {
        Some(note) => note.clone(),
        None => {
            let detail = &acted.decision.deciding().detail;
            format!("{} ({detail})", acted.reason.sentence())
        }
    }
}

/// What became of the others belongs to the first answer, which has a note where it was sent.
fn say(first: &mut Acted, more: &str) {
    first.note = Some(match first.note.take() {
        Some(note) => format!("{note}; {more}"),
        None => more.to_owned(),
    });
}
