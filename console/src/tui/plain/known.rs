//! What a listener was told already, and so what has changed since: one line for each change, in words.

use std::collections::BTreeMap;

use remit_proto::v1::{Alert, Escalation, Level, Switch};

use super::super::clock::Now;
use super::super::state::facts::{ceiling, level};
use super::super::state::link::LinkState;
use super::super::state::receipt::Fate;
use super::super::state::{Notice, State, overdue};
use super::super::when;

/// Signs of an id that are said: enough to tell it from others, and to type.
const SAID: usize = 8;

/// Alerts that are told as such; the others are told as what they are.
const TOLD: [&str; 4] = ["tripwire", "clause_off", "reason_late", "review_overdue"];

/// How far the picture can be trusted, as it is worth a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trust {
    #[default]
    Nothing,
    Fresh,
    Stale,
    Offline,
}

/// What was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    trust: Trust,
    questions: Option<BTreeMap<String, String>>,
    switches: BTreeMap<String, String>,
    ceilings: BTreeMap<String, Level>,
    failed: Vec<String>,
    in_doubt: u32,
    /// Who looks at each, and whether it was told.
    alerts: BTreeMap<String, (String, bool)>,
    receipts: BTreeMap<u64, Fate>,
    notice: Option<Notice>,
}

impl Known {
    /// What is to be told now, the oldest matter first; it counts as told from here on.
    pub(super) fn changes(&mut self, state: &State, now: Now) -> Vec<String> {
        let mut lines = Vec::from_iter(self.link(state, now));
        if state.picture.is_some() {
            lines.extend(self.questions(state, now));
            lines.extend(self.switches(state));
            lines.extend(self.wrong(state));
            lines.extend(self.alerts(state));
        }
        lines.extend(self.receipts(state));
        if self.notice != state.notice {
            self.notice.clone_from(&state.notice);
            lines.extend(self.notice.iter().map(|notice| notice.words.clone()));
        }
        lines
    }

    fn link(&mut self, state: &State, now: Now) -> Option<String> {
        let link = state.link.state(now.tick_ms);
        let trust = match link {
            LinkState::Connecting => Trust::Nothing,
            LinkState::Live | LinkState::Lagging => Trust::Fresh,
            LinkState::Stale => Trust::Stale,
            LinkState::Offline => Trust::Offline,
        };
        if std::mem::replace(&mut self.trust, trust) == trust {
            return None;
        }
        let why = state.link.broken().map(|down| format!(": {}", down.reason)).unwrap_or_default();
        Some(match trust {
            Trust::Nothing => "connecting".to_owned(),
            Trust::Fresh => format!("LIVE: connected to {}", state.environment),
            Trust::Stale => format!("STALE: what was said is old; approving and releasing is locked{why}"),
            Trust::Offline => format!("OFFLINE: nothing said here is known to be so now{why}"),
        })
    }

    fn questions(&mut self, state: &State, now: Now) -> Vec<String> {
        let is: BTreeMap<_, _> = state.pending().map(|it| (it.id.clone(), it.digest.clone())).collect();
        let Some(was) = self.questions.replace(is.clone()) else {
            return vec![format!(
                "{} question(s) wait, {} switch(es) are set",
                is.len(),
                state.switches().count()
            )];
        };
        let gone = was.keys().filter(|id| !is.contains_key(*id));
        let gone = gone.map(|id| format!("question {} waits no more", short(id)));
        let asks = state.pending().filter_map(|it| match was.get(&it.id) {
            None => Some(format!("new question {}", question(it, now))),
            Some(digest) if *digest != it.digest => Some(format!("question changed {}", question(it, now))),
            Some(_) => None,
        });
        gone.chain(asks).collect()
    }

    fn switches(&mut self, state: &State) -> Vec<String> {
        let is: BTreeMap<_, _> = state.switches().map(|it| (it.id.clone(), words(it))).collect();
        let was = std::mem::replace(&mut self.switches, is.clone());
        let levels: BTreeMap<_, _> = state.services().map(|it| (it.name.clone(), it.ceiling())).collect();
        let known = std::mem::replace(&mut self.ceilings, levels.clone());
        if known.is_empty() && was.is_empty() {
            return is.into_values().map(|words| format!("switch is set: {words}")).collect();
        }
        let lifted = was.iter().filter(|(id, _)| !is.contains_key(*id));
        let lifted = lifted.map(|(_, words)| format!("switch lifted: {words}"));
        let set = is.iter().filter(|(id, _)| !was.contains_key(*id));
        let mut lines: Vec<_> = lifted.chain(set.map(|(_, words)| format!("switch set: {words}"))).collect();
        // A ceiling that moved without a switch, for instance by its schedule.
        if lines.is_empty() {
            let moved = levels.iter().filter(|(name, now)| known.get(*name).is_some_and(|was| was != *now));
            lines.extend(moved.map(|(name, now)| format!("{name} may now: {}", level(*now))));
        }
        lines
    }

