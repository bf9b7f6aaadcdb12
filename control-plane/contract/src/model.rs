//! Model calls: which models, at most how many tokens, and what they cost.

use remit_core::{Money, Objection, Reason, Usage};
use serde_json::{Value, json};

/// A protocol of model providers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaks {
    /// Chat completions, `POST /v1/chat/completions`.
    OpenAi,
    /// Messages, `POST /v1/messages`.
    Anthropic,
}

impl Speaks {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::OpenAi, Self::Anthropic];

    /// The word in contracts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// Where calls go, behind the address of the upstream.
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/v1/chat/completions",
            Self::Anthropic => "/v1/messages",
        }
    }
}

/// What a model call may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelCall {
    /// The provider's protocol.
    pub speaks: Speaks,
    /// The models.
    pub allow: Vec<String>,
    /// Most tokens that may come out of one call.
    pub most_tokens: u32,
    /// What its tokens cost.
    pub price: TokenPrice,
}

/// What a million tokens cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TokenPrice {
    /// Those that go in.
    pub million_input: Money,
    /// Those that come out.
    pub million_output: Money,
}

/// The tokens that a provider reports; `None` where it has not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reported {
    /// Those that went in.
    pub input: Option<u64>,
    /// Those that came out, all of them.
    pub output: Option<u64>,
}

impl Reported {
    /// From the object `usage` of an answer.
    pub fn of(speaks: Speaks, usage: &Value) -> Self {
        let number = |key: &str| usage.get(key).and_then(Value::as_u64);
        match speaks {
            Speaks::OpenAi => Self { input: number("prompt_tokens"), output: number("completion_tokens") },
            Speaks::Anthropic => {
                let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].map(number);
                let sum = |input: u64| cached.into_iter().flatten().fold(input, u64::saturating_add);
                Self { input: number("input_tokens").map(sum), output: number("output_tokens") }
            }
        }
    }
}

/// Tokens that a provider adds to what it is sent: the frame of each message, and its own words about tools.
const ADDED: u64 = 1_024;

impl TokenPrice {
    /// What so many tokens cost, rounded up to a millionth; at most the largest amount.
    pub fn of(&self, input: u64, output: u64) -> Money {
        let part =
            |price: Money, tokens: u64| u128::from(price.as_micros()).saturating_mul(u128::from(tokens));
        let sum = part(self.million_input, input).saturating_add(part(self.million_output, output));
        Money::from_micros(u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

impl ModelCall {
    /// What such a call uses at most. No text has more tokens than bytes.
    pub fn most(&self, params: &Value) -> Usage {
        self.used(params, Reported::default())
    }

    /// What a call has used: what is not reported counts as the most that it can be.
    pub fn used(&self, params: &Value, reported: Reported) -> Usage {
        let (most_input, most_output) = bounds(params);
        let input = reported.input.unwrap_or(most_input);
        let output = reported.output.unwrap_or(most_output);
        Usage { cost: self.price.of(input, output), tokens: input.saturating_add(output) }
    }

    /// Objects to a model that is not listed.
    pub(crate) fn objection(&self, params: &Value) -> Option<Objection> {
        let wanted = params.get("model").and_then(Value::as_str)?;
        let known = self.allow.iter().any(|model| model == wanted);
        (!known).then(|| {
            let listed = crate::problem::listed(self.allow.iter().map(String::as_str));
            let wanted = crate::value::cut(wanted, 100);
            Objection::new(Reason::ModelNotAllowed, format!("`{wanted}` is asked for, {listed} may be"))
        })
    }
}

/// Most tokens that go in and that come out.
fn bounds(params: &Value) -> (u64, u64) {
    let number = |key: &str| params.get(key).and_then(Value::as_u64).unwrap_or(u64::MAX);
    (number("input_bytes").saturating_add(ADDED), number("max_tokens"))
}

/// What is proposed of a model call, as the schema of its parameters. The prompt is not among them: its digest
/// and its size are.
pub(crate) fn input(allow: &[String], most_tokens: u32) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["model", "max_tokens", "input_bytes", "stream", "digest"],
        "properties": {
            "model": { "type": "string", "enum": allow },
            "max_tokens": { "type": "integer", "minimum": 1, "maximum": most_tokens },
            "input_bytes": { "type": "integer", "minimum": 1 },
            "stream": { "type": "boolean" },
            "digest": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
        },
    })
}

#[cfg(test)]
mod tests;
