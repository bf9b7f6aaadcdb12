//! What a service has touched lately, read from the journal: memory may have let it go.

use std::collections::{BTreeMap, BTreeSet};

use remit_core::{
    ActionId, Digest, Event, Level, Outcome, ServiceName, Timestamp, ToolName,
    event::{ActionDecided, ActionSettled, Settlement},
    radius::{Mark, Radius},
};
use remit_journal::{Journal, Record};
use remit_proto::v1 as pb;
use serde_json::Value;

use super::wire;
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
    view::View,
};

/// Of so long is told where nothing else is asked for, and at most of so long.
const SINCE_MS: std::ops::RangeInclusive<u64> = 3_600_000..=7 * 86_400_000;

/// Records that are read at a time.
const PAGE: usize = 1_000;

/// What can be undone for no longer than this is about to close.
const SOON_MS: u64 = 3_600_000;

pub(super) async fn blast(
    plane: &Plane,
    request: pb::GetBlastRequest,
) -> Result<pb::GetBlastResponse, Error> {
    let service = ServiceName::from(request.service);
    let ward = plane.service_ward(&service)?;
    let since_ms = if request.since_ms == 0 { *SINCE_MS.start() } else { request.since_ms };
    if since_ms > *SINCE_MS.end() {
        return Err(Error::Invalid("at most 7d are looked back".to_owned()));
    }
    let now = clock::now();
    let back = i64::try_from(since_ms).unwrap_or(i64::MAX).saturating_mul(1_000);
    let since = Timestamp::from_micros(now.as_micros().saturating_sub(back));
    let (journal, touched) = (plane.journal.clone(), Touched::of(ward, &service));
    let (domain, last) = (ward.domain.name().clone(), ward.view.read(|inner| inner.seq));
    let read = tokio::task::spawn_blocking(move || touched.read((&journal, &domain), since, last));
    let touched = read.await.map_err(|error| Error::Unavailable(error.to_string()))??;
    Ok(ward.view.read(|inner| {
        let currency = inner.state.services.get(&service).map(|it| it.active.currency.clone());
        pb::GetBlastResponse {
            service: service.to_string(),
            domain: ward.domain.name().to_string(),
            currency: currency.unwrap_or_default(),
            since: Some(wire::time(since)),
            at: Some(wire::time(now)),
            tools: touched.tools(now),
            measures: touched.measures(),
        }
    }))
}

/// One call that was let go.
struct Deed {
    tool: ToolName,
    level: Level,
    params: Value,
    settled: Option<ActionSettled>,
    undone: bool,
}

/// Everything that was let go since a moment.
struct Touched {
    /// The versions of the service, and of each what its tools do.
    levels: BTreeMap<Digest, BTreeMap<ToolName, Level>>,
    /// The rules of the service and of its domain that sum or tell apart.
    rules: Vec<(String, Radius)>,
    deeds: BTreeMap<ActionId, Deed>,
    /// Compensations, and what each undoes.
    undoing: BTreeMap<ActionId, ActionId>,
}

