//! Turns a checked document into a compiled contract. `None` only where a problem was noted before.

use std::{collections::BTreeMap, sync::Arc};

use remit_core::{
    Ask, Digest, DomainName, ItemName, Level, Money, OneOf, ServiceName, Terms, ToolName,
    doubt::Unknown,
    terms::{RunLimits, ToolTerms, Undo},
};

use super::{
    CompiledContract, Tool,
    undo::{UndoMapping, VerifyMapping},
};
use crate::{
    document::{
        Attested, Cost, Document, Evidence, Head, Identity, Item, ModelDocument, QueryDocument, Recovery,
        RunDocument, Scope, ToolDocument, Tooling, TriggerRule, UndoRule, radius,
    },
    instead::Instead,
    looked_at::LookedAt,
    model::{ModelCall, Speaks, TokenPrice},
    needs::{Agree, Claim, Needs, Wanted},
    origin::{self, Catalog, Home, ItemSource},
    pointer::{Pointer, Source},
    policy::{Judge, PolicyRule, Type, World},
    problem::Spot,
    read::Partly,
    trigger::Triggers,
    unknown::Query,
};

/// All sections at once, so that none is forgotten.
struct Whole {
    head: Heading,
    identity: Identity,
    scope: Scope,
    evidence: Evidence,
    tooling: Tooling,
    cost: Cost,
    recovery: Recovery,
    /// Where the facts of each tool come from.
    sources: BTreeMap<ToolName, String>,
}

/// Compiles a document without problems.
///
/// # Errors
/// When a library refuses what was checked before; `None` inside when a section could not be read.
pub(crate) fn assemble(
    document: Document,
    (policies, world): (&[PolicyRule], &World),
    digest: Digest,
) -> Result<Option<CompiledContract>, String> {
    let Document { head, identity, scope, evidence, tooling, cost, recovery } = document;
    let (Some(head), Some(identity)) = (Heading::of(head), identity) else { return Ok(None) };
    let (Some(cost), Some(recovery)) = (cost, recovery) else { return Ok(None) };
    let whole = scope.has_actions && evidence.has_items && evidence.has_needs && tooling.has_tools;
    if !whole {
        return Ok(None);
    }
    let sources = tooling.tools.iter().filter_map(|(name, tool)| {
        Some((name.clone(), tool.value.as_ref()?.upstream.as_ref()?.value.clone()))
    });
    let sources = sources.collect();
    Whole { head, identity, scope, evidence, tooling, cost, recovery, sources }
        .compile((policies, world), digest)
        .transpose()
}

/// `None` where parts of a schema could not be read: it would let through what it should not.
fn read_whole(schema: Option<crate::schema::Schema>) -> Option<Option<crate::schema::Schema>> {
    match schema {
        Some(schema) if !schema.lost.is_empty() => None,
        whole => Some(whole),
    }
}

/// What stands above the sections, all of it.
struct Heading {
    service: ServiceName,
    version: String,
    domain: DomainName,
    purpose: String,
}

impl Heading {
    fn of(head: Head) -> Option<Self> {
        let Head { service, version, domain, purpose } = head;
        Some(Self { service: service?, version: version?, domain: domain?, purpose: purpose? })
    }
}

impl Whole {
    fn compile(
        mut self,
        (policies, world): (&[PolicyRule], &World),
        digest: Digest,
    ) -> Option<Result<CompiledContract, String>> {
        let terms = Arc::new(self.terms(digest)?);
        let currency_at = self.cost.currency.as_ref()?.place;
        let catalog = Arc::new(self.catalog()?);
        let mut tools = BTreeMap::new();
        for (name, tool) in std::mem::take(&mut self.tooling.tools) {
            match self.tool(&name, tool.value?, (policies, world), &catalog)? {
                Ok(tool) => tools.insert(name, tool),
                Err(error) => return Some(Err(error)),
            };
        }
        let upstreams = self
            .tooling
            .upstreams?
            .into_iter()
            .map(|(name, upstream)| Some((name, upstream?)))
            .collect::<Option<BTreeMap<_, _>>>()?;
        Some(Ok(CompiledContract { terms, currency_at, upstreams, tools }))
    }

