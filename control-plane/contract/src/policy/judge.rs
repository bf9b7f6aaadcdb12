//! The policies of one action, compiled, and their verdict.

use std::{collections::BTreeMap, str::FromStr as _};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Expression, Policy,
    PolicyId, PolicySet, Request, Response, RestrictedExpression,
};
use remit_core::{Ask, Objection, PolicyVerdict, Reason, ToolName};
use serde_json::Value;

use super::{PolicyRule, context::record, sight::Sight};
use crate::value::cut;

/// Longest account of evaluation errors, in characters.
const MAX_ERRORS: usize = 400;

/// What judges one action.
#[derive(Debug)]
pub(crate) struct Judge {
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    /// Every policy that can speak about the action.
    all: PolicySet,
    /// Those without the forbids that an approval lifts; `None` when there are no such forbids.
    unlifted: Option<PolicySet>,
    /// Whom the liftable forbids ask.
    lifts: BTreeMap<String, Ask>,
    /// The conditions of the scope's rules, a permit each; `None` when there are none.
    conditions: Option<PolicySet>,
    /// Whom those rules ask.
    rules: BTreeMap<String, Ask>,
    /// What all of them together can see.
    sight: Sight,
}

/// Parses the condition of a rule of the scope.
///
/// # Errors
/// What is wrong with it.
fn condition(when: &str, id: &str) -> Result<Policy, String> {
    // First alone: no text may close the braces and say more than a condition.
    Expression::from_str(when).map_err(|error| error.to_string())?;
    let text = format!("permit (principal, action, resource) when {{ {when}\n}};");
    Policy::parse(Some(PolicyId::new(id)), text).map_err(|error| error.to_string())
}

/// What is wrong with the condition of a rule of the scope; `None` when nothing is.
pub(crate) fn rule_error(when: &str) -> Option<String> {
    condition(when, "rule").err()
}

fn entity(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn set<'a>(policies: impl Iterator<Item = &'a Policy>) -> Result<PolicySet, String> {
    PolicySet::from_policies(policies.cloned()).map_err(|error| error.to_string())
}

impl Judge {
    /// Slices the policies for one action and compiles the rules that watch it.
    ///
    /// # Errors
    /// When Cedar refuses what was checked before.
    pub(crate) fn new(
        (service, domain, tool): (&str, &str, &ToolName),
        policies: &[PolicyRule],
        rules: &[(&str, &Ask)],
    ) -> Result<Self, String> {
        let speaks = |rule: &&PolicyRule| rule.actions.as_ref().is_none_or(|actions| actions.contains(tool));
        let mine: Vec<&PolicyRule> = policies.iter().filter(speaks).collect();
        let lifts: BTreeMap<String, Ask> =
            mine.iter().filter_map(|rule| Some((rule.policy.id().to_string(), rule.lift.clone()?))).collect();
        let unlifted = if lifts.is_empty() {
            None
        } else {
            Some(set(mine.iter().filter(|rule| rule.lift.is_none()).map(|rule| &rule.policy))?)
        };
        let conditions =
            rules.iter().map(|(when, ask)| condition(when, &ask.rule)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            principal: entity("Service", service)?,
            action: entity("Action", tool.as_str())?,
            resource: entity("Domain", domain)?,
            all: set(mine.iter().map(|rule| &rule.policy))?,
            unlifted,
            lifts,
            conditions: if conditions.is_empty() { None } else { Some(set(conditions.iter())?) },
            rules: rules.iter().map(|(_, ask)| (ask.rule.clone(), (*ask).clone())).collect(),
            sight: Sight::of(mine.iter().map(|rule| &rule.policy).chain(&conditions)),
        })
    }

    /// The verdict of the policies, and every rule of the scope that wants a person.
    pub(crate) fn judge<'v>(
        &self,
        params: &Value,
        evidence: impl Iterator<Item = (&'v str, &'v Value)>,
    ) -> (PolicyVerdict, Vec<Ask>) {
        let request = match self.request(params, evidence) {
            Ok(request) => request,
            Err(error) => return (object(Reason::PolicyError, error), Vec::new()),
        };
        let (authorizer, entities) = (Authorizer::new(), Entities::empty());
        let ask = |set: &PolicySet| authorizer.is_authorized(&request, set, &entities);
        let asks = match self.conditions.as_ref().map(ask) {
            None => Vec::new(),
            Some(response) => match errors(&response) {
                Some(error) => return (object(Reason::PolicyError, error), Vec::new()),
                None => reasons(&response).iter().filter_map(|id| self.rules.get(id).cloned()).collect(),
            },
        };
        (self.verdict(ask), asks)
    }

    fn request<'v>(
        &self,
        params: &Value,
        evidence: impl Iterator<Item = (&'v str, &'v Value)>,
    ) -> Result<Request, String> {
        let params =
            record(params, self.sight.params()).ok_or("the parameters cannot be shown to the policies")?;
        let evidence = evidence
            .filter_map(|(item, value)| Some((item.to_owned(), record(value, self.sight.item(item)?)?)));
        let evidence = RestrictedExpression::new_record(evidence).map_err(|error| error.to_string())?;
        let context = Context::from_pairs([("params".to_owned(), params), ("evidence".to_owned(), evidence)])
            .map_err(|error| error.to_string())?;
        Request::new(self.principal.clone(), self.action.clone(), self.resource.clone(), context, None)
            .map_err(|error| error.to_string())
    }

    fn verdict(&self, ask: impl Fn(&PolicySet) -> Response) -> PolicyVerdict {
        let response = ask(&self.all);
        if let Some(error) = errors(&response) {
            return object(Reason::PolicyError, error);
        }
        let deciding = reasons(&response);
        if response.decision() == Decision::Allow {
            return PolicyVerdict::Permit { policies: deciding };
        }
        if deciding.is_empty() {
            return object(Reason::NoPermit, "none of its policies permits it".to_owned());
        }
        let plain: Vec<&str> =
            deciding.iter().filter(|id| !self.lifts.contains_key(*id)).map(String::as_str).collect();
        if !plain.is_empty() {
            return object(Reason::PolicyForbids, crate::problem::listed(plain));
        }
        // Only liftable forbids spoke: would it be permitted if they were lifted?
        let Some(rest) = self.unlifted.as_ref().map(ask) else {
            return object(
                Reason::PolicyForbids,
                crate::problem::listed(deciding.iter().map(String::as_str)),
            );
        };
        if let Some(error) = errors(&rest) {
            return object(Reason::PolicyError, error);
        }
        match rest.decision() {
            Decision::Allow => {
                let asks = deciding.iter().filter_map(|id| self.lifts.get(id).cloned()).collect();
                PolicyVerdict::Escalate { policies: deciding, asks }
            }
            Decision::Deny => object(Reason::NoPermit, "none of its policies permits it".to_owned()),
        }
    }
}

fn object(reason: Reason, detail: String) -> PolicyVerdict {
    PolicyVerdict::Object(Objection::new(reason, detail))
}

/// The ids of the policies that decided, in order.
fn reasons(response: &Response) -> Vec<String> {
    let mut ids: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
    ids.sort();
    ids
}

/// What could not be evaluated, in order; `None` when everything could.
fn errors(response: &Response) -> Option<String> {
    let mut errors: Vec<String> = response.diagnostics().errors().map(ToString::to_string).collect();
    errors.sort();
    if errors.is_empty() { None } else { Some(cut(&errors.join("; "), MAX_ERRORS)) }
}
