//! Before an approved action goes: every fact it rests on is read again, and the core is told what was seen.

use std::time::Duration;

use futures::future::join_all;
use remit_contract::Reread;
use remit_core::{
    ActionId, CanonicalJson, Command, DomainName, Event, ToolName,
    command::{Look, ReadAgain, Release},
    event::Settlement,
    state::Held,
};

use crate::{
    ids,
    plane::{Plane, Ward},
    runner,
};

/// How long the answer to an approval waits for what became of it; then it says that the facts are being read.
pub(crate) const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// Reads again, then asks the core to let the action go. What is not released, because a read failed or a
/// fact moved, stands before people again; what a crash interrupts is looked at again after the start.
pub(crate) async fn release(plane: &Plane, domain: &DomainName, action: ActionId) {
    let Ok(ward) = plane.ward(domain) else { return };
    // Without facts it was released with the approval itself.
    let held = ward.view.read(|inner| inner.state.awaits_release(action).map(|(held, _)| held.clone()));
    let Some(held) = held else { return };
    let look = look(plane, ward, &held).await.unwrap_or_else(|why| Look::Unread { why });
    let release = Release { action, look, escalation: ids::escalation() };
    if let Err(fault) = ward.domain.submit(Command::Release(Box::new(release))).await {
        tracing::error!(%action, %fault, "an approved action was neither released nor returned");
    }
}

async fn look(plane: &Plane, ward: &Ward, held: &Held) -> Result<Look, String> {
    let contract = plane.contracts.get(&held.assessment.contract);
    let contract = contract.ok_or("the contract version of the run is not loaded")?;
    let mut sources: Vec<ActionId> = held.assessment.evidence.iter().map(|used| used.action).collect();
    sources.sort();
    sources.dedup();
    let reads = join_all(sources.iter().map(|source| read_again(plane, ward, held, *source))).await;
    let failed: Vec<ActionId> =
        sources.iter().zip(&reads).filter(|(_, read)| read.is_err()).map(|(source, _)| *source).collect();
    let reads = if held.assessment.can_spare(&failed) {
        reads.into_iter().flatten().collect()
    } else {
        reads.into_iter().collect::<Result<Vec<_>, String>>()?
    };
    // An ended run has declared nothing any more, and is denied for having ended.
    let run = plane.open.get(held.proposal.run).map(|open| open.facts()).unwrap_or_default();
    Ok(contract.look_again(held, &reads, &run))
}

async fn read_again(plane: &Plane, ward: &Ward, held: &Held, source: ActionId) -> Result<Reread, String> {
    let items = held.assessment.evidence.iter().filter(|used| used.action == source);
    let items: Vec<String> = items.map(|used| format!("`{}`", used.item)).collect();
    let failed = |why: String| format!("{} could not be read again: {why}", items.join(", "));
    let before =
        recorded(plane, ward, source).await.ok_or_else(|| failed(format!("{source} is not on record")))?;
    let action = ids::action();
    let read = ReadAgain { held: held.proposal.action, source, params: before.params, action };
    ward.domain
        .submit(Command::ReadAgain(Box::new(read)))
        .await
        .map_err(|fault| failed(fault.to_string()))?;
    runner::ended(ward, action).await;
    let card = ward.view.action(action).ok_or_else(|| failed("its end is not known".to_owned()))?;
    if card.result().is_none() {
        let note = card.note().unwrap_or("it has no answer");
        return Err(failed(format!("`{}`: {note}", before.tool)));
    }
    if card.outcome().is_some_and(|settled| settled.exchange.stale.is_some()) {
        return Err(failed(format!("`{}` was answered from memory", before.tool)));
    }
    Ok(Reread { source, was: before.result.value(), seen: card.seen() })
}

/// A read as the journal has it.
struct Recorded {
    tool: ToolName,
    params: CanonicalJson,
    result: CanonicalJson,
}

/// A read that is on record: from memory, or where that has let it go, from the journal.
async fn recorded(plane: &Plane, ward: &Ward, action: ActionId) -> Option<Recorded> {
    if let Some(card) = ward.view.action(action) {
        let proposal = &card.decision_fact()?.proposal;
        let (tool, params) = (proposal.tool.clone(), proposal.params.clone());
        return Some(Recorded { tool, params, result: card.result()?.clone() });
    }
    let (journal, domain) = (plane.journal.clone(), ward.domain.name().clone());
    let records = tokio::task::spawn_blocking(move || journal.by_action(&domain, action)).await.ok()?.ok()?;
    let proposal = records.iter().find_map(|record| {
        if let Event::ActionDecided(decided) = &record.event { Some(&decided.proposal) } else { None }
    })?;
    let settled = records.iter().find_map(|record| {
        if let Event::ActionSettled(settled) = &record.event { Some(&settled.settlement) } else { None }
    })?;
    let Settlement::Succeeded { result } = settled else { return None };
    let (tool, params) = (proposal.tool.clone(), proposal.params.clone());
    Some(Recorded { tool, params, result: result.clone() })
}
