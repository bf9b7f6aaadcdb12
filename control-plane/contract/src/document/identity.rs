//! Section `identity`: who acts, who answers for it, who enabled it and until when.

use std::collections::BTreeSet;

use remit_core::{GroupName, Level, terms::Delegation};

use crate::{
    problem::Problems,
    read::{
        Fields, each, items,
        scalar::{Naming, date, group, level, name, person},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) principal: String,
    pub(crate) owner: String,
    pub(crate) autonomy: Level,
    pub(crate) delegation: Delegation,
    pub(crate) duties: Duties,
}

/// Which groups build, approve and run the service. Only somebody who can stop it is always needed: the other
/// two belong to the full life of a version.
#[derive(Debug)]
pub(crate) struct Duties {
    pub(crate) build: BTreeSet<GroupName>,
    pub(crate) approve: BTreeSet<GroupName>,
    pub(crate) run: BTreeSet<GroupName>,
}

impl Identity {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "identity", problems)?;
        let principal = fields
            .need("principal")
            .and_then(|node| name(node, "identity.principal", Naming::Plain, problems));
        let own = principal.as_deref();
        let owner = fields.need("owner").and_then(|node| another(node, "identity.owner", own, problems));
        let autonomy = fields.need("autonomy").and_then(|node| level(node, "identity.autonomy", problems));
        let delegation = fields.need("delegation").and_then(|node| read_delegation(node, own, problems));
        let duties = fields.need("duties").and_then(|node| Duties::read(node, problems));
        fields.end();
        Some(Self {
            principal: principal?,
            owner: owner?,
            autonomy: autonomy?,
            delegation: delegation?,
            duties: duties?,
        })
    }
}

/// A person's name, and not the service's own: a service neither answers for itself nor enables itself.
fn another(node: &Node, what: &str, principal: Option<&str>, problems: &Problems) -> Option<String> {
    let name = person(node, what, problems)?;
    if principal != Some(name.as_str()) {
        return Some(name);
    }
    let remedy = "name a person, as on that person's token";
    problems.note(node.place, format!("{what} is the service itself, `{name}`"), remedy)
}

/// Both dates mean their first moment in UTC, so `until` is the first day without autonomy.
fn read_delegation(node: &Node, own: Option<&str>, problems: &Problems) -> Option<Delegation> {
    let fields = Fields::of(node, "identity.delegation", problems)?;
    let enabled_by = fields
        .need("enabled_by")
        .and_then(|node| another(node, "identity.delegation.enabled_by", own, problems));
    let on = fields.need("on").and_then(|node| date(node, "identity.delegation.on", problems));
    let until_node = fields.need("until");
    let until = until_node.and_then(|node| date(node, "identity.delegation.until", problems));
    fields.end();
    let (on, until) = (on?, until?);
    if until <= on {
        return problems.note(
            until_node?.place,
            "the delegation ends before it begins",
            "write a later day; `until` is the first day without autonomy",
        );
    }
    Some(Delegation { enabled_by: enabled_by?, on, until })
}

impl Duties {
    fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "identity.duties", problems)?;
        let optional = |key, what, why| {
            fields.get(key).map_or_else(|| Some(BTreeSet::new()), |node| groups(node, what, why, problems))
        };
        let build = optional("build", "identity.duties.build", "somebody must be able to propose it");
        let approve = optional("approve", "identity.duties.approve", "somebody must be able to approve it");
        let run = fields.need("run").and_then(|node| {
            groups(node, "identity.duties.run", "somebody must be able to stop it", problems)
        });
        fields.end();
        Some(Self { build: build?, approve: approve?, run: run? })
    }
}

/// A list of groups that names at least one.
fn groups(node: &Node, what: &str, why: &str, problems: &Problems) -> Option<BTreeSet<GroupName>> {
    let groups = items(node, what, problems)?;
    if groups.is_empty() {
        return problems.note(
            node.place,
            format!("{what} names nobody"),
            format!("name at least one group: {why}"),
        );
    }
    each(groups, |node| group(node, what, problems))
}