    fn terms(&self, digest: Digest) -> Option<Terms> {
        let tools = self
            .tooling
            .tools
            .iter()
            .map(|(name, tool)| Some((name.clone(), self.tool_terms(name, tool.value.as_ref()?)?)))
            .collect::<Option<BTreeMap<_, _>>>()?;
        let workflows = self.scope.workflows.as_ref()?.iter().map(|(name, workflow)| {
            let workflow = workflow.as_ref().filter(|workflow| workflow.has_actions)?;
            Some((name.clone(), workflow.terms.clone()))
        });
        Some(Terms {
            service: self.head.service.clone(),
            domain: self.head.domain.clone(),
            version: self.head.version.clone(),
            digest,
            purpose: self.head.purpose.clone(),
            principal: self.identity.principal.clone(),
            owner: self.identity.owner.clone(),
            autonomy: self.identity.autonomy,
            delegation: self.identity.delegation.clone(),
            build_duty: self.identity.duties.build.clone(),
            approve_duty: self.identity.duties.approve.clone(),
            run_duty: self.identity.duties.run.clone(),
            tools,
            forbidden: self.scope.forbidden.iter().map(|tool| tool.value.clone()).collect(),
            workflows: workflows.collect::<Option<_>>()?,
            currency: self.cost.currency.as_ref()?.value.clone(),
            run: self.run()?,
            allowance: self.cost.service.clone()?,
            tripwires: self.recovery.tripwires.clone()?,
            blast_radius: radius::rules(self.recovery.blast_radius.as_ref()?)?,
            schedule: self.recovery.schedule.as_ref()?.iter().map(|it| it.value.clone()).collect(),
            release_by_two: self.recovery.release_by_two?,
        })
    }

    /// What one run may use.
    fn run(&self) -> Option<RunLimits> {
        let (loops, value) = (self.cost.loops.as_ref()?, self.cost.value.as_ref()?.as_ref());
        let RunDocument { spend, calls, tokens, wall_time_ms, tools } = &self.cost.run;
        let tools = tools.iter().map(|(tool, most)| Some((tool.clone(), (*most)?)));
        Some(RunLimits {
            spend: (*spend)?,
            calls: (*calls)?,
            wall_time_ms: (*wall_time_ms)?,
            tools: tools.collect::<Option<_>>()?,
            tokens: (*tokens)?,
            same_call: loops.same_call,
            course: loops.limits(value.map(|value| value.worth.clone())),
        })
    }

    fn tool_terms(&self, name: &ToolName, tool: &ToolDocument) -> Option<ToolTerms> {
        let undo = match self.recovery.undo.get(name) {
            None => Undo::Nothing,
            Some(rule) => match rule.value.as_ref()? {
                UndoRule::By { tool, within_ms, independent, verify, .. } => Undo::By {
                    tool: tool.as_ref()?.value.clone(),
                    within_ms: (*within_ms)?,
                    verify: verify.as_ref()?.as_ref().map(|verify| verify.value.ask.value.clone()),
                    independent: (*independent)?,
                },
                UndoRule::Irreversible { why } => Undo::Irreversible { why: why.clone() },
            },
        };
        let price = self
            .cost
            .prices
            .get(name)
            .map_or(Some(Money::ZERO), |price| price.value.as_ref().map(|price| price.most))?;
        Some(ToolTerms {
            level: self.level(name)?,
            price,
            rate: tool.rate?,
            concurrency: tool.concurrency?,
            breaker: tool.breaker.as_ref()?.as_ref().map(|breaker| breaker.value.clone()),
            undo,
            unknown: self.unknown(name, tool)?,
            fallback: tool.calling.as_ref()?.then.as_ref().map(|then| then.tool.value.clone()),
        })
    }

