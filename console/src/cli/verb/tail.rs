//! `remit tail`: the journal as it is written, until Ctrl-C, with what was lost or hidden counted.

use std::future::Future;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{TraceBatch, TraceRecord, WatchTraceRequest};
use tonic::Request;

use crate::cli::{
    complete, failure::Failure, filter::filter, kind::trace, screen::Format, screen::Screen, session::Session,
};

/// Arguments of `remit tail`.
#[derive(Args, Debug)]
#[command(after_help = "The control plane filters; records that did not fit into a slow reader's buffer are
counted and reported on standard error. With `-o json` every line is one object.

What stands side by side must all hold; `or`, `not` (or `!`) and brackets join and turn it. A word
that is no condition is looked for in every text. Conditions: FIELD=VALUE, !=, `:` (contains),
~ (pattern), !~, <, <=, >, >=, `in (A, B)`. Fields: service, kind, outcome, status, reason, tool,
run, action, domain, text, seq, at (since=-15m, until=03:30) and params.NAME. @NAME is a saved
filter. docs/filter.md tells all of it.

Examples:
  remit tail --service refund-decision
  remit tail deny --backlog 100
  remit tail 'outcome in (deny, stop) since=-15m'
  remit tail 'tool~^payout params.amount_minor>=50000 !reason=rate_exceeded'
  remit tail @hot
  remit tail -o json | jq -c 'select(.outcome == \"deny\") | {tool, reason}'")]
pub struct Tail {
    /// Only records of this service
    #[arg(long, add = ArgValueCompleter::new(complete::services))]
    pub service: Option<String>,
    /// Only records of this run: its id or a unique end of it
    #[arg(long, add = ArgValueCompleter::new(complete::runs))]
    pub run: Option<String>,
    /// Only records that this lets through: words, conditions, or both
    #[arg(add = ArgValueCompleter::new(complete::filters))]
    pub filter: Vec<String>,
    /// Begin with up to this many records of the past
    #[arg(long, default_value_t = 10)]
    pub backlog: u32,
}

/// What a whole tail has not shown.
#[derive(Default)]
struct Unseen {
    lost: u64,
    hidden: u64,
}

/// Follows the journal until `interrupt`.
///
/// # Errors
/// When the stream ends although nobody asked for it, or the output cannot be written.
pub async fn run(
    args: Tail,
    session: &mut Session,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let run = match args.run {
        Some(named) => session.run_id(&named).await?,
        None => String::new(),
    };
    let request = WatchTraceRequest {
        filter: filter::<TraceRecord>(&args.filter, screen)?,
        service: args.service.unwrap_or_default(),
        run,
        backlog: args.backlog,
    };
    tokio::pin!(interrupt);
    let mut unseen = Unseen::default();
    // A stream has no deadline.
    let mut stream = tokio::select! {
        opened = session.client.watch_trace(Request::new(request)) => opened?.into_inner(),
        () = &mut interrupt => return Ok(()),
    };
    let ended = loop {
        tokio::select! {
            batch = stream.message() => match batch {
                Ok(Some(batch)) => show(&batch, &mut unseen, screen)?,
                Ok(None) => break Err(Failure::no("the control plane ended the stream").hint("is it shutting down?")),
                Err(status) => break Err(Failure::from(status)),
            },
            () = &mut interrupt => break Ok(()),
        }
    };
    screen.note(&format!("lost {}, hidden by the filter {}", unseen.lost, unseen.hidden))?;
    ended
}

/// Writes one batch and sends it at once.
fn show(batch: &TraceBatch, unseen: &mut Unseen, screen: &mut Screen<'_>) -> Result<(), Failure> {
    unseen.lost = unseen.lost.saturating_add(batch.lost);
    unseen.hidden = unseen.hidden.saturating_add(batch.hidden);
    if 0 < batch.lost {
        screen.note(&format!("lost {} records here: this reader was too slow", batch.lost))?;
    }
    for record in &batch.records {
        if screen.for_programs() {
            screen.object_line(&trace::json(record))?;
        } else {
            let line = trace::line(record, screen.format == Format::Wide, screen.frame.colour);
            writeln!(screen.out, "{line}")?;
        }
    }
    Ok(screen.out.flush()?)
}
