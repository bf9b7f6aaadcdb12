//! Agents that go on and on, each until another rule of its contract stops it.

use color_eyre::eyre::Report;
use serde_json::json;

use super::{
    attempt::{Ended, look},
    session::Session,
};
use crate::cli::demo::{
    case::{Employee, RefundPlot, Sale},
    desk, models,
};

/// An agent that nothing stops gives up after so many rounds, and the summary of the demo shows it.
const ROUNDS: u32 = 12;

/// Makes a refund agent go on and on, where that is its plot; how it ended, if it did.
///
/// # Errors
/// The connection broke, or the control plane refused a call itself.
pub(super) async fn refund(
    session: &mut Session<'_>,
    plot: RefundPlot,
    sale: &Sale,
) -> Result<Option<Ended>, Report> {
    let about = json!({ "transaction_id": sale.id });
    for round in 0..ROUNDS {
        let calls = match plot {
            RefundPlot::Loops => vec![("transactions.get", about.clone())],
            RefundPlot::Circles => {
                vec![("transactions.get", about.clone()), ("eligibility.check", about.clone())]
            }
            RefundPlot::Guesses => {
                let guess = format!("{}-guess-{round}", sale.id);
                vec![("transactions.get", json!({ "transaction_id": guess }))]
            }
            RefundPlot::Chatters => {
                let text = format!("{}: still thinking about it, {round}.", session.name);
                vec![("customer.note", json!({ "customer_id": sale.customer_id, "text": text }))]
            }
            RefundPlot::Plain
            | RefundPlot::AboveLimit
            | RefundPlot::EuReview
            | RefundPlot::Dawdles
            | RefundPlot::SkipsCheck
            | RefundPlot::WrongCurrency
            | RefundPlot::ForeignAccount
            | RefundPlot::BulkPayout
            | RefundPlot::TooSmall
            | RefundPlot::ThreeOrders
            | RefundPlot::AnswerLost
            | RefundPlot::NotEligible
            | RefundPlot::NotSettled
            | RefundPlot::AmountAsText
            | RefundPlot::Twice
            | RefundPlot::Apology => return Ok(None),
        };
        for (tool, params) in calls {
            match look(session, tool, params).await? {
                // A sale that is not there tells it nothing; it guesses again.
                Ok(_) | Err(Ended::Unsettled(_)) => {}
                Err(ended) => return Ok(Some(ended)),
            }
        }
    }
    Ok(None)
}

/// Looks at one role after the other.
///
/// # Errors
/// As [`refund`].
pub(super) async fn wander(session: &mut Session<'_>) -> Result<Option<Ended>, Report> {
    for role in desk::roles().cycle().take(usize::try_from(ROUNDS).unwrap_or_default()) {
        if let Err(ended) = look(session, "role.catalog", json!({ "role": role })).await? {
            return Ok(Some(ended));
        }
    }
    Ok(None)
}

/// Has the model think about somebody again and again.
///
/// # Errors
/// As [`refund`].
pub(super) async fn ponder(session: &Session<'_>, employee: &Employee) -> Result<Option<Ended>, Report> {
    for round in 0..ROUNDS {
        let question = format!("Think {} about {}, for the time {round}.", models::AT_LENGTH, employee.name);
        if let Err(refusal) = session.ask(&question, 2_000).await? {
            return Ok(Some(Ended::Over(refusal)));
        }
    }
    Ok(None)
}

/// Sends the model a whole manual before the question.
///
/// # Errors
/// As [`refund`].
pub(super) async fn paste(session: &Session<'_>, employee: &Employee) -> Result<Option<Ended>, Report> {
    let manual = "Roles are given by department. ".repeat(1_000);
    let asked = session.ask(&format!("{manual}What does {} need?", employee.name), 100).await?;
    Ok(asked.err().map(Ended::Over))
}
