//! The policy clause: Cedar policies, sliced by action when the contract is compiled.
//!
//! An action is judged only by the policies that can speak about it, so a thousand rules about other
//! actions cost it nothing. Every error denies: Cedar itself would skip a policy that it cannot evaluate.

use std::{collections::BTreeMap, str::FromStr as _};

use cedar_policy::{
    ActionConstraint, Effect, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, ResourceConstraint,
};
use miette::Diagnostic as _;
use remit_core::{Ask, ToolName};

use crate::{
    problem::{Place, Problems, listed, nearest},
    read::scalar::{DURATION_REMEDY, Naming, check_name, duration_ms, group_name},
};

mod context;
mod depth;
mod infer;
mod judge;
mod said;
mod sight;
mod statements;
mod typing;
mod unread;
mod validate;
mod world;

pub(crate) use judge::{Judge, rule_error};
pub(crate) use sight::Keys;
pub(crate) use typing::Type;
pub(crate) use validate::validate;
pub(crate) use world::World;

/// Whom and what a contract's policies speak about.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    /// Like the others, `None` when the document does not say it rightly.
    pub(crate) service: Option<&'a str>,
    pub(crate) domain: Option<&'a str>,
    pub(crate) actions: Option<Vec<&'a str>>,
}

/// One policy of the file.
#[derive(Debug)]
pub(crate) struct PolicyRule {
    /// Its Cedar id is its `@id`.
    policy: Policy,
    /// The actions that its head names, known or not; `None` means all.
    actions: Option<Vec<ToolName>>,
    /// For a forbid that an approval lifts: whom to ask.
    lift: Option<Ask>,
}

/// Reads the policy file. What is wrong is noted; a policy is left out only where it cannot be held against what
/// it reads.
pub(crate) fn read(text: &str, names: &Names<'_>, problems: &Problems) -> Vec<PolicyRule> {
    if let Some(offset) = depth::exceeded(text) {
        problems.note::<()>(place_of(text, offset, 1), "this policy goes too deep", depth::REMEDY);
        return Vec::new();
    }
    let set = match PolicySet::from_str(text) {
        Ok(set) => set,
        Err(errors) => {
            for error in errors.iter() {
                let offset =
                    error.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
                let remedy = error.help().map_or_else(
                    || "correct the Cedar syntax; a policy ends with `;`".to_owned(),
                    |help| help.to_string(),
                );
                problems.note::<()>(
                    place_of(text, offset, 0),
                    format!("this is not a Cedar policy: {error}"),
                    remedy,
                );
            }
            match PolicySet::from_str(&statements::intact(text)) {
                Ok(set) => set,
                Err(_) => return Vec::new(),
            }
        }
    };
    for template in set.templates() {
        let offset = text.find(&template.to_cedar()).unwrap_or(0);
        problems.note::<()>(
            place_of(text, offset, 0),
            "templates are not accepted",
            "write the policy without `?principal` and `?resource`",
        );
    }
    let mut found: Vec<(usize, &Policy)> = set
        .policies()
        .map(|policy| (policy.to_cedar().and_then(|source| text.find(&source)).unwrap_or(0), policy))
        .collect();
    found.sort_by_key(|(offset, policy)| (*offset, policy.id().to_string()));
    let mut places = BTreeMap::new();
    found
        .into_iter()
        .filter_map(|(offset, policy)| {
            let place = place_of(text, offset, 0);
            let reader = Reader { policy, place, names, problems };
            let mut id = reader.id().unwrap_or_else(|| format!("on line {}", place.line));
            let first = *places.entry(id.clone()).or_insert(place);
            if first != place {
                problems.note::<()>(
                    place,
                    format!("policy id `{id}` is used on line {} too", first.line),
                    "give each policy an id of its own: decisions name it",
                );
                id = format!("{id} on line {}", place.line);
            }
            reader.read(&id)
        })
        .collect()
}

impl PolicyRule {
    /// Its id.
    pub(crate) fn id(&self) -> &str {
        self.policy.id().as_ref()
    }
}

/// Ids of the policies of a file that could be read, with their lines.
pub(crate) fn ids(text: &str) -> Vec<(String, usize)> {
    let set = PolicySet::from_str(text).ok();
    let ids = set.iter().flat_map(PolicySet::policies).filter_map(|policy| {
        let offset = policy.to_cedar().and_then(|source| text.find(&source)).unwrap_or(0);
        Some((policy.annotation("id")?.to_owned(), place_of(text, offset, 0).line))
    });
    ids.collect()
}

/// The place of so many bytes of the text.
fn place_of(text: &str, offset: usize, length: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let about = text.get(offset..offset.saturating_add(length)).unwrap_or_default();
    let width = if about.contains('\n') { 0 } else { about.chars().count() };
    Place { line, column, width }
}

/// Reads one policy.
struct Reader<'a> {
    policy: &'a Policy,
    place: Place,
    names: &'a Names<'a>,
    problems: &'a Problems,
}

