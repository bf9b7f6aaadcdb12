//! The first MCP face, streamable HTTP at `/mcp/{service}`: the contract's tools, decided and carried out.
//!
//! Stateless: every request says which service (path), who (token) and which run: the path
//! `/mcp/{service}/runs/{name}`, the header or `_meta` key `remit-run`, the trace id of `traceparent`,
//! else one implicit run per principal, in this order. A token that only acts names an open run and begins none. The headers or `_meta` keys `remit-workflow` and
//! `remit-request` (a JSON object) declare what the run is about when a call starts it. The `_meta` key `remit-assertions` is what the
//! service says itself with a call.

use std::sync::Arc;

use axum::{Router, middleware};
use remit_contract::CompiledContract;
use remit_core::{
    Command, Declared, Level, Reach, Reason, ServiceName, State, ToolName,
    proposal::{Channel, Mode},
};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult, PaginatedRequestParams,
        ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
    },
    service::RequestContext,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    act::{self, Call},
    assert,
    auth::Principal,
    declare,
    error::Error,
    grpc,
    plane::Plane,
};

mod answer;
mod door;

pub(crate) use door::visitor;

/// The routes, behind the door that authenticates and refuses ambiguous JSON.
pub(crate) fn routes(plane: &Arc<Plane>, stop: &CancellationToken) -> Router {
    let mut config = StreamableHttpServerConfig::default();
    config.legacy_session_mode = false;
    config.json_response = true;
    config.cancellation_token = stop.child_token();
    // Every request carries a bearer token, so a name that is rebound to us gains nothing.
    config.allowed_hosts.clear();
    config.max_request_body_bytes = crate::edge::MAX_BODY;
    let shared = Arc::clone(plane);
    let service = StreamableHttpService::new(
        move || Ok(Face { plane: Arc::clone(&shared) }),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new()
        .route_service("/mcp/{service}", service.clone())
        .route_service("/mcp/{service}/runs/{run}", service)
        .layer(middleware::from_fn_with_state(Arc::clone(plane), door::enter))
}

/// The handler of one request.
#[derive(Debug)]
struct Face {
    plane: Arc<Plane>,
}

/// Who calls, for which service, in which run; put into the request by the door.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) caller: Principal,
    pub(crate) service: ServiceName,
    /// The run, as the caller names it.
    run: Option<String>,
    /// The run that a trace stands for, where nobody names another.
    trace: Option<String>,
    workflow: Option<String>,
    request: Option<String>,
    /// What the service says itself with this call.
    assertions: Option<Value>,
}

impl Face {
    fn visitor(context: &RequestContext<RoleServer>) -> Result<Visitor, ErrorData> {
        context
            .extensions
            .get::<http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Visitor>())
            .cloned()
            .ok_or_else(|| ErrorData::internal_error("the request has lost its caller", None))
    }

    async fn call(&self, visitor: &Visitor, request: CallToolRequestParams) -> Result<act::Acted, Error> {
        let name = visitor.run_name();
        let service = (visitor.service.as_str(), &*name);
        let declared = visitor.declared()?;
        let run = grpc::start_run(&self.plane, &visitor.caller, service, Channel::Mcp, declared).await?;
        let asserted = match &visitor.assertions {
            Some(list) => assert::parse(&assert::of_meta(list)?)?,
            None => Vec::new(),
        };
        let value = Value::Object(request.arguments.unwrap_or_default());
        let (params, value) = act::parse_params(&value.to_string())?;
        let call = Call {
            run,
            tool: request.name.into_owned().into(),
            params,
            value,
            key: None,
            channel: Channel::Mcp,
            mode: Mode::Execute,
            asserted,
            parcel: None,
        };
        act::act(&self.plane, &visitor.caller, call).await
    }
}

impl Face {
    /// The version and the workflow whose tools are offered: for a token that only acts those of the run that it names.
    fn listed(&self, visitor: &Visitor) -> Result<(Arc<CompiledContract>, Option<String>), Error> {
        let contract = self.plane.contract(&visitor.service)?;
        if visitor.caller.reach.starts() {
            return Ok((contract, visitor.workflow.clone()));
        }
        let (name, declared) = (visitor.run_name(), visitor.declared()?);
        let run = match grpc::enter(&self.plane, &visitor.caller, (&visitor.service, &name), &declared) {
            Ok(run) => run,
            // Whoever asks before the run is there sees what there is at all, and may do none of it yet.
            Err(Error::Withheld(Reason::StartNotGranted, _)) => return Ok((contract, None)),
            Err(error) => return Err(error),
        };
        let ward = self.plane.service_ward(&visitor.service)?;
        let of_run = |state: &State| state.runs.get(&run).and_then(|run| run.workflow.clone());
        let workflow = ward.view.read(|inner| of_run(&inner.state)).map(|name| name.to_string());
        let kept = self.plane.open.get(run).map(|open| Arc::clone(&open.contract));
        Ok((kept.unwrap_or(contract), workflow))
    }

