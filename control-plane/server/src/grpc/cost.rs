//! What was spent, what is held and what is left: of a run, a service, a domain and of what is above each.

use remit_core::{
    Money, RunId, ServiceName, Timestamp,
    account::{Account, Accounts},
    allowance::Allowance,
    pace::Pace,
    state::State,
    window::{Per, Window},
};
use remit_proto::v1 as pb;

use super::{query, wire};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
    view::{Inner, RunCard},
};

/// The pace is that of the last hour, where nothing else is asked for.
const DEFAULT_SINCE_MS: u64 = 60 * 60 * 1_000;

/// Open runs of one domain that are told of at most.
const MOST_RUNS: usize = 500;

/// What is asked about.
pub(super) enum Of {
    Everything,
    Service(ServiceName),
    Run(RunId),
}

pub(super) fn cost(plane: &Plane, request: &pb::GetCostRequest) -> Result<pb::GetCostResponse, Error> {
    let since_ms = match request.since_ms {
        0 => DEFAULT_SINCE_MS,
        more if more <= remit_core::account::REMEMBERED_MS => more,
        more => {
            let hours = remit_core::account::REMEMBERED_MS / DEFAULT_SINCE_MS;
            return Err(Error::Invalid(format!(
                "the pace of {} hours is not known, hours are remembered for {hours}",
                more / DEFAULT_SINCE_MS
            )));
        }
    };
    let now = clock::now();
    let time = Time { now, since: back(now, since_ms) };
    let told = |inner: &Inner, of: &Of| {
        let mut nodes = time.of(inner, of);
        if request.open_runs {
            nodes.extend(time.open_runs(inner, of));
        }
        nodes
    };
    let nodes = named(plane, &request.of)?
        .into_iter()
        .flat_map(|(ward, of)| ward.view.read(|inner| told(inner, &of)))
        .collect();
    Ok(pb::GetCostResponse { nodes })
}

/// The budgets above the runs of a service that have a limit: its own and its domain's.
pub(super) fn above(state: &State, service: &ServiceName, now: Timestamp) -> Vec<pb::CostNode> {
    let time = Time { now, since: back(now, DEFAULT_SINCE_MS) };
    let nodes = time.nodes(state, &Of::Service(service.clone())).into_iter();
    nodes.filter(|node| node.limit_micros.is_some()).collect()
}

fn back(now: Timestamp, ms: u64) -> Timestamp {
    let micros = i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000);
    Timestamp::from_micros(now.as_micros().saturating_sub(micros))
}

/// A domain before a service before a run: names of the first two are chosen, ids are not.
pub(super) fn named<'a>(plane: &'a Plane, of: &str) -> Result<Vec<(&'a Ward, Of)>, Error> {
    if of.is_empty() {
        return Ok(plane.business().map(|ward| (ward, Of::Everything)).collect());
    }
    if let Some(ward) = plane.business().find(|ward| ward.domain.name().as_str() == of) {
        return Ok(vec![(ward, Of::Everything)]);
    }
    let service = ServiceName::from(of);
    if let Ok(ward) = plane.service_ward(&service) {
        return Ok(vec![(ward, Of::Service(service))]);
    }
    let run = query::run_id(plane, of).map_err(|error| {
        let is_unknown = matches!(error, Error::NotFound(_));
        let unknown = || Error::NotFound(format!("there is no domain, service or run `{of}` here"));
        if is_unknown { unknown() } else { error }
    })?;
    Ok(vec![(plane.run_ward(run)?, Of::Run(run))])
}

/// The present, and since when the pace is reckoned.
struct Time {
    now: Timestamp,
    since: Timestamp,
}

impl Time {
    /// From what was asked about upwards, of a run with everything else that it may use.
    fn of(&self, inner: &Inner, of: &Of) -> Vec<pb::CostNode> {
        let mut nodes = self.nodes(&inner.state, of);
        if let (Of::Run(run), Some(node)) = (of, nodes.first_mut().filter(|node| node.kind == "run")) {
            let run = inner.state.runs.get(run);
            node.run = run.map(|run| wire::budget(&RunCard::of(run), inner));
            node.wall_time_ms = run.map(|run| run.ended_at.unwrap_or(self.now).since_ms(run.started_at));
        }
        nodes
    }