    /// What holds when nobody knows the outcome; `Some(None)` where nothing is ever in doubt.
    fn unknown(&self, name: &ToolName, tool: &ToolDocument) -> Option<Option<Unknown>> {
        let reads = self.level(name)?.is_some_and(|level| !level.has_effect());
        let unknown = tool.unknown.as_ref()?;
        let within = tool.calling.as_ref()?.calling.retry.and_then(|retry| retry.within_ms);
        if reads && unknown.report_within_ms.is_none() {
            return Some(None);
        }
        Some(Some(Unknown {
            // Within it, one sending may be several attempts.
            timeout_ms: within.unwrap_or(0).max(tool.timeout_ms?),
            lands_within_ms: unknown.lands_within_ms(),
            resend: tool.idempotency_header.as_ref()?.is_some(),
            ask: unknown.query.as_ref().map(|query| query.value.ask.value.clone()),
            report_within_ms: unknown.report_within_ms,
        }))
    }

    /// `Some(None)` for a tool that only undoes.
    fn level(&self, name: &ToolName) -> Option<Option<Level>> {
        match self.scope.actions.get(name) {
            None => Some(None),
            Some(level) => level.value.map(Some),
        }
    }

    fn tool(
        &mut self,
        name: &ToolName,
        tool: ToolDocument,
        policies: (&[PolicyRule], &World),
        catalog: &Arc<Catalog>,
    ) -> Option<Result<Tool, String>> {
        let level = self.level(name)?;
        let judge = match level.map(|_| self.judge(name, policies)).transpose() {
            Ok(judge) => judge,
            Err(error) => return Some(Err(error)),
        };
        let schema = tool.input.map(|input| input.value).filter(|schema| schema.lost.is_empty())?;
        let origin = self.origin(name, &Type::of_schema(&schema.text))?;
        let model = self.model(name, &tool.model?, &tool.upstream.as_ref()?.value)?;
        let calling = tool.calling?;
        Some(Ok(Tool {
            name: name.clone(),
            description: tool.description?,
            level,
            upstream: tool.upstream?.value,
            timeout_ms: tool.timeout_ms?,
            idempotency_header: tool.idempotency_header?,
            calling: calling.calling,
            instead: calling.then.map(|then| Instead {
                tool: then.tool.value,
                with: then.with.map(|with| with.into_iter().map(|mapped| mapped.value).collect()),
            }),
            request: tool.request?.value,
            effect: tool.effect?.map(|effect| effect.value),
            input: schema.text.clone(),
            schema,
            output: read_whole(tool.output?)?,
            needs: Needs { origin, ..self.needs(name, judge.as_ref(), catalog)? },
            judge,
            triggers: self.triggers(name)?,
            undo: self.undo(name)?,
            reported: self.cost.prices.get(name).and_then(|price| price.value.as_ref()?.reported.clone()),
            query: tool.unknown?.query.map(|query| {
                let QueryDocument { ask, with, settled } = query.value;
                let with = with.into_iter().map(|mapped| mapped.value).collect();
                Query { ask: ask.value, with, settled }
            }),
            evidence: self.items_from(name)?,
            model,
        }))
    }

    /// `Some(None)` for a tool that is no model call.
    fn model(
        &self,
        name: &ToolName,
        model: &Option<Spot<ModelDocument>>,
        upstream: &str,
    ) -> Option<Option<ModelCall>> {
        let Some(Spot { value: ModelDocument { allow, most_tokens }, .. }) = model else { return Some(None) };
        let speaks = self.upstream_speaks(upstream)?;
        let price = self.cost.token_prices.get(name).map_or(Some(TokenPrice::default()), |it| it.value)?;
        Some(Some(ModelCall { speaks, allow: allow.clone(), most_tokens: *most_tokens, price }))
    }

    fn upstream_speaks(&self, upstream: &str) -> Option<Speaks> {
        self.tooling.upstreams.as_ref()?.get(upstream)?.as_ref()?.speaks
    }

