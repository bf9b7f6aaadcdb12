//! Clause 5 as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::calling::{Fallback, Retry, Size};
use super::scalar::{Count, Duration, Given, Name, Rate, Tool};

/// 5. With what it acts. Credentials stay with the control plane; the service never sees them.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tooling {
    /// Where the tools are.
    upstreams: BTreeMap<Name, Upstream>,
    /// Each tool: the actions of the scope, and those that only undo.
    tools: BTreeMap<Tool, AnyCall>,
}

/// What a tool is.
#[derive(JsonSchema)]
#[serde(untagged)]
enum AnyCall {
    /// A call of a tool.
    Tool(Box<Call>),
    /// A call of a model.
    Model(super::model::ModelTool),
}

/// One place that offers tools.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Upstream {
    /// Its address, or a variable of the control plane as `${NAME}`.
    http: String,
    /// How the control plane authenticates there.
    auth: Option<Auth>,
    /// That it is on this machine or on a private network; without it only public addresses are called.
    #[schemars(extend("const" = true))]
    private: Option<bool>,
    /// How many redirects of a read are followed, all to the same host; none without it.
    #[schemars(range(max = 5))]
    redirects: Option<Count>,
    /// The protocol, where it is a model provider. The credential is sent as that protocol has it.
    speaks: Option<Speaks>,
}

/// A protocol of model providers.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Speaks {
    /// Chat completions, at `/v1/chat/completions`.
    OpenAi,
    /// Messages, at `/v1/messages`.
    Anthropic,
}

/// How the control plane authenticates.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Auth {
    /// The name of a secret as `secret:NAME`; the secret itself never stands in a contract.
    #[schemars(extend("pattern" = "^secret:[A-Z0-9_]+$"))]
    bearer: String,
}

/// How one tool is called.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Call {
    /// The upstream that offers it.
    upstream: Name,
    /// Method and path, for instance `GET /orders/{order_id}?expand={expand}`.
    request: String,
    /// What it does, for agents.
    description: Option<String>,
    /// JSON Schema 2020-12 of its parameters: an object that lets nothing undeclared through.
    input: Map<String, Value>,
    /// JSON Schema 2020-12 of its results: what does not conform is no evidence, and a read of it has failed.
    output: Option<Map<String, Value>>,
    /// Longest time that a call may take.
    timeout: Option<Duration>,
    /// How often it may be called.
    rate: Option<Rate>,
    /// How many calls may be under way at a time, over all runs of the service.
    concurrency: Option<Count>,
    breaker: Option<Breaker>,
    /// The name of the one logical effect, for instance `refund:{transaction_id}`: at most once, whatever happens.
    effect: Option<String>,
    /// The header that takes the idempotency key, as `header:NAME`.
    #[schemars(extend("pattern" = "^header:[A-Za-z0-9-]+$"))]
    idempotency_key: Option<String>,
    /// Whether a call that may fare better another time is sent again.
    retry: Option<Retry>,
    /// What a read is answered with while its tool is down.
    fallback: Option<Fallback>,
    /// The largest answer that is taken; `256KiB` without it.
    max_result: Option<Size>,
    /// For so long after its time-out a call may still take effect: how late a request can arrive and be carried out.
    lands_within: Option<Duration>,
    /// How long a caller that carries it out itself may take to report.
    report_within: Option<Duration>,
    /// The read that tells what became of a call whose answer was lost.
    when_unknown: Option<WhenUnknown>,
}

/// When the tool is left alone: it failed too often lately. A call that it refuses is no failure.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Breaker {
    /// So many failed calls.
    failures: Count,
    /// Among the latest so many.
    #[schemars(extend("maximum" = 1000))]
    of: Count,
    /// For so long.
    open_for: Duration,
    /// For a tool with an effect: the read of the same upstream that must then succeed first.
    probe: Option<Tool>,
}

/// The read that tells what became of a call, asked once the call can no longer land.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhenUnknown {
    /// The tool, a read of the scope.
    ask: Tool,
    /// Its parameters: values of the call as `params:/…`, or its idempotency key as `$key`.
    with: Option<BTreeMap<String, Given>>,
    /// What is there in the answer when the call has happened, as `result:/…`; where it is not, it did not happen.
    #[schemars(extend("pattern" = "^result:/"))]
    settled: String,
}
