//! The policies of one action, compiled, and their verdict.

use std::{collections::BTreeMap, str::FromStr as _};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Expression, ParseErrors,
    Policy, PolicyId, PolicySet, Request, Response, RestrictedExpression,
};
use miette::Diagnostic as _;
use remit_core::{Ask, Objection, PolicyVerdict, Reason, ToolName, WorkflowName, proposal::Channel};
use serde_json::Value;

use super::{
    PolicyRule,
    context::record,
    sight::{Keys, Sight},
    typing::Type,
    validate::inside,
    world::{CHANNEL, WORKFLOW, World},
};
use crate::{
    problem::Place,
    value::{cut, shown},
};

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
    /// What they take the evidence for.
    evidence: BTreeMap<String, Type>,
    /// Whether every run has a workflow, where they look at the run.
    needs_workflow: bool,
    /// The entity types of workflows and faces.
    names: [EntityTypeName; 2],
}

/// What stands before the condition in the policy that it becomes.
fn condition_head(action: Option<&ToolName>) -> String {
    match action {
        None => "permit (principal, action, resource) when { ".to_owned(),
        Some(action) => format!("permit (principal, action == Action::\"{action}\", resource) when {{ "),
    }
}

/// How many bytes of the policy stand before its condition.
pub(super) fn condition_offset(action: &ToolName) -> usize {
    condition_head(Some(action)).len()
}

/// The condition of a rule of the scope as a policy, about one action or any.
///
/// # Errors
/// What is wrong with it, and at which byte of the condition.
pub(super) fn condition(when: &str, id: &str, action: Option<&ToolName>) -> Result<Policy, (String, usize)> {
    let offset = |errors: &ParseErrors| {
        errors.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset())
    };
    if let Some(at) = super::depth::exceeded(when) {
        return Err(("it goes too deep".to_owned(), at));
    }
    // First alone: no text may close the braces and say more than a condition.
    Expression::from_str(when).map_err(|errors| (errors.to_string(), offset(&errors)))?;
    let text = format!("{}{when}\n}};", condition_head(action));
    Policy::parse(Some(PolicyId::new(id)), text).map_err(|errors| (errors.to_string(), 0))
}

/// What is wrong with the condition of a rule of the scope, and where; `None` when nothing is.
pub(crate) fn rule_error(when: &str, place: Place) -> Option<(String, Place)> {
    let (wrong, offset) = condition(when, "rule", None).err()?;
    Some((wrong, inside(when, place, offset, 1)))
}

fn entity(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn set<'a>(policies: impl Iterator<Item = &'a Policy>) -> Result<PolicySet, String> {
    PolicySet::from_policies(policies.cloned()).map_err(|error| error.to_string())
}

impl Judge {
    /// Everything that a policy or a rule of the scope may ask.
    pub(crate) fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.lifts.values().chain(self.rules.values())
    }

    /// Slices the policies for one action and compiles the rules that watch it.
    ///
    /// # Errors
    /// When Cedar refuses what was checked before.
    pub(crate) fn new(
        (service, domain, tool): (&str, &str, &ToolName),
        policies: &[PolicyRule],
        rules: &[(&str, &Ask)],
        world: &World,
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
            rules.iter().map(|(when, ask)| condition(when, &ask.rule, None)).collect::<Result<Vec<_>, _>>();
        let conditions = conditions.map_err(|(wrong, _)| wrong)?;
        let sight = Sight::of(mine.iter().map(|rule| &rule.policy).chain(&conditions));
        let kind = |name: &str| EntityTypeName::from_str(name).map_err(|error| error.to_string());
        Ok(Self {
            principal: entity("Service", service)?,
            action: entity("Action", tool.as_str())?,
            resource: entity("Domain", domain)?,
            all: set(mine.iter().map(|rule| &rule.policy))?,
            unlifted,
            lifts,
            conditions: if conditions.is_empty() { None } else { Some(set(conditions.iter())?) },
            rules: rules.iter().map(|(_, ask)| (ask.rule.clone(), (*ask).clone())).collect(),
            needs_workflow: sight.around() && world.has_workflows(),
            names: [kind(WORKFLOW)?, kind(CHANNEL)?],
            sight,
            evidence: world.evidence_of(tool),
        })
    }

    /// What all policies and rules of the action can see.
    pub(crate) const fn sight(&self) -> &Sight {
        &self.sight
    }

    /// The verdict of the policies, and every rule of the scope that wants a person, in a run that is an instance
    /// of the workflow and through the face.
    pub(crate) fn judge<'v>(
        &self,
        run: (Option<&WorkflowName>, Channel),
        params: &Value,
        evidence: impl Iterator<Item = (&'v str, &'v Value)>,
    ) -> (PolicyVerdict, Vec<Ask>) {
        if self.needs_workflow && run.0.is_none() {
            return (object(Reason::NotInWorkflow, "the run names no workflow".to_owned()), Vec::new());
        }
        let request = match self.request(run, params, evidence) {
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
        run: (Option<&WorkflowName>, Channel),
        params: &Value,
        evidence: impl Iterator<Item = (&'v str, &'v Value)>,
    ) -> Result<Request, String> {
        let params =
            record(params, self.sight.params()).ok_or("the parameters cannot be shown to the policies")?;
        let mut shown = Vec::new();
        for (item, value) in evidence {
            let Some(keys) = self.sight.item(item) else { continue };
            self.fits(item, value, keys)?;
            shown.extend(record(value, keys).map(|record| (item.to_owned(), record)));
        }
        let evidence = RestrictedExpression::new_record(shown).map_err(|error| error.to_string())?;
        let mut context = vec![("params".to_owned(), params), ("evidence".to_owned(), evidence)];
        if self.sight.around() {
            context.extend(self.around(run)?);
        }
        let context = Context::from_pairs(context).map_err(|error| error.to_string())?;
        Request::new(self.principal.clone(), self.action.clone(), self.resource.clone(), context, None)
            .map_err(|error| error.to_string())
    }

    /// The run, as far as it does not change until the decision, and the face.
    fn around(
        &self,
        (workflow, channel): (Option<&WorkflowName>, Channel),
    ) -> Result<[(String, RestrictedExpression); 2], String> {
        let [of_workflow, of_channel] = &self.names;
        let name = |kind: &EntityTypeName, id: &str| {
            RestrictedExpression::new_entity_uid(EntityUid::from_type_name_and_id(
                kind.clone(),
                EntityId::new(id),
            ))
        };
        let workflow = workflow.map(|it| ("workflow".to_owned(), name(of_workflow, it.as_str())));
        let run = RestrictedExpression::new_record(workflow).map_err(|error| error.to_string())?;
        Ok([("run".to_owned(), run), ("channel".to_owned(), name(of_channel, channel.as_str()))])
    }

    /// The policies were checked against types; what is of another type is not what they were written for.
    fn fits(&self, item: &str, value: &Value, keys: &Keys) -> Result<(), String> {
        let Some(Type::Record(attributes)) = self.evidence.get(item) else { return Ok(()) };
        for (name, attribute) in attributes.iter().filter(|(name, _)| keys.shows(name)) {
            let Some(found) = value.get(name).filter(|found| !attribute.of.fits(found)) else { continue };
            return Err(format!(
                "`{item}:/{name}` is {}, but the policies take it for {}",
                shown(Some(found)),
                attribute.of.words()
            ));
        }
        Ok(())
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
