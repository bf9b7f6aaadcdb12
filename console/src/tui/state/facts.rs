//! Questions that screens and cards ask the picture: who is where, in which version, under which ceiling.

use remit_proto::v1::{
    ActionDetail, ActionStatus, Escalation, Level, MovedFact, RollbackPlan, RunStatus, Service, Switch,
};

use super::State;
use crate::tui::hit::{Kind, Object};

/// A fact that moved while people thought, in one line.
#[must_use]
pub fn moved(moved: &MovedFact) -> String {
    let or_nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    let (was, is) = (or_nothing(&moved.was_json), or_nothing(&moved.is_json));
    format!("{}:{} was {was}, is {is}", moved.item, moved.pointer)
}

/// True when it is about this action; a page may know only the end of its id.
#[must_use]
pub fn is_of(detail: &ActionDetail, id: &str) -> bool {
    detail.action.as_ref().is_some_and(|action| !id.is_empty() && action.id.ends_with(id))
}

/// True while nobody knows whether the action happened.
#[must_use]
pub fn is_in_doubt(detail: &ActionDetail) -> bool {
    detail.action.as_ref().is_some_and(|action| action.status() == ActionStatus::InDoubt)
}

impl State {
    /// Services of the picture, by name.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        let mut services: Vec<_> = self.picture.iter().flat_map(|p| &p.services).collect();
        services.sort_by(|a, b| (&a.name, &a.domain).cmp(&(&b.name, &b.domain)));
        services.into_iter()
    }

    /// Escalations that wait, the nearest deadline first.
    pub fn pending(&self) -> impl Iterator<Item = &Escalation> {
        let mut pending: Vec<_> = self.picture.iter().flat_map(|p| &p.pending).collect();
        let due = |e: &Escalation| e.deadline.as_ref().map_or((i64::MAX, 0), |t| (t.seconds, t.nanos));
        pending.sort_by(|a, b| (due(a), &a.id).cmp(&(due(b), &b.id)));
        pending.into_iter()
    }

    /// Switches in force, by scope.
    pub fn switches(&self) -> impl Iterator<Item = &Switch> {
        let mut switches: Vec<_> = self.picture.iter().flat_map(|p| &p.switches).collect();
        switches.sort_by(|a, b| (&a.scope, &a.domain, &a.id).cmp(&(&b.scope, &b.domain, &b.id)));
        switches.into_iter()
    }

    /// The service with this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.picture.as_ref()?.services.iter().find(|s| s.name == name)
    }

    /// The waiting escalation with this id.
    #[must_use]
    pub fn escalation(&self, id: &str) -> Option<&Escalation> {
        self.picture.as_ref()?.pending.iter().find(|e| e.id == id)
    }

    /// The switch with this id.
    #[must_use]
    pub fn switch(&self, id: &str) -> Option<&Switch> {
        self.picture.as_ref()?.switches.iter().find(|s| s.id == id)
    }

    /// The thing as it is now, or none when it is gone.
    #[must_use]
    pub fn object(&self, kind: Kind, id: &str) -> Option<Object> {
        let version = match kind {
            Kind::Everything | Kind::Action => String::new(),
            Kind::Service => {
                let service = self.service(id)?;
                format!("{}/{}", service.ceiling, service.contract_digest)
            }
            Kind::Tool => {
                let (service, tool) = id.split_once('/')?;
                let service = self.service(service)?;
                service.tools.iter().find(|t| t.name == tool)?;
                service.contract_digest.clone()
            }
            Kind::Run => String::new(),
            Kind::Escalation => self.escalation(id)?.digest.clone(),
            Kind::Alike => {
                let members = self.alike(id);
                members.first()?;
                members.iter().map(|it| it.digest.as_str()).collect::<Vec<_>>().join(" ")
            }
            Kind::Switch => self.switch(id)?.scope.clone(),
            Kind::Domain => {
                self.services().find(|service| service.domain == id)?;
                String::new()
            }
            Kind::Version => self.version(id)?.status.clone(),
            Kind::Budget => {
                self.budget(id)?;
                String::new()
            }
            Kind::Deed => {
                self.deed(id)?;
                String::new()
            }
            Kind::Alert => {
                let known = self.alert(id)?.acknowledged.as_ref();
                known.map(|it| it.by.clone()).unwrap_or_default()
            }
        };
        Some(Object { kind, id: id.to_owned(), version })
    }

    /// The run that `object` belongs to, when it does.
    #[must_use]
    pub fn run_of(&self, object: &Object) -> Option<String> {
        match object.kind {
            Kind::Run => Some(object.id.clone()),
            Kind::Escalation => self.escalation(&object.id).map(|e| e.run.clone()),
            Kind::Action => self.action_home(&object.id).map(|(run, _)| run),
            Kind::Alert
            | Kind::Everything
            | Kind::Service
            | Kind::Tool
            | Kind::Alike
            | Kind::Switch
            | Kind::Domain
            | Kind::Version
            | Kind::Budget
            | Kind::Deed => None,
        }
    }

    /// The service that `object` belongs to, when it does.
    #[must_use]
    pub fn service_of(&self, object: &Object) -> Option<String> {
        match object.kind {
            Kind::Service => Some(object.id.clone()),
            Kind::Tool => object.id.split_once('/').map(|(service, _)| service.to_owned()),
            Kind::Run => self.run_service(&object.id),
            Kind::Escalation => self.escalation(&object.id).map(|e| e.service.clone()),
            Kind::Alike => self.alike(&object.id).first().map(|e| e.service.clone()),
            Kind::Action => self.action_home(&object.id).map(|(_, service)| service),
            Kind::Version => self.version(&object.id).map(|version| version.service.clone()),
            Kind::Everything | Kind::Switch | Kind::Domain | Kind::Budget | Kind::Deed | Kind::Alert => None,
        }
        .filter(|service| !service.is_empty())
    }

    /// Switch scopes that hold `object`, the narrowest first, `all` last.
    #[must_use]
    pub fn scopes_of(&self, object: &Object) -> Vec<String> {
        if object.kind == Kind::Switch {
            return self.scopes_around(self.switch(&object.id).map(|switch| switch.scope.as_str()));
        }
        if object.kind == Kind::Alert {
            return self.scopes_around(self.alert(&object.id).map(|alert| alert.scope.as_str()));
        }
        let mut scopes = Vec::new();
        if let Some(run) = self.run_of(object) {
            scopes.push(format!("run:{run}"));
        }
        if object.kind == Kind::Tool {
            scopes.push(format!("tool:{}", object.id));
        }
        if object.kind == Kind::Domain {
            scopes.push(format!("domain:{}", object.id));
        }
        let service = self.service_of(object);
        if let Some(service) = &service {
            scopes.push(format!("service:{service}"));
        }
        if let Some(domain) = service.and_then(|s| self.service(&s).map(|s| s.domain.clone())) {
            scopes.push(format!("domain:{domain}"));
        }
        scopes.push("all".to_owned());
        scopes
    }

    /// The scope of a switch or an alert and those around it.
    fn scopes_around(&self, scope: Option<&str>) -> Vec<String> {
        let Some(scope) = scope.map(str::to_owned) else { return vec!["all".to_owned()] };
        let inside = match scope.split_once(':') {
            Some(("service", name)) => self.object(Kind::Service, name),
            Some(("tool", id)) => self.object(Kind::Tool, id),
            Some(("run", id)) => self.object(Kind::Run, id),
            Some(_) | None => None,
        };
        match inside {
            Some(object) => self.scopes_of(&object),
            None if scope == "all" => vec![scope],
            None => vec![scope, "all".to_owned()],
        }
    }

    /// A thing by the words that people use for it.
    #[must_use]
    pub fn words(&self, object: &Object) -> String {
        let id = &object.id;
        match object.kind {
            Kind::Everything => "everything".to_owned(),
            Kind::Service => format!("service {id}"),
            Kind::Tool => format!("tool {id}"),
            Kind::Domain => format!("domain {id}"),
            Kind::Budget => format!("budget {id}"),
            Kind::Deed => format!("entry {id}"),
            Kind::Alert => self
                .alert(id)
                .map_or_else(|| id.clone(), |it| format!("the alert on {}: {}", it.scope, it.text)),
            Kind::Version => self.version(id).map_or_else(
                || format!("version {id}"),
                |version| format!("version {} of {}", version.version, version.service),
            ),
            Kind::Run => format!("run {id}"),
            Kind::Action => format!("action {id}"),
            Kind::Alike => {
                let members = self.alike(id);
                let tool = members.first().map_or("", |first| first.tool.as_str());
                format!("{} asks for {tool} that are alike", members.len())
            }
            Kind::Escalation => {
                self.escalation(id).map_or_else(|| id.clone(), |e| format!("the ask for {} {id}", e.tool))
            }
            Kind::Switch => {
                self.switch(id).map_or_else(|| id.clone(), |s| format!("the switch on {}", s.scope))
            }
        }
    }

    /// What a ceiling at `scope` would hold: open runs, waiting escalations, actions in flight.
    #[must_use]
    pub fn blast(&self, scope: &str) -> Blast {
        let mut blast = Blast::default();
        let (kind, name) = scope.split_once(':').unwrap_or((scope, ""));
        let of_tool = name.split_once('/');
        for service in self.services() {
            let inside = match kind {
                "all" => true,
                "domain" => service.domain == name,
                "service" => service.name == name,
                "tool" => of_tool.is_some_and(|(owner, _)| service.name == owner),
                // A run, which is counted from its own record below.
                _ => false,
            };
            if inside {
                blast.open_runs = blast.open_runs.saturating_add(service.open_runs);
                blast.in_flight = blast.in_flight.saturating_add(service.in_flight);
            }
        }
        if kind == "run" {
            blast.open_runs = u32::from(self.run_is_open(name));
        }
        blast.held = self
            .pending()
            .filter(|e| match kind {
                "all" => true,
                "domain" => e.domain == name,
                "service" => e.service == name,
                "tool" => of_tool.is_some_and(|(service, tool)| e.service == service && e.tool == tool),
                _ => e.run == name,
            })
            .count();
        blast
    }

    /// Whether a scope still names something that exists.
    #[must_use]
    pub fn scope_exists(&self, scope: &str) -> bool {
        match scope.split_once(':') {
            Some(("service", name)) => self.service(name).is_some(),
            Some(("tool", id)) => self.object(Kind::Tool, id).is_some(),
            Some(("domain", name)) => self.services().any(|s| s.domain == name),
            Some(_) | None => true,
        }
    }

    fn run_service(&self, run: &str) -> Option<String> {
        let shown = self.details.run.as_ref().and_then(|d| d.run.as_ref()).filter(|r| r.id == run);
        let listed = || self.details.runs.iter().flat_map(|(_, runs)| runs).find(|r| r.id == run);
        let traced = || self.pending().find(|e| e.run == run).map(|e| e.service.clone());
        shown.or_else(listed).map(|r| r.service.clone()).or_else(traced)
    }

    fn run_is_open(&self, run: &str) -> bool {
        let shown = self.details.run.as_ref().and_then(|d| d.run.as_ref()).filter(|r| r.id == run);
        let listed = || self.details.runs.iter().flat_map(|(_, runs)| runs).find(|r| r.id == run);
        // A run that nothing is known about counts as open: the challenge must not understate.
        shown.or_else(listed).is_none_or(|r| r.status() == RunStatus::Open)
    }

    fn action_home(&self, action: &str) -> Option<(String, String)> {
        let shown = self.details.action.as_ref().and_then(|d| d.action.as_ref()).filter(|a| a.id == action);
        let listed = || {
            let run = self.details.run.as_ref()?;
            run.actions.iter().find(|a| a.id == action)
        };
        shown.or_else(listed).map(|a| (a.run.clone(), a.service.clone()))
    }
}

/// The size of what a switch would hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blast {
    /// Runs that are open in the scope.
    pub open_runs: u32,
    /// Escalations that would become void.
    pub held: usize,
    /// Actions that were admitted and may still take effect.
    pub in_flight: u32,
}

/// The ladder's word for a level.
#[must_use]
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Unspecified => "?",
        Level::None => "none",
        Level::Read => "read",
        Level::Draft => "draft",
        Level::Recommend => "recommend",
        Level::Execute => "execute",
    }
}

/// What people call a ceiling.
#[must_use]
pub fn ceiling(ceiling: Level) -> &'static str {
    match ceiling {
        Level::None => "STOP",
        Level::Draft => "SAFE",
        Level::Unspecified | Level::Read | Level::Recommend | Level::Execute => level(ceiling),
    }
}

/// What a plan undoes, in words.
#[must_use]
pub fn undone(plan: &RollbackPlan) -> String {
    if plan.asked.is_empty() { format!("run {}", plan.run) } else { plan.asked.clone() }
}