    fn judge(&self, name: &ToolName, (policies, world): (&[PolicyRule], &World)) -> Result<Judge, String> {
        let rules: Vec<(&str, &Ask)> = self
            .scope
            .escalate
            .iter()
            .filter(|rule| rule.head.watches(name))
            .filter_map(|rule| Some((rule.when.value.as_str(), rule.head.ask.as_ref()?)))
            .collect();
        let names = (self.head.service.as_str(), self.head.domain.as_str(), name);
        Judge::new(names, policies, &rules, world)
    }

    fn triggers(&mut self, name: &ToolName) -> Option<Triggers> {
        let watches = |rule: &mut TriggerRule| rule.head.watches(name);
        let mine = self.scope.triggers.extract_if(.., watches);
        mine.map(|rule| Some((rule.trigger?, rule.head.ask?))).collect()
    }

    fn needs(&self, name: &ToolName, judge: Option<&Judge>, catalog: &Arc<Catalog>) -> Option<Needs> {
        let catalog = Arc::clone(catalog);
        let rule = format!("evidence.needs.{name}");
        let Some(need) = self.evidence.needs.get(name) else {
            return Some(Needs { rule, catalog, ..Needs::default() });
        };
        let need = need.value.as_ref()?;
        let agree = need.agree.all()?.iter().enumerate().map(|(index, line)| {
            Some(Agree {
                rule: format!("{rule}.agree[{index}]"),
                values: line.values.all()?.iter().map(|value| value.value.clone()).collect(),
                within: line.within?,
            })
        });
        let agree = agree.collect::<Option<Vec<_>>>()?;
        let (mut all, mut claims) = (Vec::new(), Vec::new());
        for item in need.all.all()? {
            match self.evidence.items.get(&item.value)?.value.as_ref()? {
                Item::Attested(attested) => {
                    all.push(self.wanted((name, &item.value), attested, &agree, judge)?);
                }
                Item::Asserted { require } => {
                    claims.push(Claim { item: item.value.clone(), require: require.all()?.to_vec() });
                }
            }
        }
        let at_least = match &need.at_least {
            None => None,
            Some(choice) => {
                let of = choice.of.all()?.iter().map(|item| self.one_of((name, &item.value), &agree, judge));
                Some((usize::try_from(choice.count.as_ref()?.value).ok()?, of.collect::<Option<Vec<_>>>()?))
            }
        };
        Some(Needs { rule, all, claims, at_least, agree, origin: Vec::new(), catalog })
    }

    /// One of several, of which only some are needed. What a policy looks at, or a parameter comes from, must be
    /// as fresh as what is needed in any case; the rest may be old while enough others are not.
    fn one_of(
        &self,
        (action, name): (&ToolName, &ItemName),
        agree: &[Agree],
        judge: Option<&Judge>,
    ) -> Option<Wanted> {
        let item = self.evidence.items.get(name)?.value.as_ref()?.attested()?;
        let source = self.sources.get(&item.from.as_ref()?.value)?.clone();
        let seen = judge.is_some_and(|judge| judge.sight().item(name.as_str()).is_some());
        let home = self.homes_of(action).any(|home| matches!(home, Home::Item(item, _) if item == name));
        let one_of = Some(OneOf { source, spare: !seen && !home });
        Some(Wanted { one_of, ..self.wanted((action, name), item, agree, judge)? })
    }

    /// Where the parameters of an action may come from. `input` is what they are.
    fn origin(&self, action: &ToolName, input: &Type) -> Option<Vec<origin::Rule>> {
        let Some(rules) = self.evidence.origin.get(action) else { return Some(Vec::new()) };
        let rules = rules.value.as_ref()?.all()?.iter().map(|rule| &rule.value);
        rules
            .map(|rule| {
                Some(origin::Rule {
                    path: rule.pointer.clone()?,
                    of: origin::type_at(input, rule.pointer.as_ref()?).ok()?.clone(),
                    from: rule.from.all()?.iter().map(|home| home.value.clone()).collect(),
                    form: rule.form?,
                    otherwise: rule.otherwise.clone()?,
                })
            })
            .collect()
    }

