//! Reads what is so before the first step.

use std::collections::BTreeSet;

use remit_core::{
    CanonicalJson, Declared, Ending, Exchange, GroupName, Level, Timestamp, ToolName, allowance::Allowance,
    event::Settlement, switch::Scope, throttle::Throttle,
};
use serde_json::{Map, Value};

use super::Reader;
use crate::{
    CompiledContract,
    document::allowance,
    domain::throttle,
    problem::{listed, nearest},
    read::{
        Fields, each, entries, items,
        scalar::{Naming, count, date, group, money, name, text, word},
    },
    scenario::suite::{Approval, Before, Given, Limits, People, Reply, ScopeWord, Spent},
    yaml::{Entry, Node, to_json},
};

impl Reader<'_> {
    /// The givens of a file, or of a scenario in a file whose `shared` ones hold as well.
    pub(super) fn given(self, node: &Node, shared: &Given) -> Option<Given> {
        let fields = Fields::of(node, "`given`", self.problems)?;
        let at = fields.get("at").map(|at| self.moment(at));
        let declared = fields.get("run").map(|at| self.run(at));
        let people = fields.get("people").map(|at| self.by_key(at, "`people`", |entry| self.person(entry)));
        let tools = fields.get("tools").map(|at| self.by_key(at, "`tools`", |entry| self.replies(entry)));
        let reads = fields.get("reads").map(|at| self.each(at, "`reads`", |item| self.read(item)));
        // An absent key is fine, a key that could not be read is not.
        let mut known: People = shared.people.clone();
        let introduced = people.unwrap_or(Some(Vec::new()));
        known.extend(introduced.iter().flatten().cloned());
        let approvals = fields
            .get("approvals")
            .map(|at| self.each(at, "`approvals`", |item| self.approval(item, &known)));
        let domain = fields.get("domain").map(|at| self.domain(at));
        let spent = fields.get("spent").map(|at| self.spent(at));
        let busy = fields.get("busy").map(|at| self.each(at, "`busy`", |item| self.busy(item)));
        let crowded = fields.get("crowded").map(|at| self.each(at, "`crowded`", |item| self.crowded(item)));
        let reached =
            fields.get("reached").map(|at| self.by_key(at, "`reached`", |entry| self.reached(entry)));
        let tripwires =
            fields.get("tripwires").map(|at| self.by_key(at, "`tripwires`", |entry| self.lately(entry)));
        let asserts = fields.get("asserts").map(|at| self.asserts(at));
        let switches = fields.get("switches").map(|at| self.each(at, "`switches`", |item| self.switch(item)));
        fields.end();
        introduced?;
        Some(Given {
            at: at.map_or(Some(None), |at| at.map(Some))?,
            declared: declared.map_or(Some(None), |declared| declared.map(Some))?,
            people: known,
            tools: tools.unwrap_or(Some(Vec::new()))?.into_iter().collect(),
            reads: reads.unwrap_or(Some(Vec::new()))?,
            asserts: asserts.map_or(Some(None), |asserts| asserts.map(Some))?,
            approvals: approvals.unwrap_or(Some(Vec::new()))?,
            domain: domain.map_or(Some(None), |domain| domain.map(Some))?,
            spent: spent.unwrap_or(Some(Spent::default()))?,
            busy: busy.unwrap_or(Some(Vec::new()))?,
            crowded: crowded.unwrap_or(Some(Vec::new()))?,
            reached: reached.unwrap_or(Some(Vec::new()))?,
            tripwires: tripwires.unwrap_or(Some(Vec::new()))?,
            switches: switches.unwrap_or(Some(Vec::new()))?,
        })
    }

    /// Every entry of a mapping; each is read even where another one is wrong.
    pub(super) fn by_key<T>(
        self,
        node: &Node,
        title: &str,
        read: impl Fn(&Entry) -> Option<T>,
    ) -> Option<Vec<T>> {
        each(entries(node, title, self.problems)?, read)
    }

    /// Every item of a list; each is read even where another one is wrong.
    pub(super) fn each<T>(
        self,
        node: &Node,
        title: &str,
        read: impl Fn(&Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        each(items(node, title, self.problems)?, read)
    }

    fn moment(self, node: &Node) -> Option<Timestamp> {
        let text = word(node, "`at`", self.problems)?;
        if text.contains('T') {
            return text.parse::<jiff::Timestamp>().ok().map_or_else(
                || {
                    self.problems.note(
                        node.place,
                        format!("`at` is `{text}`, which is no moment"),
                        "write date, time and zone, for instance `2026-03-02T09:30:00Z`",
                    )
                },
                |moment| Some(Timestamp::from_micros(moment.as_microsecond())),
            );
        }
        date(node, "`at`", self.problems)
    }

    fn run(self, node: &Node) -> Option<Declared> {
        let fields = Fields::of(node, "`run`", self.problems)?;
        let declared = self.declared(&fields);
        fields.end();
        declared
    }

    /// What the caller declares with the start of a run.
    pub(super) fn declared(self, fields: &Fields<'_>) -> Option<Declared> {
        let workflow =
            fields.get("workflow").map(|at| name(at, "the workflow", Naming::Plain, self.problems));
        let request = fields.get("request").map(|at| self.canonical(at, "the request"));
        Some(Declared {
            workflow: workflow.map_or(Some(None), |name| name.map(|name| Some(name.into())))?,
            request: request.map_or(Some(None), |request| request.map(Some))?,
        })
    }

    fn person(self, entry: &Entry) -> Option<(String, BTreeSet<GroupName>)> {
        let title = format!("what `{}` belongs to", entry.key);
        let groups = self.each(&entry.value, &title, |item| group(item, "a group", self.problems))?;
        Some((entry.key.clone(), groups.into_iter().collect()))
    }

    fn replies(self, entry: &Entry) -> Option<(ToolName, Vec<Reply>)> {
        let tool = self.tool(&entry.key, entry.place);
        let title = format!("what `{}` replies", entry.key);
        let replies = self.each(&entry.value, &title, |item| self.reply(item));
        Some((tool?, replies?))
    }

    fn reply(self, node: &Node) -> Option<Reply> {
        let fields = Fields::of(node, "a reply", self.problems)?;
        let with = self.with(fields.get("with"));
        let result = fields
            .get("result")
            .map(|at| self.canonical(at, "the result").map(|result| Settlement::Succeeded { result }));
        let note = |at, what| text(at, what, self.problems);
        let failed =
            fields.get("failed").map(|at| note(at, "`failed`").map(|note| Settlement::Failed { note }));
        let in_doubt =
            fields.get("in_doubt").map(|at| note(at, "`in_doubt`").map(|note| Settlement::InDoubt { note }));
        let fault = fields.get("fault").map(|at| (at.place, self.fault(at)));
        let times = fields.get("times").map(|at| count(at, "`times`", self.problems));
        fields.end();
        let mut said = [result, failed, in_doubt].into_iter().flatten();
        let (Some(settlement), None) = (said.next(), said.next()) else {
            return self.problems.note(
                node.place,
                "a reply says one of `result`, `failed` and `in_doubt`",
                "keep exactly one: what the tool answered, why nothing happened, or why nobody knows",
            );
        };
        let settlement = settlement?;
        if let (Settlement::Succeeded { .. }, Some((place, _))) = (&settlement, &fault) {
            return self.problems.note(*place, "a tool that answers has no fault", "remove `fault`");
        }
        let fault = fault.map_or(Some(None), |(_, fault)| fault.map(Some))?;
        Some(Reply {
            with: with?,
            ending: Ending { settlement, exchange: fault.map(Exchange::faulty).unwrap_or_default() },
            times: times.map_or(Some(None), |n| n.map(Some))?,
        })
    }

    pub(super) fn canonical(self, node: &Node, what: &str) -> Option<CanonicalJson> {
        let value = to_json(node, self.problems)?;
        CanonicalJson::from_value(&value).map_or_else(
            |error| {
                self.problems.note(
                    node.place,
                    format!("{what} is not acceptable JSON: {error}"),
                    "write it with plain values, nested less deeply",
                )
            },
            Some,
        )
    }

    /// Parameters; none when the key is absent.
    pub(super) fn with(self, node: Option<&Node>) -> Option<Value> {
        let Some(node) = node else { return Some(Value::Object(Map::new())) };
        let params = to_json(node, self.problems)?;
        if params.is_object() {
            return Some(params);
        }
        self.problems.note(
            node.place,
            "`with` holds no parameters",
            "write `{ name: value }`, as the tool's input wants it",
        )
    }

    fn read(self, node: &Node) -> Option<(ToolName, Value)> {
        let fields = Fields::of(node, "a read", self.problems)?;
        let tool = fields.need("tool").and_then(|at| {
            let tool = self.tool(&text(at, "`tool`", self.problems)?, at.place)?;
            let level = |contract: &CompiledContract| contract.tool(&tool).and_then(|tool| tool.level);
            let reads = self.contract.is_none_or(|contract| level(contract) == Some(Level::Read));
            if reads {
                return Some(tool);
            }
            self.problems.note(
                at.place,
                format!("`{tool}` is not of type `read`"),
                "propose it in a step: what has an effect is not given but done",
            )
        });
        let with = self.with(fields.get("with"));
        fields.end();
        Some((tool?, with?))
    }

    /// An action that people have approved, by those who did.
    fn approval(self, node: &Node, people: &People) -> Option<Approval> {
        let fields = Fields::of(node, "an approval", self.problems)?;
        let tool = fields.need("of").and_then(|at| self.tool(&text(at, "`of`", self.problems)?, at.place));
        let with = self.with(fields.get("with"));
        let called = fields.get("as").map(|at| name(at, "`as`", Naming::Tool, self.problems));
        let by = fields
            .need("by")
            .and_then(|at| self.each(at, "`by`", |item| self.somebody(item, [people, people])));
        fields.end();
        let tool = tool?;
        let name = called.unwrap_or_else(|| Some(tool.to_string()))?;
        Some(Approval { place: node.place, tool, with: with?, name, by: by? })
    }

    /// As much of the domain's file as a scenario can meet.
    fn domain(self, node: &Node) -> Option<Limits> {
        let fields = Fields::of(node, "`domain`", self.problems)?;
        let allowance = fields
            .get("cost")
            .map_or(Some(Allowance::default()), |at| allowance::read(at, "cost", false, self.problems));
        let throttle =
            fields.get("throttle").map_or(Some(Throttle::default()), |at| throttle::read(at, self.problems));
        fields.end();
        Some(Limits { allowance: allowance?, throttle: throttle? })
    }

    fn spent(self, node: &Node) -> Option<Spent> {
        let fields = Fields::of(node, "`spent`", self.problems)?;
        let amount = fields.get("money").map(|at| money(at, "`money`", self.problems));
        let calls = fields.get("calls").map(|at| count(at, "`calls`", self.problems));
        let tokens = fields.get("tokens").map(|at| count(at, "`tokens`", self.problems));
        let tools = fields.get("tools").map(|at| {
            self.by_key(at, "`tools`", |entry| {
                let tool = self.tool(&entry.key, entry.place);
                let calls = count(&entry.value, &format!("the calls of `{}`", entry.key), self.problems);
                Some((tool?, calls?))
            })
        });
        let service = fields.get("service").map(|at| self.before(at, "`service`"));
        let domain = fields.get("domain").map(|at| self.before(at, "`domain`"));
        fields.end();
        Some(Spent {
            money: amount.map_or(Some(None), |amount| amount.map(Some))?,
            calls: calls.map_or(Some(None), |calls| calls.map(Some))?,
            tokens: tokens.map_or(Some(None), |tokens| tokens.map(Some))?,
            tools: tools.unwrap_or(Some(Vec::new()))?.into_iter().collect(),
            service: service.unwrap_or(Some(Before::default()))?,
            domain: domain.unwrap_or(Some(Before::default()))?,
        })
    }

    /// What was used above the run; only of a service, also in this second.
    fn before(self, node: &Node, what: &str) -> Option<Before> {
        let fields = Fields::of(node, what, self.problems)?;
        let amount = fields.get("money").map(|at| money(at, "`money`", self.problems));
        let calls = fields.get("calls").map(|at| count(at, "`calls`", self.problems));
        let second = (what == "`service`").then(|| fields.get("second")).flatten();
        let second = second.map(|at| count(at, "`second`", self.problems));
        fields.end();
        Some(Before {
            money: amount.map_or(Some(None), |amount| amount.map(Some))?,
            calls: calls.map_or(Some(None), |calls| calls.map(Some))?,
            second: second.map_or(Some(None), |calls| calls.map(Some))?,
        })
    }

    fn busy(self, node: &Node) -> Option<ToolName> {
        let tool = self.tool(&text(node, "a tool", self.problems)?, node.place)?;
        let has_rate = |contract: &CompiledContract| {
            contract.terms().tools.get(&tool).is_some_and(|terms| terms.rate.is_some())
        };
        if self.contract.is_none_or(has_rate) {
            return Some(tool);
        }
        self.problems.note(
            node.place,
            format!("`{tool}` has no rate that could be used up"),
            "name a tool with a `rate`",
        )
    }

    fn crowded(self, node: &Node) -> Option<ToolName> {
        let tool = self.tool(&text(node, "a tool", self.problems)?, node.place)?;
        let is_bounded = |contract: &CompiledContract| {
            contract.terms().tools.get(&tool).is_some_and(|terms| terms.concurrency.is_some())
        };
        if self.contract.is_none_or(is_bounded) {
            return Some(tool);
        }
        self.problems.note(
            node.place,
            format!("any number of calls of `{tool}` may be under way"),
            "name a tool with `concurrency`",
        )
    }

    fn switch(self, node: &Node) -> Option<(ScopeWord, Level)> {
        let fields = Fields::of(node, "a switch", self.problems)?;
        let scope = fields.need("scope").and_then(|at| self.scope(at));
        let ceiling = fields.need("ceiling").and_then(|at| self.ceiling(at));
        fields.end();
        Some((scope?, ceiling?))
    }

    /// A ceiling: a level, or `none`.
    pub(super) fn ceiling(self, node: &Node) -> Option<Level> {
        const LEVELS: [Level; 5] = [Level::None, Level::Read, Level::Draft, Level::Recommend, Level::Execute];
        let word = text(node, "a ceiling", self.problems)?;
        LEVELS.into_iter().find(|level| level.as_str() == word).or_else(|| {
            self.problems.note(
                node.place,
                format!("`{word}` is not a ceiling"),
                format!("choose one of {}", listed(LEVELS.map(Level::as_str))),
            )
        })
    }

    /// A scope as scenarios name it.
    pub(super) fn scope(self, node: &Node) -> Option<ScopeWord> {
        let word = text(node, "`scope`", self.problems)?;
        let terms = self.contract.map(CompiledContract::terms);
        // Without a contract nothing is played, and any scope will do.
        let of = |scope: Option<Scope>| ScopeWord::Of(scope.unwrap_or(Scope::All));
        Some(match word.split_once(':').unwrap_or((word.as_str(), "")) {
            ("all", "") => ScopeWord::Of(Scope::All),
            ("domain", "") => of(terms.map(|terms| Scope::Domain(terms.domain.clone()))),
            ("service", "") => of(terms.map(|terms| Scope::Service(terms.service.clone()))),
            ("run", "") => ScopeWord::Run,
            ("tool", tool) if !tool.is_empty() => {
                let tool = self.tool(tool, node.place)?;
                of(terms.map(|terms| Scope::Tool(terms.service.clone(), tool)))
            }
            _ => {
                return self.problems.note(
                    node.place,
                    format!("`scope` is `{word}`, which is no scope"),
                    "choose `all`, `domain`, `service`, `run` or `tool:NAME`",
                );
            }
        })
    }

    /// A tool of the contract.
    fn tool(self, text: &str, place: crate::problem::Place) -> Option<ToolName> {
        let tool = ToolName::from(text);
        let Some(contract) = self.contract else { return Some(tool) };
        if contract.tool(&tool).is_some() {
            return Some(tool);
        }
        let remedy = match nearest(text, contract.tools().map(|tool| tool.name.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name a tool of `tooling.tools`".to_owned(),
        };
        self.problems.note(place, format!("the contract has no tool `{text}`"), remedy)
    }
}
