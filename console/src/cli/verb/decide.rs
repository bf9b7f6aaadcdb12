//! `remit approve` and `remit deny`: read exactly what would run, then answer with its digest.

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_document::Document;
use remit_proto::v1::{
    ActionDetail, DecideRequest, Escalation, GetActionRequest, ListEscalationsRequest, WhoAmIRequest,
};
use serde_json::json;

use crate::approver::Approver;
use crate::cli::{
    complete,
    failure::Failure,
    kind::{action, detail, escalation},
    screen::Screen,
    seal,
    session::{Session, idempotency_id, unsure, within},
    words,
};

/// Arguments of `remit approve` and `remit deny`.
#[derive(Args, Debug)]
pub struct Decide {
    /// The escalation's or the action's id, or a unique end of it
    #[arg(add = ArgValueCompleter::new(complete::escalations))]
    pub id: String,
    /// Why; it is kept in the journal beside your name
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// The digest that was reviewed: anything else is not answered
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
    /// Approve although parts cannot be shown: it then takes one person more
    #[arg(long)]
    pub not_inspectable: bool,
    /// The file of your key; the context's, or the platform's default
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Help that `remit approve` ends with.
pub const APPROVE_HELP: &str =
    "Prints the tool, the parameters, the evidence and the digest before it answers, and
answers for exactly that digest. Where parameters or evidence do not match the digests beside
them, nothing is answered. Before it runs, the control plane reads the evidence again: where a
fact has moved, the approval is void, the difference is printed and people are asked again.

Who has registered a key (`remit key create`, `remit key register`) signs: what was shown, the reason,
and the question, with the key file. Parts that cannot be shown are named; approving them takes
`--not-inspectable` and one person more.

Examples:
  remit show 9b1c44d0                                  read it first
  remit approve 9b1c44d0 --reason \"checked with the customer\"
  remit approve 9b1c44d0 --reason \"as reviewed\" --digest 5f0c…";

/// Help that `remit deny` ends with.
pub const DENY_HELP: &str = "Examples:
  remit deny 9b1c44d0 --reason \"wrong account\"
  remit get escalations -o json | jq -r '.escalations[].id' | xargs -n1 remit deny --reason \"campaign fraud\"";

/// Answers one escalation.
///
/// # Errors
/// When it does not exist, is answered already or has changed, or the control plane refuses.
pub async fn run(
    args: Decide,
    approve: bool,
    session: &mut Session,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let found = find(&args.id, session).await?;
    let request = GetActionRequest { id: found.action.clone() };
    let detail = session.client.get_action(within(request)).await?.into_inner();
    // The page is newer than the list: what is shown is what is answered.
    let asked = detail.escalation.as_ref().filter(|newer| newer.id == found.id).unwrap_or(&found);
    if !screen.for_programs() {
        detail::write(&detail, screen)?;
    }
    review(&args, approve, asked, &detail)?;
    let document = Document::of(&detail).ok_or_else(|| Failure::malformed("escalation"))?;
    let mut request = DecideRequest {
        escalation: asked.id.clone(),
        approve,
        reason: args.reason,
        digest: asked.digest.clone(),
        idempotency_id: idempotency_id(),
        shown: if approve { document.digest() } else { String::new() },
        not_inspectable: args.not_inspectable,
        signature: String::new(),
    };
    let signed = if approve { endorse(&mut request, args.key, session).await? } else { String::new() };
    let response = session.command()?.decide(within(request)).await.map_err(unsure)?.into_inner();
    let after = response.escalation.ok_or_else(|| Failure::malformed("escalation"))?;
    if screen.for_programs() {
        screen.object(&json!({
            "digest": asked.digest,
            "escalation": escalation::json(&after),
            "action": response.action.as_ref().map(action::json),
        }))?;
        return if after.replaced_by.is_empty() { Ok(()) } else { Err(void(&after)) };
    }
    if !after.replaced_by.is_empty() {
        escalation::write_moved(&after, screen)?;
        return Err(void(&after));
    }
    if after.practice.is_some() {
        return Ok(escalation::write_practice(&after, screen)?);
    }
    let done = if approve { "approved" } else { "denied" };
    let status = words::escalation_status(after.status);
    let votes = format!("{} of {} approvals", escalation::approvals(&after), after.quorum);
    screen.line(&format!("{done} {}: the escalation is {status}, {votes}{signed}", after.id))?;
    // Of what the contract denies on the facts as they are, people see what had moved.
    escalation::write_moved(&after, screen)?;
    let action = response.action.map(|action| words::action_status(action.status));
    Ok(screen.line(&format!("the action is {}", action.as_deref().unwrap_or("unknown")))?)
}

/// Signs, where this person has registered a key; says by which.
async fn endorse(
    request: &mut DecideRequest,
    key: Option<PathBuf>,
    session: &mut Session,
) -> Result<String, Failure> {
    let who = session.client.who_am_i(within(WhoAmIRequest {})).await?.into_inner();
    let key = key.or_else(|| session.context.key.clone());
    Approver::with(key.as_deref()).endorse(request, &who)?;
    Ok(if request.signature.is_empty() { String::new() } else { format!(", signed by key {}", who.key) })
}

/// The approval counts no more: where to look, and where to decide again.
fn void(after: &Escalation) -> Failure {
    let Escalation { id, note, action, replaced_by, .. } = after;
    Failure::no(format!("the approval of {id} is void and nothing ran: {note}"))
        .hint(format!("`remit show {action}` shows it as it is now; {replaced_by} asks again"))
}

/// The one pending escalation whose id, or whose action's id, ends so.
async fn find(id: &str, session: &mut Session) -> Result<Escalation, Failure> {
    let request = ListEscalationsRequest::default();
    let all = session.client.list_escalations(within(request)).await?.into_inner().escalations;
    let named =
        |asked: &&Escalation| !id.is_empty() && (asked.id.ends_with(id) || asked.action.ends_with(id));
    let (pending, past): (Vec<_>, Vec<_>) =
        all.iter().filter(named).partition(|asked| words::escalation_status(asked.status) == "pending");
    match (pending.as_slice(), past.as_slice()) {
        ([one], _) => Ok((*one).clone()),
        ([], []) => Err(Failure::no(format!("no escalation `{id}`"))
            .hint("`remit get escalations` lists what is pending")),
        ([], [.., last]) => {
            let status = words::escalation_status(last.status);
            Err(Failure::no(format!("escalation `{}` is {status} and cannot be answered", last.id))
                .hint(format!("`remit show {}` says what became of it", last.action)))
        }
        (several, _) => {
            Err(Failure::usage(format!("`{id}` is the end of {} pending escalations", several.len()))
                .hint("give more of the id"))
        }
    }
}

/// Refuses to answer for anything but what was shown.
fn review(args: &Decide, approve: bool, asked: &Escalation, detail: &ActionDetail) -> Result<(), Failure> {
    if let Some(pinned) = args.digest.as_ref().filter(|pinned| **pinned != asked.digest) {
        return Err(Failure::no(format!("what would run has digest `{}`, not `{pinned}`", asked.digest))
            .hint(format!("it is not what was reviewed; look again with `remit show {}`", asked.action)));
    }
    if let Some(what) = seal::broken(asked, detail).filter(|_| approve) {
        return Err(
            Failure::no(what).hint("nothing was answered; deny it, and tell whoever runs the control plane")
        );
    }
    Ok(())
}
