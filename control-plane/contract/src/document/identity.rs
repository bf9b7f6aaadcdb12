//! Section `identity`: who acts, who answers for it, who enabled it and until when.

use std::collections::BTreeSet;

use remit_core::{GroupName, Level, terms::Delegation};

use crate::{
    problem::Problems,
    read::{
        Fields, items,
        scalar::{Naming, date, group, level, name, text},
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
    pub(crate) run_duty: BTreeSet<GroupName>,
}

impl Identity {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "identity", problems)?;
        let principal = fields
            .need("principal")
            .and_then(|node| name(node, "identity.principal", Naming::Plain, problems));
        let owner = fields.need("owner").and_then(|node| text(node, "identity.owner", problems));
        let autonomy = fields.need("autonomy").and_then(|node| level(node, "identity.autonomy", problems));
        let delegation = fields.need("delegation").and_then(|node| read_delegation(node, problems));
        let run_duty = fields.need("duties").and_then(|node| read_duties(node, problems));
        fields.end();
        Some(Self {
            principal: principal?,
            owner: owner?,
            autonomy: autonomy?,
            delegation: delegation?,
            run_duty: run_duty?,
        })
    }
}

/// Both dates mean their first moment in UTC, so `until` is the first day without autonomy.
fn read_delegation(node: &Node, problems: &Problems) -> Option<Delegation> {
    let fields = Fields::of(node, "identity.delegation", problems)?;
    let enabled_by =
        fields.need("enabled_by").and_then(|node| text(node, "identity.delegation.enabled_by", problems));
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

fn read_duties(node: &Node, problems: &Problems) -> Option<BTreeSet<GroupName>> {
    let fields = Fields::of(node, "identity.duties", problems)?;
    fields.later(&["build", "approve"]);
    let run = fields.need("run").and_then(|node| {
        let groups = items(node, "identity.duties.run", problems)?;
        if groups.is_empty() {
            return problems.note(
                node.place,
                "nobody holds the duty to run",
                "name at least one group: somebody must be able to stop it",
            );
        }
        groups.iter().map(|node| group(node, "identity.duties.run", problems)).collect()
    });
    fields.end();
    run
}
