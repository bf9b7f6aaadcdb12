//! `remit handover`: a question, or all that is yours, goes to somebody else, who then knows that it is theirs.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{
    Escalation, ExplainSwitchRequest, HandOverRequest, ListEscalationsRequest, ListSwitchesRequest, Switch,
};
use serde_json::json;

use crate::cli::{
    complete,
    failure::Failure,
    kind::{escalation, switch},
    screen::Screen,
    session::{Session, unsure, within},
    words,
};

/// Arguments of `remit handover`.
#[derive(Args, Debug)]
#[command(
    after_help = "Without an id it is the end of a shift: every question that was handed to you and still waits, and
every switch that you look after. Without `--to` it only shows them. Whoever was asked about a question
may still answer it; a switch has one owner.

Examples:
  remit handover                                       what is yours at this moment
  remit handover 9b1c44d0 --to lena --note \"you know this shop\"
  remit handover --to lena --note \"end of my shift; the payout API is still slow\""
)]
pub struct HandOver {
    /// The escalation's or the action's id, or a unique end of it
    #[arg(requires = "to", add = ArgValueCompleter::new(complete::escalations))]
    pub id: Option<String>,
    /// The name of the person
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub to: Option<String>,
    /// What they should know
    #[arg(long, default_value = "")]
    pub note: String,
}

/// What one person looks after.
struct Open {
    questions: Vec<Escalation>,
    switches: Vec<Switch>,
}

/// Hands it over.
///
/// # Errors
/// When there is no such question or person, or the control plane refuses.
pub async fn run(args: HandOver, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    match (args.id, args.to) {
        (Some(id), Some(to)) => {
            let handed = question(session, HandOverRequest { escalation: id, to, note: args.note }).await?;
            if screen.for_programs() {
                return Ok(screen.object(&json!({ "escalation": escalation::json(&handed) }))?);
            }
            Ok(screen.line(&format!("{} is to answer {}", handed.handed_to, handed.id))?)
        }
        (None, Some(to)) => shift(&to, &args.note, session, screen).await,
        (_, None) => {
            let open = yours(session).await?;
            show(&open, screen)
        }
    }
}

async fn question(session: &Session, request: HandOverRequest) -> Result<Escalation, Failure> {
    let reply = session.command()?.hand_over(within(request)).await.map_err(unsure)?.into_inner();
    reply.escalation.ok_or_else(|| Failure::malformed("escalation"))
}

async fn yours(session: &mut Session) -> Result<Open, Failure> {
    let me = session.who().await?;
    let request = ListEscalationsRequest { pending_only: true, ..ListEscalationsRequest::default() };
    let mut questions = session.client.list_escalations(within(request)).await?.into_inner().escalations;
    questions.retain(|it| it.handed_to == me);
    let mut switches =
        session.client.list_switches(within(ListSwitchesRequest {})).await?.into_inner().switches;
    switches.retain(|it| it.owner == me);
    Ok(Open { questions, switches })
}

fn show(open: &Open, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if screen.for_programs() {
        let questions: Vec<_> = open.questions.iter().map(escalation::json).collect();
        let switches: Vec<_> = open.switches.iter().map(switch::json).collect();
        return Ok(screen.object(&json!({ "escalations": questions, "switches": switches }))?);
    }
    if open.questions.is_empty() && open.switches.is_empty() {
        return Ok(
            screen.line("nothing is yours: no question was handed to you, and you look after no switch")?
        );
    }
    for it in &open.questions {
        let note = if it.handed_note.is_empty() { String::new() } else { format!(": {}", it.handed_note) };
        screen.line(&format!(
            "question  {}  {}  from {}{note}",
            words::short(&it.id),
            it.tool,
            it.handed_by
        ))?;
    }
    for it in &open.switches {
        screen.line(&format!("switch    {}  {}: {}", words::level(it.ceiling), it.scope, it.reason))?;
    }
    Ok(())
}

/// One after the other: what fails is said, and the rest goes on.
async fn shift(to: &str, note: &str, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let open = yours(session).await?;
    let mut failed = None;
    let (mut questions, mut switches) = (Vec::new(), Vec::new());
    for it in open.questions {
        let request = HandOverRequest { escalation: it.id, to: to.to_owned(), note: note.to_owned() };
        match question(session, request).await {
            Ok(handed) => questions.push(handed),
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    for it in open.switches {
        let reason = if note.is_empty() { it.reason.clone() } else { format!("{}; {note}", it.reason) };
        let request = ExplainSwitchRequest { target: it.id, reason, review_ms: 0, owner: to.to_owned() };
        match session.command()?.explain_switch(within(request)).await {
            Ok(reply) => switches.extend(reply.into_inner().switches),
            Err(status) => failed = failed.or(Some(unsure(status))),
        }
    }
    if !screen.for_programs() {
        screen.line(&format!(
            "{to} has {} question(s) and {} switch(es) from you",
            questions.len(),
            switches.len()
        ))?;
    }
    show(&Open { questions, switches }, screen)?;
    failed.map_or(Ok(()), Err)
}
