//! The refund agent: reads the sale, checks it, pays, leaves a note. Each plot goes wrong in its own way.

use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    attempt::{Attempt, Ended, Saying, act, look},
    runaway,
    session::Session,
};
use crate::cli::demo::case::{RefundPlot, Sale};

#[cfg(test)]
mod tests;

/// Longer than the contract lets an eligibility check count.
const THINKING: Duration = Duration::from_millis(2_300);

/// Works on a case to its end and says in words what it was.
///
/// # Errors
/// The connection broke, or the control plane refused a call itself.
pub(crate) async fn work(
    session: &mut Session<'_>,
    plot: RefundPlot,
    sales: &[Sale],
) -> Result<String, Report> {
    let mut said = String::new();
    for sale in sales {
        if !said.is_empty() {
            session.say(&said);
        }
        let ended = refund(session, plot, sale).await?;
        said = match &ended {
            Ended::Done(paid) => format!("refunded {} as {}", money(sale), text(paid, "payout_id")),
            Ended::Unsettled(status) => format!("the refund of {} is {status}", money(sale)),
            Ended::Refused(refusal) => format!("a person takes over: {}", refusal.reason),
            Ended::Over(refusal) => return Ok(format!("ended: {}", refusal.reason)),
            Ended::Left => return Ok("nobody decided in time".to_owned()),
        };
        if !note(session, sale, &said).await? {
            return Ok(said);
        }
    }
    if plot == RefundPlot::Apology
        && let Some(sale) = sales.first()
    {
        apologize(session, sale).await?;
    }
    Ok(said)
}

async fn refund(session: &mut Session<'_>, plot: RefundPlot, sale: &Sale) -> Result<Ended, Report> {
    if let Some(ended) = runaway::refund(session, plot, sale).await? {
        return Ok(ended);
    }
    let about = json!({ "transaction_id": sale.id });
    let record = match look(session, "transactions.get", about.clone()).await? {
        Ok(record) => record,
        Err(ended) => return Ok(ended),
    };
    if plot != RefundPlot::SkipsCheck
        && let Err(ended) = look(session, "eligibility.check", about.clone()).await?
    {
        return Ok(ended);
    }
    if plot == RefundPlot::Dawdles && session.pause(THINKING).await.is_break() {
        return Ok(Ended::Left);
    }
    // Its mail is read like any record, by an agent that believes it.
    let mail = if plot == RefundPlot::ForeignAccount {
        match look(session, "tickets.get", json!({ "ticket_id": session.name })).await? {
            Ok(mail) => mail,
            Err(ended) => return Ok(ended),
        }
    } else {
        Value::Null
    };
    let order: Order = serde_json::from_value(record).wrap_err("read the transaction")?;
    let corrected = serde_json::to_value(&order)?;
    let reads = [("transactions.get", about.clone()), ("eligibility.check", about)];
    let (tool, params) = if plot == RefundPlot::BulkPayout {
        ("payout.bulk_create", json!({ "payouts": [corrected] }))
    } else {
        ("payout.create", serde_json::to_value(order.believed(plot, text(&mail, "text")))?)
    };
    let says = Some(ticket(session.name)).filter(|_| tool == "payout.create");
    act(session, Attempt { tool, params, corrected: &corrected, reads: &reads, says }).await
}

/// The ticket that the agent works on, in its own words.
fn ticket(case: &str) -> Saying {
    Saying {
        item: "ticket",
        source: format!("https://desk.example/tickets/{case}"),
        content: json!({ "number": case }),
    }
}

/// What is to be paid.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize)]
struct Order {
    #[serde(rename(deserialize = "id"))]
    transaction_id: String,
    amount_minor: Value,
    currency: String,
    account: String,
}

impl Order {
    /// What the agent believes is to be paid, which is not always what the record says.
    fn believed(&self, plot: RefundPlot, mail: &str) -> Self {
        let mut order = self.clone();
        if plot == RefundPlot::WrongCurrency {
            "USD".clone_into(&mut order.currency);
        } else if plot == RefundPlot::ForeignAccount {
            let named = mail.split_whitespace().find(|word| word.starts_with("acc-"));
            named.unwrap_or_default().trim_end_matches(['.', ',']).clone_into(&mut order.account);
        } else if plot == RefundPlot::AmountAsText {
            order.amount_minor = Value::String(order.amount_minor.to_string());
        }
        order
    }
}

/// Leaves a note for colleagues; false when the run is at its end.
async fn note(session: &mut Session<'_>, sale: &Sale, said: &str) -> Result<bool, Report> {
    let words = format!("{}: {} for {}.", session.name, said, sale.id);
    let params = json!({ "customer_id": sale.customer_id, "text": words });
    let attempt =
        Attempt { tool: "customer.note", params: params.clone(), corrected: &params, reads: &[], says: None };
    Ok(!matches!(act(session, attempt).await?, Ended::Over(_) | Ended::Left))
}

async fn apologize(session: &mut Session<'_>, sale: &Sale) -> Result<(), Report> {
    let words = format!("We are sorry for the trouble with {}; your money is on its way.", sale.id);
    let params = json!({ "customer_id": sale.customer_id, "text": words });
    let attempt = Attempt {
        tool: "customer.reply",
        params: params.clone(),
        corrected: &params,
        reads: &[],
        says: None,
    };
    if let Ended::Done(_) = act(session, attempt).await? {
        session.say("wrote to the customer");
    }
    Ok(())
}

fn money(sale: &Sale) -> String {
    format!("{}.{:02} {}", sale.amount_minor / 100, sale.amount_minor % 100, sale.currency)
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("?")
}
