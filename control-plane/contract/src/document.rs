//! The contract document as it was written: seven sections, each with the places of what needs checking.

use remit_core::{DomainName, ServiceName, person::CONTROL_DOMAIN};

use crate::{
    problem::{Problems, listed},
    read::{
        Fields,
        scalar::{Naming, name, text, word},
    },
    yaml::{Kind, Node},
};

pub(crate) mod allowance;
mod breaker;
mod calling;
mod cost;
mod course;
mod evidence;
mod identity;
pub(crate) mod lifting;
mod model;
mod need;
mod origin;
pub(crate) mod price;
pub(crate) mod radius;
mod reach;
mod recovery;
mod schedule;
mod scope;
mod tooling;
mod trigger;
pub(crate) mod tripwire;
mod undo;
mod unknown;
mod workflow;

pub(crate) use calling::ThenDocument;
pub(crate) use cost::{Cost, RunDocument};
pub(crate) use evidence::{Attested, Evidence, Item};
pub(crate) use identity::Identity;
pub(crate) use model::ModelDocument;
pub(crate) use need::{AtLeast, Need};
pub(crate) use origin::OriginRule;
pub(crate) use radius::RadiusDocument;
pub(crate) use recovery::Recovery;
pub(crate) use scope::{Rule, RuleHead, Scope};
pub(crate) use tooling::{ToolDocument, Tooling};
pub(crate) use trigger::TriggerRule;
pub(crate) use undo::{Returns, UndoRule, VerifyDocument};
pub(crate) use unknown::{QueryDocument, UnknownDocument};
pub(crate) use workflow::WorkflowDocument;

/// The form that this version reads.
const FORM: &str = "remit/v1";

/// The file of the policy clause.
pub(crate) const POLICY_FILE: &str = "policy.cedar";

/// The sections in their order.
const SECTIONS: [&str; 7] = ["identity", "scope", "evidence", "policy", "tooling", "cost", "recovery"];

/// A document; a part is `None`, or says so itself, when it could not be read, and then a problem is noted.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) head: Head,
    pub(crate) identity: Option<Identity>,
    pub(crate) scope: Scope,
    pub(crate) evidence: Evidence,
    pub(crate) tooling: Tooling,
    pub(crate) cost: Option<Cost>,
    pub(crate) recovery: Option<Recovery>,
}

/// What stands above the sections; a part is `None` when it could not be read.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) service: Option<ServiceName>,
    pub(crate) version: Option<String>,
    pub(crate) domain: Option<DomainName>,
    pub(crate) purpose: Option<String>,
}

impl Document {
    /// Reads every section, whatever is wrong with the others.
    pub(crate) fn read(root: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(root, "the contract", problems)?;
        let head = Head::read(&fields, problems);
        let [identity, scope, evidence, policy, tooling, cost, recovery] =
            SECTIONS.map(|key| fields.need(key));
        if let Some(policy) = policy {
            read_policy(policy, problems);
        }
        let document = Self {
            head,
            identity: identity.and_then(|node| Identity::read(node, problems)),
            scope: scope.and_then(|node| Scope::read(node, problems)).unwrap_or_default(),
            evidence: evidence.and_then(|node| Evidence::read(node, problems)).unwrap_or_default(),
            tooling: tooling.and_then(|node| Tooling::read(node, problems)).unwrap_or_default(),
            cost: cost.and_then(|node| Cost::read(node, problems)),
            recovery: recovery.and_then(|node| Recovery::read(node, problems)),
        };
        fields.end();
        check_order(root, problems);
        Some(document)
    }
}

impl Head {
    fn read(fields: &Fields<'_>, problems: &Problems) -> Self {
        if let Some(node) = fields.need("contract") {
            form(node, "contract", problems);
        }
        let service = fields.need("service").and_then(|node| name(node, "service", Naming::Plain, problems));
        let version = fields.need("version").and_then(|node| {
            let version = word(node, "version", problems)?;
            match semver::Version::parse(version) {
                Ok(_) => Some(version.to_owned()),
                Err(error) => problems.note(
                    node.place,
                    format!("version `{version}` is not a semantic version: {error}"),
                    "write three numbers with dots, for instance `1.4.0`",
                ),
            }
        });
        let domain = fields.need("domain").and_then(|node| domain_name(node, "domain", problems));
        let purpose = fields.need("purpose").and_then(|node| text(node, "purpose", problems));
        Self { service: service.map(Into::into), version, domain, purpose }
    }
}

/// The form of a document, at the key that says what kind of document it is.
pub(crate) fn form(node: &Node, key: &str, problems: &Problems) -> Option<()> {
    let form = text(node, key, problems)?;
    if form == FORM {
        return Some(());
    }
    problems.note(node.place, format!("form `{form}` is not known"), format!("write `{key}: {FORM}`"))
}

/// A domain of the business.
pub(crate) fn domain_name(node: &Node, what: &str, problems: &Problems) -> Option<DomainName> {
    let text = name(node, what, Naming::Plain, problems)?;
    if text != CONTROL_DOMAIN {
        return Some(text.into());
    }
    let remedy = "name a domain of the business, for instance `payments`";
    problems.note(node.place, format!("domain `{text}` holds people and keys, no service"), remedy)
}

/// The section only names the file, so that a reader of the document knows where the rules are.
fn read_policy(node: &Node, problems: &Problems) {
    let Some(fields) = Fields::of(node, "policy", problems) else { return };
    if let Some(node) = fields.need("file")
        && let Some(file) = text(node, "policy.file", problems)
        && file != POLICY_FILE
    {
        problems.note::<()>(
            node.place,
            format!("policy.file `{file}` is not `{POLICY_FILE}`"),
            format!("put the policies into `{POLICY_FILE}` beside the contract and name it here"),
        );
    }
    fields.end();
}

/// The sections stand in the order in which people read them, in every contract.
fn check_order(root: &Node, problems: &Problems) {
    let Kind::Map(entries) = &root.kind else { return };
    let mut furthest = 0;
    for entry in entries {
        let Some(rank) = SECTIONS.iter().position(|section| *section == entry.key) else { continue };
        if rank < furthest {
            problems.note::<()>(
                entry.place,
                format!("section `{}` stands too late", entry.key),
                format!("keep the order {}", listed(SECTIONS)),
            );
        }
        furthest = furthest.max(rank);
    }
}
