//! Rows that come from answers rather than from the picture: contract versions, budgets and what people did, each by its identity.

use remit_proto::v1::{AuditEntry, ContractVersion, CostNode, ListAuditResponse};

use super::State;
use super::nav::Page;
use crate::tui::hit::{Kind, Object};
use crate::versions::Compared;

/// What tells a budget from all others: `service/refund-decision/hour`.
#[must_use]
pub(super) fn budget_id(node: &CostNode) -> String {
    format!("{}/{}/{}", node.kind, node.name, node.window)
}

/// What tells what somebody did from all else: its position, `payments@1042`.
#[must_use]
pub(in crate::tui) fn deed_id(entry: &AuditEntry) -> String {
    format!("{}@{}", entry.domain, entry.seq)
}

/// Domains before services before runs, as the screen shows them.
fn rank(node: &CostNode) -> u8 {
    match node.kind.as_str() {
        "domain" => 0,
        "service" => 1,
        _ => 2,
    }
}

impl State {
    /// The versions of all services, as the control plane lists them.
    pub fn versions(&self) -> impl Iterator<Item = &ContractVersion> {
        self.details.versions.iter().flatten()
    }

    /// The version with this digest.
    #[must_use]
    pub fn version(&self, digest: &str) -> Option<&ContractVersion> {
        self.versions().find(|version| version.digest == digest)
    }

    /// The comparison of the version that is named so, once it has arrived.
    #[must_use]
    pub fn compared(&self, name: &str) -> Option<&Compared> {
        self.details.compared.as_deref().filter(|compared| {
            let version = &compared.version;
            !name.is_empty()
                && (version.digest.starts_with(name)
                    || format!("{}@{}", version.service, version.version) == name)
        })
    }

    /// Budgets in the order of the screen: by domain, domains before services before runs, the fullest run first as
    /// the control plane lists them.
    pub fn budgets(&self) -> impl Iterator<Item = &CostNode> {
        let mut nodes: Vec<_> = self.details.cost.iter().flatten().collect();
        nodes.sort_by(|a, b| (&a.domain, rank(a)).cmp(&(&b.domain, rank(b))));
        nodes.into_iter()
    }

    /// The budget with this identity.
    #[must_use]
    pub fn budget(&self, id: &str) -> Option<&CostNode> {
        self.details.cost.iter().flatten().find(|node| budget_id(node) == id)
    }

    /// The answer about what people did, unless it was asked with a filter that is not the one of the page any more: it
    /// may lack what the other lets through.
    #[must_use]
    pub fn audit(&self) -> Option<&ListAuditResponse> {
        let (filter, audit) = self.details.audit.as_ref()?;
        self.answers_audit(filter).then_some(audit)
    }

    /// Keeps an answer, unless another question was asked since.
    pub fn keep_audit(&mut self, filter: String, audit: ListAuditResponse) {
        if self.answers_audit(&filter) {
            self.details.audit = Some((filter, audit));
        }
    }

    /// Whether an answer to this filter has all that is wanted.
    fn answers_audit(&self, filter: &str) -> bool {
        let wanted = || self.filters.get(&Page::Audit).map(ToString::to_string).unwrap_or_default();
        filter.is_empty() || filter == wanted()
    }

    /// What people did, newest first.
    pub fn deeds(&self) -> impl Iterator<Item = &AuditEntry> {
        self.audit().into_iter().flat_map(|audit| &audit.entries)
    }

    /// What was done at this position.
    #[must_use]
    pub fn deed(&self, id: &str) -> Option<&AuditEntry> {
        self.deeds().find(|entry| deed_id(entry) == id)
    }

    /// What an act on a row of these pages is about: the service, run or domain behind it.
    #[must_use]
    pub fn stands_for(&self, row: &Object) -> Option<Object> {
        match row.kind {
            Kind::Version => self.object(Kind::Service, &self.version(&row.id)?.service),
            Kind::Budget => {
                let node = self.budget(&row.id)?;
                let kind = match node.kind.as_str() {
                    "domain" => Kind::Domain,
                    "service" => Kind::Service,
                    _ => Kind::Run,
                };
                self.object(kind, &node.name)
            }
            Kind::Deed => {
                let entry = self.deed(&row.id)?;
                let narrow = [(Kind::Run, &entry.run), (Kind::Service, &entry.service)];
                narrow
                    .into_iter()
                    .filter(|(_, id)| !id.is_empty())
                    .find_map(|(kind, id)| self.object(kind, id))
            }
            Kind::Everything
            | Kind::Service
            | Kind::Tool
            | Kind::Run
            | Kind::Action
            | Kind::Escalation
            | Kind::Alike
            | Kind::Switch
            | Kind::Alert
            | Kind::Domain => Some(row.clone()),
        }
    }

    pub(super) fn compared_service(&self, name: &str) -> Option<Object> {
        self.object(Kind::Service, &self.compared(name)?.version.service)
    }

    pub(super) fn version_rows(&self) -> Vec<Object> {
        let shown = self.versions().filter(|it| {
            let approver = it.approval.as_ref().map_or("", |approval| &approval.by);
            let people = [&it.proposed_by, &it.activated_by, &it.revoked_by].map(String::as_str);
            let words = [&it.service, &it.version, &it.status, &it.digest].map(String::as_str);
            self.lets_through(&[&people[..], &words, &[approver]].concat())
        });
        shown.filter_map(|it| self.object(Kind::Version, &it.digest)).collect()
    }

    pub(super) fn deed_rows(&self) -> Vec<Object> {
        let sieve = self.filters.get(&Page::Audit);
        let shown =
            self.deeds().filter(|entry| sieve.is_none_or(|sieve| sieve.shows_deed(entry, self.wall_ms)));
        // Looked up by position in a list that is a thousand long at most: made here, not one by one.
        let object = |entry| Object { kind: Kind::Deed, id: deed_id(entry), version: String::new() };
        shown.map(object).collect()
    }

    pub(super) fn budget_rows(&self) -> Vec<Object> {
        let shown = self.budgets().filter(|node| {
            let CostNode { kind, name, domain, window, service, run_name, .. } = node;
            self.lets_through(&[kind, name, domain, window, service, run_name])
        });
        shown.filter_map(|node| self.object(Kind::Budget, &budget_id(node))).collect()
    }
}