    /// Everything that a parameter of the action may come from.
    fn homes_of<'a>(&'a self, action: &ToolName) -> impl Iterator<Item = &'a Home> + use<'a> {
        let rules = self.evidence.origin.get(action).and_then(|rules| rules.value.as_ref());
        let rules = rules.into_iter().flat_map(Partly::good);
        rules.flat_map(|rule| rule.value.from.good()).map(|home| &home.value)
    }

    /// The places of an item in which parameters of the action are at home: when one of them changes, people see
    /// it. Of a whole item not all is looked at, or every stamp of time would void an approval.
    fn homes<'a>(&'a self, action: &'a ToolName, item: &'a ItemName) -> impl Iterator<Item = Pointer> + 'a {
        self.homes_of(action).filter_map(move |home| match home {
            Home::Item(of, Some(place)) if of == item => place.before(origin::EACH),
            Home::Item(..) | Home::Request(_) => None,
        })
    }

    fn wanted(
        &self,
        (action, name): (&ToolName, &ItemName),
        item: &Attested,
        agree: &[Agree],
        judge: Option<&Judge>,
    ) -> Option<Wanted> {
        let agreed = agree.iter().flat_map(|line| &line.values).filter_map(|source| match source {
            Source::Item(of, pointer) if of == name => Some(pointer.clone()),
            Source::Item(..) | Source::Params(_) | Source::Result(_) => None,
        });
        let triggers = self.scope.triggers.iter().filter(|rule| rule.head.watches(action));
        let missed = triggers.filter_map(|rule| rule.trigger.as_ref()).flat_map(|it| it.places_of(name));
        let require = item.require.all()?;
        let named = require.iter().cloned().chain(agreed).chain(self.homes(action, name)).chain(missed);
        Some(Wanted {
            item: name.clone(),
            from: item.from.as_ref()?.value.clone(),
            matching: item.matching.all()?.iter().map(|matching| matching.value.clone()).collect(),
            fresh_for_ms: item.fresh_for_ms?,
            as_of: item.as_of.clone()?,
            require: require.to_vec(),
            looked_at: LookedAt::new(
                named.collect(),
                judge.and_then(|judge| judge.sight().item(name.as_str())),
            ),
            one_of: None,
        })
    }

    /// Where each item comes from.
    fn catalog(&self) -> Option<Catalog> {
        let items = self.evidence.items.iter();
        items
            .map(|(name, item)| {
                let Some(item) = item.value.as_ref()?.attested() else { return Some(None) };
                let (tool, untrusted) = (item.from.as_ref()?.value.clone(), item.untrusted.all()?.to_vec());
                Some(Some((name.clone(), ItemSource { tool, untrusted })))
            })
            .collect::<Option<Vec<_>>>()
            .map(|items| items.into_iter().flatten().collect())
    }

    fn undo(&self, name: &ToolName) -> Option<Option<UndoMapping>> {
        let Some(rule) = self.recovery.undo.get(name) else { return Some(None) };
        Some(match rule.value.as_ref()? {
            UndoRule::Irreversible { .. } => None,
            UndoRule::By { tool, with, within_ms, returns, verify, .. } => Some(UndoMapping {
                tool: tool.as_ref()?.value.clone(),
                with: with.all()?.iter().map(|mapped| mapped.value.clone()).collect(),
                within_ms: (*within_ms)?,
                returns: returns.as_ref()?.clone(),
                verify: match verify.as_ref()? {
                    None => None,
                    Some(verify) => Some(VerifyMapping {
                        tool: verify.value.ask.value.clone(),
                        with: verify.value.with.all()?.iter().map(|mapped| mapped.value.clone()).collect(),
                        expect: verify.value.expect.clone(),
                    }),
                },
            }),
        })
    }

    fn items_from(&self, name: &ToolName) -> Option<Vec<ItemName>> {
        let mut items = Vec::new();
        for (item, spot) in &self.evidence.items {
            let from = spot.value.as_ref()?.attested().and_then(|item| item.from.as_ref());
            if from.is_some_and(|from| from.value == *name) {
                items.push(item.clone());
            }
        }
        Some(items)
    }
}
