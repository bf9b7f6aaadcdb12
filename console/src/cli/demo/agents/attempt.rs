//! Proposing an action as an agent does: when it is refused, do what the hint asks, a few times.

use color_eyre::eyre::Report;
use serde_json::Value;

use super::{
    answer::{Answer, Reaction, Refusal},
    session::{Session, Waited},
};

/// An agent gives up after so many proposals of the same thing.
const MOST: u32 = 4;

/// What is proposed, and what can be done about a refusal.
pub(crate) struct Attempt<'a> {
    /// The tool.
    pub(crate) tool: &'static str,
    /// The parameters as the agent first believes them.
    pub(crate) params: Value,
    /// The parameters as the records say.
    pub(crate) corrected: &'a Value,
    /// The evidence: tools and parameters to read it with.
    pub(crate) reads: &'a [(&'static str, Value)],
    /// What the agent says itself.
    pub(crate) says: Option<Saying>,
}

/// What the agent says itself with a call.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Saying {
    /// The contract's name for it.
    pub(crate) item: &'static str,
    /// Where the agent has it from.
    pub(crate) source: String,
    /// What it says.
    pub(crate) content: Value,
}

/// How a proposal ended.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Ended {
    /// The tool did it.
    Done(Value),
    /// It was admitted, and nobody here knows what became of it.
    Unsettled(String),
    /// No; the case goes to a person.
    Refused(Refusal),
    /// No, and the run is at its end.
    Over(Refusal),
    /// Nobody decided while the agent was there.
    Left,
}

/// Proposes until there is an end.
///
/// # Errors
/// The connection broke, or the control plane refused the call itself.
pub(crate) async fn act(session: &mut Session<'_>, attempt: Attempt<'_>) -> Result<Ended, Report> {
    let Attempt { tool, mut params, corrected, reads, says } = attempt;
    let mut left = MOST;
    loop {
        let refusal = match session.call_and_wait(tool, &params, says.as_ref()).await? {
            Waited::Answered(Answer::Done(result)) => return Ok(Ended::Done(result)),
            Waited::Answered(Answer::Unsettled { status }) => return Ok(Ended::Unsettled(status)),
            Waited::Left | Waited::Answered(Answer::Held { .. }) => return Ok(Ended::Left),
            Waited::Answered(Answer::Refused(refusal)) => refusal,
        };
        session.say(&format!("{tool} refused: {} {}", refusal.reason, refusal.hint));
        left = left.saturating_sub(1);
        match refusal.reaction() {
            Reaction::End => return Ok(Ended::Over(refusal)),
            Reaction::HandOver => return Ok(Ended::Refused(refusal)),
            Reaction::ReadAgain | Reaction::Correct | Reaction::Wait(_) if left == 0 => {
                return Ok(Ended::Refused(refusal));
            }
            Reaction::Correct if params == *corrected => return Ok(Ended::Refused(refusal)),
            Reaction::Correct => params.clone_from(corrected),
            Reaction::ReadAgain => {
                for (tool, params) in reads {
                    session.call(tool, params, None).await?;
                }
            }
            Reaction::Wait(time) => {
                if session.pause(time).await.is_break() {
                    return Ok(Ended::Left);
                }
            }
        }
    }
}

/// Reads something; the record, or how it ended without one.
///
/// # Errors
/// As [`act`].
pub(crate) async fn look(
    session: &mut Session<'_>,
    tool: &'static str,
    params: Value,
) -> Result<Result<Value, Ended>, Report> {
    let attempt = Attempt { tool, params: params.clone(), corrected: &params, reads: &[], says: None };
    Ok(match act(session, attempt).await? {
        Ended::Done(record) => Ok(record),
        ended @ (Ended::Unsettled(_) | Ended::Refused(_) | Ended::Over(_) | Ended::Left) => Err(ended),
    })
}