    /// True when the service tries what its contract forbids by name.
    fn is_attempt(&self, visitor: &Visitor, tool: &ToolName) -> bool {
        self.plane.contract(&visitor.service).is_ok_and(|it| it.terms().forbidden.contains(tool))
    }

    /// A call that came to no decision leaves no trace of its own; an attempt at what is forbidden does.
    async fn record_attempt(&self, visitor: &Visitor, tool: ToolName, error: &Error) {
        let service = visitor.service.clone();
        let principal = visitor.caller.name.to_string();
        tracing::warn!(%service, %tool, %error, "a forbidden action was tried without a run");
        let Ok(ward) = self.plane.service_ward(&service) else { return };
        let why = error.to_string();
        let channel = Channel::Mcp;
        let command = Command::RecordAttempt { service: service.clone(), principal, tool, channel, why };
        match ward.domain.submit(command).await {
            Ok(records) if records.is_empty() => {}
            Ok(_) => self.plane.metrics.security_finding(&service),
            Err(fault) => tracing::warn!(%service, %fault, "the attempt could not be recorded"),
        }
    }
}

impl ServerHandler for Face {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("remit", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Every call is judged under an execution contract. A refusal says what to do next; a call \
                 that waits for a person answers `pending`: send the same call again later to join it.",
            )
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let visitor = Self::visitor(&context)?.completed(&context);
        let (contract, workflow) = self.listed(&visitor).map_err(|error| answer::problem(&error))?;
        let workflow = workflow.as_deref().and_then(|name| contract.terms().workflows.get(name));
        let offered = |tool: &&remit_contract::Tool| {
            tool.level.is_some()
                && tool.model.is_none()
                && workflow.is_none_or(|workflow| workflow.has(&tool.name))
        };
        let tools = contract.tools().filter(offered).map(|tool| {
            let schema = tool.input.as_object().cloned().unwrap_or_default();
            Tool::new(tool.name.to_string(), tool.description.clone(), Arc::new(schema))
                .with_annotations(annotations(tool.level, tool.idempotency_header.is_some()))
        });
        Ok(ListToolsResult::with_all_items(tools.collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let visitor = Self::visitor(&context)?.completed(&context);
        let tool = ToolName::from(request.name.as_ref());
        match self.call(&visitor, request).await {
            Ok(acted) => Ok(answer::of(&acted).into()),
            Err(error) if self.is_attempt(&visitor, &tool) => {
                self.record_attempt(&visitor, tool, &error).await;
                Ok(answer::refused(&error).into())
            }
            Err(error @ (Error::Unauthenticated(_) | Error::NotPermitted(_))) => Err(answer::problem(&error)),
            Err(error) => Ok(answer::refused(&error).into()),
        }
    }
}

/// What the contract declares; the upstream is not asked.
fn annotations(level: Option<Level>, idempotent: bool) -> ToolAnnotations {
    let changes = level.is_none_or(Level::has_effect);
    ToolAnnotations::new()
        .read_only(!changes)
        .destructive(level.is_none_or(|level| level == Level::Execute))
        .idempotent(!changes || idempotent)
        .open_world(true)
}

impl Visitor {
    /// What path and headers leave open is looked up in the request's `_meta`.
    fn completed(mut self, context: &RequestContext<RoleServer>) -> Self {
        let Ok(meta) = serde_json::to_value(&context.meta) else { return self };
        let text = |key: &str| meta.get(key).and_then(Value::as_str).map(str::to_owned);
        self.run = self.run.or_else(|| text("remit-run"));
        self.trace = self.trace.or_else(|| text("traceparent").as_deref().and_then(door::trace_id));
        self.workflow = self.workflow.or_else(|| text("remit-workflow"));
        self.assertions = meta.get("remit-assertions").cloned();
        self.request = self.request.or_else(|| meta.get("remit-request").map(Value::to_string));
        self
    }
    /// The name of the run that the call is in. Only who may start runs has one that nobody named; who may act in
    /// one run alone need not name it, and no trace stands for it.
    pub(crate) fn run_name(&self) -> String {
        let named = self.run.clone();
        match self.caller.reach {
            Reach::Full => named.or_else(|| self.trace.clone()).unwrap_or_else(|| self.implicit()),
            Reach::ActOnly => named.or_else(|| self.trace.clone()).unwrap_or_default(),
            Reach::OneRun { .. } => named.unwrap_or_default(),
        }
    }

    fn implicit(&self) -> String {
        format!("mcp-{}", self.caller.name)
    }

    pub(crate) fn declared(&self) -> Result<Declared, Error> {
        declare::parse(self.workflow.as_deref(), self.request.as_deref())
    }
}