    /// From what was asked about upwards.
    fn nodes(&self, state: &State, of: &Of) -> Vec<pb::CostNode> {
        let run = match of {
            Of::Run(run) => state.runs.get(run),
            Of::Everything | Of::Service(_) => None,
        };
        let service = match of {
            Of::Everything => None,
            Of::Service(name) => Some(name),
            Of::Run(_) => run.map(|run| &run.terms.service),
        };
        let services = state.services.iter().filter(|(name, _)| service.is_none_or(|it| it == *name));
        let none = Allowance::default();
        let allowance = state.settings.as_ref().map_or(&none, |settings| &settings.allowance);
        let domain = self.windows(("domain", state.domain.as_str()), state, (&state.accounts, allowance));
        run.map(|run| self.run(state, run))
            .into_iter()
            .chain(services.flat_map(|(name, service)| {
                let counted = (&service.accounts, &service.active.allowance);
                self.windows(("service", name.as_str()), state, counted)
            }))
            .chain(domain)
            .collect()
    }

    /// The open runs below what was asked about, the fullest first; none below a run.
    fn open_runs(&self, inner: &Inner, of: &Of) -> Vec<pb::CostNode> {
        let within = |run: &remit_core::state::Run| match of {
            Of::Everything => true,
            Of::Service(name) => run.terms.service == *name,
            Of::Run(_) => false,
        };
        let open = inner.state.runs.values().filter(|run| run.is_open() && within(run));
        let mut nodes: Vec<_> = open.map(|run| self.run(&inner.state, run)).collect();
        // Of a thousand: a limit of zero is full.
        let used = |node: &pb::CostNode| {
            let spoken_for = node.spent_micros.saturating_add(node.held_micros);
            spoken_for.saturating_mul(1_000).checked_div(node.limit_micros.unwrap_or(0)).unwrap_or(1_000)
        };
        nodes.sort_by(|a, b| used(b).cmp(&used(a)).then_with(|| a.name.cmp(&b.name)));
        nodes.truncate(MOST_RUNS);
        nodes
    }

    fn run(&self, state: &State, run: &remit_core::state::Run) -> pb::CostNode {
        let ended = run.ended_at.unwrap_or(self.now);
        let pace = Pace::of(run.budget.spent(), run.started_at, ended);
        pb::CostNode {
            kind: "run".to_owned(),
            name: run.id.to_string(),
            domain: state.domain.to_string(),
            currency: run.terms.currency.clone(),
            window: String::new(),
            starts: Some(wire::time(run.started_at)),
            ends: None,
            spent_micros: run.budget.spent().as_micros(),
            held_micros: run.budget.held().as_micros(),
            limit_micros: Some(run.budget.limit().as_micros()),
            left_micros: Some(run.budget.left().as_micros()),
            calls: run.calls,
            calls_limit: Some(run.limits.calls),
            pace_micros: pace.an_hour().as_micros(),
            gone_at: pace.gone(run.budget.left(), self.now).filter(|_| run.is_open()).map(wire::time),
            run: None,
            wall_time_ms: None,
            service: run.terms.service.to_string(),
            run_name: run.name.clone(),
        }
    }

    /// The present hour and day of a service or domain.
    fn windows(
        &self,
        (kind, name): (&str, &str),
        state: &State,
        (accounts, allowance): (&Accounts, &Allowance),
    ) -> Vec<pb::CostNode> {
        let pace = Pace::since(accounts, self.since, self.now);
        let currency = state
            .settings
            .as_ref()
            .map(|it| it.currency.clone())
            .or_else(|| state.services.values().next().map(|service| service.active.currency.clone()));
        let node = |per: Per| {
            let window = Window::of(per, self.now);
            let Account { held, spent, calls } = accounts.at(per, self.now);
            let limit = allowance.spend.get(&per).copied();
            let left = limit.map(|limit| limit.saturating_sub(held.saturating_add(spent)));
            let gone = left.and_then(|left| pace.gone(left, self.now)).filter(|gone| *gone < window.ends());
            pb::CostNode {
                kind: kind.to_owned(),
                name: name.to_owned(),
                domain: state.domain.to_string(),
                currency: currency.clone().unwrap_or_default(),
                window: per.to_string(),
                starts: Some(wire::time(window.starts)),
                ends: Some(wire::time(window.ends())),
                spent_micros: spent.as_micros(),
                held_micros: held.as_micros(),
                limit_micros: limit.map(Money::as_micros),
                left_micros: left.map(Money::as_micros),
                calls,
                calls_limit: allowance.calls.get(&per).copied(),
                pace_micros: pace.an_hour().as_micros(),
                gone_at: gone.map(wire::time),
                ..pb::CostNode::default()
            }
        };
        Per::ALL.into_iter().map(node).collect()
    }
}
