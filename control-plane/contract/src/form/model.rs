//! Model calls as they are written.

use schemars::JsonSchema;

use super::scalar::{Count, Duration, Money, Name, Rate};

/// How a model is called: over `/llm/SERVICE/v1/…`, as its provider's own clients do it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelTool {
    /// The upstream that offers it; it says what it speaks.
    upstream: Name,
    model: Model,
    /// What it is for.
    description: Option<String>,
    /// Longest time that a call may take, a stream as a whole.
    timeout: Option<Duration>,
    /// How often it may be called.
    rate: Option<Rate>,
    /// How many calls may be under way at a time, over all runs of the service.
    concurrency: Option<Count>,
}

/// Which models, and how much of them.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Model {
    /// The models that may be called.
    allow: Vec<String>,
    /// Most tokens that may come out of one call; also what counts where a caller names no limit.
    most_tokens: Count,
}

/// What a million tokens cost.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenPrice {
    /// A million of those that go in.
    million_input: Money,
    /// A million of those that come out.
    million_output: Money,
}
