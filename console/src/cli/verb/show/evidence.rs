//! `remit show evidence`: one fact, the read that saw it, and what relies on it.

use clap::Args;
use remit_proto::v1::{ActionDetail, EvidenceItem, GetActionRequest, GetRunRequest};
use serde_json::{Value, json};

use crate::cli::{
    failure::Failure,
    kind::action,
    paint::Tone,
    screen::Screen,
    session::{Session, within},
    words,
};

/// Arguments of `remit show evidence`.
#[derive(Args, Debug)]
#[command(
    after_help = "A fact is the result of one read: its id is that action's, with `/ITEM` behind it where only
one item of the contract is meant. `remit show ACTION` names the facts that an action rests on.

Examples:
  remit show evidence 55556666
  remit show evidence 55556666/transaction -o json"
)]
pub(super) struct Evidence {
    /// The read's id, or a unique end of it; then `/` and the item, if only one is meant
    #[arg(value_name = "ACTION[/ITEM]")]
    id: String,
}

/// One action that relies on the fact.
struct Reliance {
    by: ActionDetail,
    item: EvidenceItem,
}

/// Shows it.
///
/// # Errors
/// When there is no such read, it saw nothing, or nothing relies on it as the named item.
pub(super) async fn run(
    args: Evidence,
    session: &mut Session,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let (id, item) = match args.id.split_once('/') {
        Some((id, item)) => (id.to_owned(), Some(item.to_owned())),
        None => (args.id.clone(), None),
    };
    let read = session.client.get_action(within(GetActionRequest { id })).await?.into_inner();
    let seen = read.action.clone().ok_or_else(|| Failure::malformed("action"))?;
    if words::level(seen.level) != "read" || words::action_status(seen.status) != "succeeded" {
        let status = words::action_status(seen.status);
        return Err(Failure::no(format!("`{}` is no evidence: it is {} and {status}", seen.id, seen.tool))
            .hint(format!(
                "a fact is a read that succeeded; `remit show {}` names what it rests on",
                seen.id
            )));
    }
    let mut relied = reliances(&seen.id, &seen.run, session).await?;
    if let Some(item) = &item {
        relied.retain(|it| it.item.item == *item);
        if relied.is_empty() {
            return Err(Failure::no(format!("nothing relies on `{}` as `{item}`", seen.id))
                .hint(format!("`remit show evidence {}` shows what does", seen.id)));
        }
    }
    if screen.for_programs() {
        return Ok(screen.object(&object(&read, &relied))?);
    }
    Ok(write(&read, &relied, screen)?)
}

/// Every action of the run that rests on what the read saw, oldest first.
async fn reliances(read: &str, run: &str, session: &mut Session) -> Result<Vec<Reliance>, Failure> {
    let run = session.client.get_run(within(GetRunRequest { id: run.to_owned() })).await?.into_inner();
    let mut found = Vec::new();
    for row in run.actions.iter().filter(|row| row.id != read) {
        let by =
            session.client.get_action(within(GetActionRequest { id: row.id.clone() })).await?.into_inner();
        let items = by.evidence.iter().filter(|item| item.action == read).cloned();
        found.extend(items.collect::<Vec<_>>().into_iter().map(|item| Reliance { by: by.clone(), item }));
    }
    Ok(found)
}

fn object(read: &ActionDetail, relied: &[Reliance]) -> Value {
    json!({
        "read": read.action.as_ref().map(action::json),
        "seq": read.settled_seq,
        "observed_at": words::rfc3339(read.settled_at.as_ref()),
        "as_of": own_time(relied).map(|it| words::rfc3339(Some(it))),
        "upstream": words::text(&read.upstream),
        "digest": read.result_digest,
        "content_json": words::text(&read.result_json),
        "contract_version": read.contract_version,
        "contract_digest": read.contract_digest,
        "relied_on_by": relied.iter().map(|it| json!({
            "item": it.item.item,
            "action": it.by.action.as_ref().map(action::json),
            "seq": it.by.seq,
            "age_ms": it.item.age_ms,
            "fresh_for_ms": it.item.fresh_for_ms,
            "rules": it.item.relied_on_by,
        })).collect::<Vec<_>>(),
    })
}

/// The tool server's own time of it, where a contract that relies on it reads that.
fn own_time(relied: &[Reliance]) -> Option<&prost_types::Timestamp> {
    relied.iter().find_map(|it| it.item.as_of.as_ref())
}

fn write(read: &ActionDetail, relied: &[Reliance], screen: &mut Screen<'_>) -> std::io::Result<()> {
    screen.frame.width = None;
    let Some(seen) = &read.action else { return Ok(()) };
    screen.toned(&format!("evidence  {}", seen.tool), Tone::Title)?;
    screen.field("id", &seen.id)?;
    screen.field(
        "seen",
        &format!("{} (journal position {})", words::clock(read.settled_at.as_ref()), read.settled_seq),
    )?;
    if let Some(own) = own_time(relied) {
        screen.field("as of", &format!("{}, by its own time", words::clock(Some(own))))?;
    }
    if !read.upstream.is_empty() {
        screen.field("upstream", &read.upstream)?;
    }
    screen.field("run", &seen.run)?;
    screen.field("service", &format!("{} (domain {})", seen.service, seen.domain))?;
    screen.field("contract", &format!("{} {}", read.contract_version, read.contract_digest))?;
    let by = if seen.rereads.is_empty() {
        format!("the service, over {}", seen.channel)
    } else {
        format!("the control plane, before the release of {}", seen.rereads)
    };
    screen.field("read by", &by)?;
    screen.field("with", &seen.params_json)?;
    screen.field("sha256", &read.result_digest)?;
    let content = if read.result_json.is_empty() { "content no longer held" } else { &read.result_json };
    screen.field("content", content)?;
    screen.toned(&format!("relied on  {}", relied.len()), Tone::Title)?;
    for Reliance { by, item } in relied {
        let Some(row) = &by.action else { continue };
        let status = words::action_status(row.status);
        screen.field(
            &item.item,
            &format!("{} {status}, {} old when decided", row.tool, words::millis(item.age_ms)),
        )?;
        screen.field("", &row.id)?;
        for rule in &item.relied_on_by {
            screen.field("", rule)?;
        }
    }
    Ok(())
}
