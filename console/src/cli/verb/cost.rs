//! `remit cost`: what is spent, held and left, how fast it goes and when it will be gone.

use std::time::Duration;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{CostNode, GetBooksRequest, GetCostRequest};
use serde_json::json;

use crate::cli::{
    complete,
    exit::Exit,
    failure::Failure,
    kind::{books, cost, run::uses},
    paint::Tone,
    screen::Screen,
    session::{Session, within, within_time},
    verb::contract::backtest::duration_ms,
    watch::{self, Question},
};

/// The books are read from a whole journal, which takes its time.
const DEADLINE: Duration = Duration::from_secs(600);

/// Arguments of `remit cost`.
#[derive(Args, Debug)]
#[command(
    after_help = "Every call is reserved at its most in its run, its service's hour and day and its domain's, and settled there at
what it cost. Hours and days are those of UTC. What is left is the limit without what is spent and what is held; at
the pace of the last hour, or of `--since`, it is gone at the time that is shown, or it lasts until its hour or day ends.

Examples:
  remit cost                                  every service and domain
  remit cost refund-decision                  a service, and the domain above it
  remit cost 1f3a9c2e                         a run, its service and its domain
  remit cost payments --since 24h             at the pace of the last day
  remit cost payments --runs                  and of its open runs, the fullest first
  remit cost payments --runs --watch          the same as it changes
  remit cost payments --books                 its accounts in double entry, posted anew from the journal
  remit cost -o json | jq '.cost[] | select(.gone_at)'"
)]
pub struct Cost {
    /// A service, a domain, or a run by its id or the end of it; everything when left out
    #[arg(value_name = "SERVICE|RUN|DOMAIN", add = ArgValueCompleter::new(complete::budgets))]
    pub of: Option<String>,
    /// Take the pace of so long, for instance `30m` or `24h`; full hours are counted, 48 are remembered
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration_ms)]
    pub since: u64,
    /// Show the open runs as well, those that have used most of their limit first
    #[arg(long)]
    pub runs: bool,
    /// Show the books instead: each account of a budget with its debits and credits, posted anew from the journal
    #[arg(
        long,
        conflicts_with_all = ["since", "runs", "watch"],
        long_help = "Show the books instead: each account of a budget with its debits and credits, posted anew from the journal.

What is reserved is debited to `held` and credited to `available`; settled, it is debited to `spent`. So all debits equal
all credits, and the balances of a budget add up to nothing. Days are shown from the first on, hours for 48 hours, a run
by its name. Ends with 1 when debits and credits differ, or when the control plane counts something else."
    )]
    pub books: bool,
    /// Go on, and show it again whenever it has changed, until Ctrl-C
    #[arg(short, long)]
    pub watch: bool,
}

/// Shows it.
///
/// # Errors
/// When there is nothing of that name, or the output cannot be written.
pub async fn run(
    args: Cost,
    session: &mut Session,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    let of = args.of.unwrap_or_default();
    if args.books {
        return show_books(of, session, screen).await;
    }
    let asked = Asked(GetCostRequest { of, since_ms: args.since, open_runs: args.runs });
    watch::answer(&asked, args.watch, (session, screen), interrupt).await
}

/// Which budgets, at which pace.
struct Asked(GetCostRequest);

impl Question for Asked {
    type Answer = Vec<CostNode>;

    async fn ask(&self, session: &mut Session) -> Result<Vec<CostNode>, Failure> {
        Ok(session.client.get_cost(within(self.0.clone())).await?.into_inner().nodes)
    }

    fn show(&self, nodes: &Vec<CostNode>, screen: &mut Screen<'_>) -> Result<(), Failure> {
        screen.list("cost", nodes, cost::COLUMNS, cost::json)?;
        if screen.for_programs() {
            return Ok(());
        }
        for node in nodes {
            for (name, uses) in node.run.iter().flat_map(|budget| uses(budget, node.wall_time_ms)) {
                screen.field(name, &uses)?;
            }
        }
        Ok(())
    }
}

async fn show_books(of: String, session: &mut Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let request = within_time(GetBooksRequest { of }, DEADLINE);
    let domains = session.client.get_books(request).await?.into_inner().books;
    if screen.for_programs() {
        screen.object(&json!({ "books": domains.iter().map(books::json).collect::<Vec<_>>() }))?;
    } else {
        for domain in &domains {
            screen.toned(
                &format!("{} in {}, up to event {}", domain.domain, domain.currency, domain.seq),
                Tone::Title,
            )?;
            screen.table(books::COLUMNS, &books::rows(domain))?;
        }
    }
    for difference in domains.iter().flat_map(|domain| &domain.differences) {
        screen.note(&format!("WRONG: something else is counted of {difference} than its books have"))?;
    }
    let balanced = domains.iter().all(books::balance_out);
    if !balanced {
        screen
            .note("the books do not balance: keep a copy of the journal, stop what spends, and report it")?;
    }
    Ok(if balanced { Exit::Ok } else { Exit::No })
}