    fn wrong(&mut self, state: &State) -> Vec<String> {
        let Some(picture) = &state.picture else { return Vec::new() };
        let new = picture.failed_domains.iter().filter(|domain| !self.failed.contains(domain));
        let mut lines: Vec<_> = new
            .map(|domain| format!("CRIT domain {domain}: journal failed, everything is refused"))
            .collect();
        self.failed.clone_from(&picture.failed_domains);
        let was = std::mem::replace(&mut self.in_doubt, picture.in_doubt);
        if was != self.in_doubt {
            lines.push(format!("{} action(s) in doubt", self.in_doubt));
        }
        lines
    }

    /// Alerts that began or ended, and who looks at one from now on.
    fn alerts(&mut self, state: &State) -> Vec<String> {
        let told = |it: &&Alert| TOLD.contains(&it.condition.as_str());
        let by = |it: &Alert| it.acknowledged.as_ref().map(|known| known.by.clone()).unwrap_or_default();
        let is: BTreeMap<_, _> = state.alerts().map(|it| (it.id.clone(), (by(it), told(&it)))).collect();
        let was = std::mem::replace(&mut self.alerts, is);
        let new = state.alerts().filter(told).filter(|it| !was.contains_key(&it.id));
        let new = new.map(|it| format!("alert {}", alert(it)));
        let looks = state.alerts().filter(|it| was.get(&it.id).is_some_and(|(who, _)| *who != by(it)));
        let looks = looks.map(|it| format!("{} looks at {}", by(it), alert(it)));
        let ended = was.iter().filter(|(id, (_, told))| *told && state.alert(id).is_none());
        let ended = ended.map(|(id, _)| format!("alert {} ended", short(id)));
        new.chain(looks).chain(ended).collect()
    }

    fn receipts(&mut self, state: &State) -> Vec<String> {
        let mut lines = Vec::new();
        let all: Vec<_> = state.receipts.newest_first().collect();
        let is: BTreeMap<_, _> = all.iter().map(|it| (it.id, it.fate.clone())).collect();
        for receipt in all.into_iter().rev().filter(|it| self.receipts.get(&it.id) != Some(&it.fate)) {
            let words = &receipt.words;
            lines.push(match &receipt.fate {
                Fate::Sent => format!("you: {words}: SENT"),
                Fate::Working(what) => format!("you: {words}: WORKING, {what}"),
                Fate::Acked(what) => format!("you: {words}: ACKED, {what}"),
                Fate::Failed(why) => format!("you: {words}: FAILED, {why}"),
                Fate::Tripped(what) => format!("remitd: {words}: {what}"),
                Fate::Unknown(why) => {
                    let id = &receipt.idempotency_id;
                    format!("you: {words}: UNKNOWN, look before asking again; id {id}; {why}")
                }
            });
        }
        self.receipts = is;
        lines
    }
}

/// A question in one line: which, who asks for what, why a person is needed, until when.
pub(super) fn question(it: &Escalation, now: Now) -> String {
    let because = it.because.join("; ");
    let until = when::until(when::millis(it.deadline.as_ref()), now.wall_ms);
    let whose = if it.handed_to.is_empty() { String::new() } else { format!(", handed to {}", it.handed_to) };
    format!("{}: {} asks to run {}: {because}; lapses in {until}{whose}", short(&it.id), it.service, it.tool)
}

/// An alert in one line.
pub(super) fn alert(it: &Alert) -> String {
    let sign = if it.critical { "CRIT" } else { "WARN" };
    let by = it.acknowledged.as_ref().map(|known| format!("; {} looks at it: {}", known.by, known.reason));
    format!("{}: {sign} {}: {}{}", short(&it.id), it.scope, it.text, by.unwrap_or_default())
}

/// A switch in one line.
pub(super) fn words(it: &Switch) -> String {
    let why = if it.reason.is_empty() { "no reason yet" } else { &it.reason };
    format!("{} {}, by {}: {why}", ceiling(it.ceiling()), it.scope, overdue::setter(it))
}

/// The end of an id.
pub(super) fn short(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(SAID);
    id.chars().skip(skip).collect()
}
