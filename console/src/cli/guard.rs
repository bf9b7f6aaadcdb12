//! In production, what gives rights or lets something go says first that it is meant, and why: a guard against a slip.
//!
//! What a person may do is decided by the control plane, and what they did is on record there. Stopping, lowering and
//! denying are the safe direction and stay free.

use crate::{
    cli::{
        Remote, Verb,
        exit::Exit,
        failure::Failure,
        screen::Screen,
        verb::{contract, key, rollback, token},
    },
    context::Context,
};

/// Shortest reason, in characters: as in the console.
const SHORTEST_REASON: usize = 10;

/// A reason that somebody can understand later.
///
/// # Errors
/// When it is too short.
pub fn reason(text: &str) -> Result<String, String> {
    if text.trim().chars().count() < SHORTEST_REASON {
        return Err(format!("why, in {SHORTEST_REASON} characters or more"));
    }
    Ok(text.to_owned())
}

/// Whether it makes things less safe.
#[must_use]
pub fn raises(verb: &Verb) -> bool {
    match verb {
        Verb::Remote(remote) => remote_raises(remote),
        Verb::Contract(args) => match &args.verb {
            contract::Verb::Life(verb) => match verb {
                contract::life::Verb::Approve(_) | contract::life::Verb::Activate { .. } => true,
                contract::life::Verb::Propose { .. }
                | contract::life::Verb::Revoke { .. }
                | contract::life::Verb::History { .. }
                | contract::life::Verb::Show { .. } => false,
            },
            contract::Verb::Check { .. }
            | contract::Verb::Diff(_)
            | contract::Verb::Test(_)
            | contract::Verb::Schema
            | contract::Verb::Backtest(_) => false,
        },
        Verb::Key(args) => matches!(args.verb, key::Verb::Register(_)),
        Verb::Console
        | Verb::Domain(_)
        | Verb::Drill(_)
        | Verb::Explain(_)
        | Verb::Config(_)
        | Verb::Context(_)
        | Verb::Demo(_)
        | Verb::Completions(_)
        | Verb::Man(_)
        | Verb::Replay(_)
        | Verb::Schema(_) => false,
    }
}

fn remote_raises(remote: &Remote) -> bool {
    match remote {
        Remote::Approve(_) | Remote::Resolve(_) => true,
        Remote::Release(args) => !args.preview && !args.local,
        Remote::Rollback(args) => match &args.step {
            rollback::Step::Run(_) | rollback::Step::Resume(_) | rollback::Step::Skip { .. } => true,
            rollback::Step::Plan(_)
            | rollback::Step::Show { .. }
            | rollback::Step::Watch { .. }
            | rollback::Step::Pause(_) => false,
        },
        Remote::Token(args) => matches!(args.verb, token::Verb::Create(_)),
        Remote::Get(_)
        | Remote::Cost(_)
        | Remote::Blast(_)
        | Remote::Audit(_)
        | Remote::Show(_)
        | Remote::Tail(_)
        | Remote::Deny(_)
        | Remote::HandOver(_)
        | Remote::Ack(_)
        | Remote::Stop(_)
        | Remote::Safe(_)
        | Remote::Reason(_)
        | Remote::Export(_)
        | Remote::Verify(_)
        | Remote::Attention(_)
        | Remote::Who(_) => false,
    }
}

/// Lets through what [`raises`], or says what it takes.
///
/// # Errors
/// When the context is production and nobody has said that it is meant.
pub fn check(write: Option<&str>, context: &Context, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if !context.production {
        return Ok(());
    }
    let place = &context.environment;
    match write {
        Some(reason) => Ok(screen.note(&format!("PROD {place}: open for this command: {reason}"))?),
        None => Err(Failure::Told {
            exit: Exit::Guarded,
            message: format!("`{place}` is production, read-only: nothing was sent"),
            hint: Some("say that it is meant, and why, with `--write REASON`".to_owned()),
        }),
    }
}