impl Touched {
    fn of(ward: &Ward, service: &ServiceName) -> Self {
        let view: &View = &ward.view;
        view.read(|inner| {
            let versions =
                inner.state.versions.iter().filter(|(_, version)| version.terms.service == *service);
            let levels = versions.map(|(digest, version)| {
                let tools = version.terms.tools.iter();
                let levels = tools.map(|(tool, terms)| (tool.clone(), terms.level.unwrap_or(Level::Execute)));
                (*digest, levels.collect())
            });
            let named = |prefix: &'static str, rules: &[Radius]| -> Vec<(String, Radius)> {
                let name = |rule: &Radius| (format!("{prefix}{}", rule.meter), rule.clone());
                rules.iter().map(name).collect()
            };
            let of_service = inner.state.services.get(service).map(|it| named("", &it.active.blast_radius));
            let of_domain = inner.state.settings.as_ref().map(|it| named("domain: ", &it.blast_radius));
            let rules = of_service.into_iter().chain(of_domain).flatten().collect();
            Self { levels: levels.collect(), rules, deeds: BTreeMap::new(), undoing: BTreeMap::new() }
        })
    }

    fn read(
        mut self,
        (journal, domain): (&Journal, &remit_core::DomainName),
        since: Timestamp,
        last: u64,
    ) -> Result<Self, remit_journal::Error> {
        let mut after = before(journal, domain, since, last)?;
        while after < last {
            let records = journal.read(domain, after, PAGE)?;
            let Some(newest) = records.last() else { break };
            after = newest.seq;
            for record in records.iter().filter(|record| record.seq <= last && record.at >= since) {
                self.see(journal, record)?;
            }
        }
        Ok(self)
    }

    fn see(&mut self, journal: &Journal, record: &Record) -> Result<(), remit_journal::Error> {
        if let Event::ActionDecided(decided) = &record.event {
            if let Some((target, _)) = decided.undoes {
                self.undoing.insert(decided.proposal.action, target);
            } else if decided.decision.outcome == Outcome::Admit {
                self.goes(decided);
            }
        } else if let Event::ActionReleased { action, decision, .. } = &record.event {
            if decision.outcome == Outcome::Admit {
                for earlier in journal.by_action(&record.domain, *action)? {
                    if let Event::ActionDecided(decided) = &earlier.event {
                        self.goes(decided);
                    }
                }
            }
        } else if let Event::ActionSettled(settled) = &record.event {
            let undone = matches!(settled.settlement, Settlement::Succeeded { .. })
                .then(|| self.undoing.get(&settled.action).copied())
                .flatten();
            if let Some(deed) = undone.and_then(|target| self.deeds.get_mut(&target)) {
                deed.undone = true;
            }
            if let Some(deed) = self.deeds.get_mut(&settled.action) {
                deed.settled = Some((**settled).clone());
            }
        }
        Ok(())
    }

    fn goes(&mut self, decided: &ActionDecided) {
        let ActionDecided { proposal, assessment, .. } = decided;
        let Some(levels) = self.levels.get(&assessment.contract).filter(|_| !decided.is_for_people()) else {
            return;
        };
        let level = levels.get(&proposal.tool).copied().unwrap_or(Level::Execute);
        let (tool, params) = (proposal.tool.clone(), proposal.params.value());
        self.deeds.insert(proposal.action, Deed { tool, level, params, settled: None, undone: false });
    }

    fn tools(&self, now: Timestamp) -> Vec<pb::BlastTool> {
        let mut tools = BTreeMap::<&ToolName, pb::BlastTool>::new();
        for deed in self.deeds.values() {
            let row = tools.entry(&deed.tool).or_insert_with(|| pb::BlastTool {
                tool: deed.tool.to_string(),
                level: wire::level(deed.level).into(),
                ..pb::BlastTool::default()
            });
            deed.count(row, now);
        }
        tools.into_values().collect()
    }

    /// What the rules that sum or tell apart have in the time that is told of: without what certainly did not happen.
    fn measures(&self) -> Vec<pb::BlastMeasure> {
        let measure = |(name, rule): &(String, Radius)| {
            let deeds = self.deeds.values().filter(|deed| !deed.failed());
            let marks =
                deeds.filter_map(|deed| rule.meter.mark(&deed.tool, deed.level, &deed.params).ok()?);
            let (mut amount, mut values) = (0_u64, BTreeSet::new());
            for mark in marks {
                match mark {
                    Mark::Amount(more) => amount = amount.saturating_add(more),
                    Mark::Value(value) => drop(values.insert(value)),
                }
            }
            let pointer = rule.meter.parameter()?;
            Some(pb::BlastMeasure {
                name: name.clone(),
                of: format!("params:{pointer}"),
                distinct: rule.meter.is_distinct(),
                total: if rule.meter.is_distinct() {
                    u64::try_from(values.len()).unwrap_or(u64::MAX)
                } else {
                    amount
                },
            })
        };
        self.rules.iter().filter_map(measure).collect()
    }
}

impl Deed {
    fn failed(&self) -> bool {
        self.settled.as_ref().is_some_and(|it| matches!(it.settlement, Settlement::Failed { .. }))
    }

    fn count(&self, row: &mut pb::BlastTool, now: Timestamp) {
        let one = |counter: &mut u32| *counter = counter.saturating_add(1);
        one(&mut row.admitted);
        let Some(settled) = &self.settled else { return one(&mut row.under_way) };
        row.cost_micros = row.cost_micros.saturating_add(settled.cost.as_micros());
        match &settled.settlement {
            Settlement::Failed { .. } => one(&mut row.failed),
            Settlement::InDoubt { .. } => one(&mut row.in_doubt),
            Settlement::Succeeded { .. } => {
                one(&mut row.succeeded);
                if !self.level.has_effect() {
                    return;
                }
                match &settled.undo {
                    _ if self.undone => one(&mut row.undone),
                    None => one(&mut row.irreversible),
                    Some(undo) if now >= undo.until => one(&mut row.out_of_window),
                    Some(undo) => {
                        one(&mut row.reversible);
                        if undo.until.since_ms(now) <= SOON_MS {
                            one(&mut row.closing_soon);
                        }
                    }
                }
            }
        }
    }
}

/// The position before the first record of a moment: records are in the order of time, but for a clock that was set
/// back, whose records are looked at once more.
fn before(
    journal: &Journal,
    domain: &remit_core::DomainName,
    since: Timestamp,
    last: u64,
) -> Result<u64, remit_journal::Error> {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low.midpoint(high);
        let found = journal.read(domain, middle, 1)?;
        match found.first().filter(|record| record.at < since) {
            Some(record) => low = record.seq,
            None => high = middle,
        }
    }
    Ok(low)
}
