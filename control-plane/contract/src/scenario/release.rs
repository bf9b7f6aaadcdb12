//! The second look in a scenario: what was approved is read again, then released or returned.

use std::sync::Arc;

use remit_core::{
    ActionId, ActionStatus, Command, EscalationId, Event, Refusal,
    command::{Look, ReadAgain, Release},
    state::Held,
};

use super::world::{Stuck, World};
use crate::Reread;

/// Reads the facts of an approved action again and lets it go, or returns it to people. Nothing for an action
/// that was released with the approval itself.
pub(super) fn release(world: &mut World<'_>, action: ActionId) -> Result<Vec<Event>, Stuck> {
    let Some((held, _)) = world.state.awaits_release(action) else { return Ok(Vec::new()) };
    let held = held.clone();
    let look = look(world, &held).unwrap_or_else(|why| Look::Unread { why });
    let escalation = EscalationId::new(world.draw());
    world
        .command(Command::Release(Box::new(Release { action, look, escalation })))
        .map_err(|refusal| format!("what was approved cannot be released: {refusal}"))
}

fn look(world: &mut World<'_>, held: &Held) -> Result<Look, String> {
    let mut sources: Vec<ActionId> = held.assessment.evidence.iter().map(|used| used.action).collect();
    sources.sort();
    sources.dedup();
    let (mut reads, mut failed) = (Vec::with_capacity(sources.len()), Vec::new());
    for source in sources {
        match read_again(world, held, source) {
            Ok(read) => reads.push(read),
            Err(why) => {
                failed.push(source);
                if !held.assessment.can_spare(&failed) {
                    return Err(why);
                }
            }
        }
    }
    Ok(world.contract.look_again(held, &reads, &world.facts(held.proposal.run)))
}

fn read_again(world: &mut World<'_>, held: &Held, source: ActionId) -> Result<Reread, String> {
    let before = world.facts(held.proposal.run).seen.into_iter().find(|seen| seen.action == source);
    let before = before.ok_or_else(|| format!("{source} is not on record"))?;
    let tool = world.state.actions.get(&source).map(|action| action.tool.clone());
    let tool = tool.ok_or_else(|| format!("{source} is not on record"))?;
    let refused = |refusal: Refusal| format!("`{tool}` was not called: {refusal}");
    let params = remit_core::CanonicalJson::from_value(&before.params).map_err(|error| error.to_string())?;
    let action = world.action();
    let read = ReadAgain { held: held.proposal.action, source, params, action };
    world.command(Command::ReadAgain(Box::new(read))).map_err(refused)?;
    world.execute_again(action, (&tool, &before.params), &before.value)?;
    if world.state.actions.get(&action).map(|action| action.status) != Some(ActionStatus::Succeeded) {
        return Err(format!("`{}` could not be read again: `{tool}` gave no answer", before.item));
    }
    let seen = world.facts(held.proposal.run).seen.into_iter().filter(|seen| seen.action == action).collect();
    Ok(Reread { source, was: Arc::unwrap_or_clone(before.value), seen })
}