impl Reader<'_> {
    fn id(&self) -> Option<String> {
        match self.policy.annotation("id") {
            Some(id) if !id.trim().is_empty() => Some(id.to_owned()),
            Some(_) | None => self.problems.note(
                self.place,
                "a policy has no id",
                "write `@id(\"…\")` above it: decisions name the policies that made them",
            ),
        }
    }

    fn read(&self, id: &str) -> Option<PolicyRule> {
        self.check_annotations(id);
        let head = self.check_head(id);
        let actions = self.actions(id);
        let lift = self.lift(id).flatten();
        if head.is_none() || actions.is_none() {
            let text = format!("what policy `{id}` reads is not checked yet");
            self.problems.remark(text, "mend what it says above its conditions first");
        }
        head?;
        let policy = self.policy.new_id(PolicyId::new(id));
        Some(PolicyRule { policy, actions: actions?, lift })
    }

    fn note<T>(&self, message: String, remedy: impl Into<String>) -> Option<T> {
        self.problems.note(self.place, message, remedy)
    }

    fn check_annotations(&self, id: &str) {
        const KNOWN: [&str; 6] = ["id", "outcome", "to", "quorum", "within", "because"];
        for (key, _) in self.policy.annotations() {
            if !KNOWN.contains(&key) {
                let remedy = match nearest(key, KNOWN) {
                    Some(meant) => format!("did you mean `@{meant}`?"),
                    None => format!("accepted here: {}", listed(KNOWN)),
                };
                self.note::<()>(format!("policy `{id}` has the unknown annotation `@{key}`"), remedy);
            }
        }
    }

    /// The head speaks about this contract's service and domain or about any: a misspelt one would
    /// never match, and a forbid that never matches forbids nothing.
    fn check_head(&self, id: &str) -> Option<()> {
        let (service, domain) = (self.names.service, self.names.domain);
        let principal = match self.policy.principal_constraint() {
            PrincipalConstraint::Any => true,
            PrincipalConstraint::Is(kind) => kind.to_string() == "Service",
            PrincipalConstraint::Eq(entity) => is(&entity, "Service", service),
            PrincipalConstraint::In(_) | PrincipalConstraint::IsIn(..) => false,
        };
        let resource = match self.policy.resource_constraint() {
            ResourceConstraint::Any => true,
            ResourceConstraint::Is(kind) => kind.to_string() == "Domain",
            ResourceConstraint::Eq(entity) => is(&entity, "Domain", domain),
            ResourceConstraint::In(_) | ResourceConstraint::IsIn(..) => false,
        };
        let principal = if principal {
            Some(())
        } else {
            self.note(
                format!("the principal of policy `{id}` is not this contract's service"),
                format!("write `principal` or `principal == Service::\"{}\"`", service.unwrap_or("…")),
            )
        };
        if !resource {
            return self.note(
                format!("the resource of policy `{id}` is not this contract's domain"),
                format!("write `resource` or `resource == Domain::\"{}\"`", domain.unwrap_or("…")),
            );
        }
        principal
    }

    fn actions(&self, id: &str) -> Option<Option<Vec<ToolName>>> {
        let entities = match self.policy.action_constraint() {
            ActionConstraint::Any => return Some(None),
            ActionConstraint::Eq(entity) => vec![entity],
            ActionConstraint::In(entities) => entities,
        };
        let mut tools = Vec::new();
        for entity in &entities {
            let action = entity.id().unescaped();
            if entity.type_name().to_string() != "Action" {
                return self.note(
                    format!("policy `{id}` names `{entity}`, which is no action"),
                    "write `Action::\"…\"` with an action of the scope",
                );
            }
            if let Some(known) = &self.names.actions
                && !known.contains(&action)
            {
                let remedy = match nearest(action, known.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "list the action under `scope.actions`, or remove it here".to_owned(),
                };
                self.note::<()>(format!("policy `{id}` names the unknown action `{action}`"), remedy);
            }
            tools.push(action.into());
        }
        Some(Some(tools))
    }

    /// Whom to ask, for a forbid with `@outcome("escalate")`; `Some(None)` for every other policy.
    fn lift(&self, id: &str) -> Option<Option<Ask>> {
        match self.policy.annotation("outcome") {
            Some("escalate") => {}
            Some(other) => {
                return self.note(
                    format!("policy `{id}` has the unknown outcome `{other}`"),
                    "write `@outcome(\"escalate\")`, or remove it",
                );
            }
            None => {
                if let Some(key) = ["to", "quorum", "within", "because"]
                    .into_iter()
                    .find(|key| self.policy.annotation(key).is_some())
                {
                    return self.note(
                        format!("policy `{id}` has `@{key}` but asks nobody"),
                        "add `@outcome(\"escalate\")`, or remove it",
                    );
                }
                return Some(None);
            }
        }
        if self.policy.effect() != Effect::Forbid {
            return self.note(
                format!("policy `{id}` permits, so there is nothing to escalate"),
                "put `@outcome(\"escalate\")` on a forbid: an approval lifts it",
            );
        }
        let to = self.word(id, "to").and_then(|text| group_name(text, self.place, "@to", self.problems));
        let quorum = self.word(id, "quorum").and_then(|text| {
            text.parse::<u32>().ok().filter(|quorum| *quorum > 0).or_else(|| {
                self.note(
                    format!("@quorum `{text}` of policy `{id}` is not a number of people"),
                    "write `@quorum(\"1\")` or more",
                )
            })
        });
        let within_ms = self.word(id, "within").and_then(|text| {
            duration_ms(text).or_else(|| {
                self.note(format!("@within `{text}` of policy `{id}` is not a duration"), DURATION_REMEDY)
            })
        });
        let because = self.word(id, "because");
        check_name(id, self.place, "the id of an escalating policy", Naming::Plain, self.problems)?;
        Some(Some(Ask {
            rule: id.to_owned(),
            because: because?.to_owned(),
            to: to?,
            quorum: quorum?,
            within_ms: within_ms?,
        }))
    }

    /// An annotation that an escalating policy must have.
    fn word(&self, id: &str, key: &str) -> Option<&str> {
        self.policy.annotation(key).filter(|text| !text.trim().is_empty()).or_else(|| {
            self.note(format!("policy `{id}` escalates but lacks `@{key}`"), format!("add `@{key}(\"…\")`"))
        })
    }
}

fn is(entity: &EntityUid, kind: &str, id: Option<&str>) -> bool {
    entity.type_name().to_string() == kind && id.is_none_or(|id| entity.id().unescaped() == id)
}

#[cfg(test)]
mod tests;
