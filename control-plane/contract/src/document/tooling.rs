//! Section `tooling`: where the tools are and how each is called.

use std::collections::BTreeMap;

use remit_core::{
    ToolName,
    terms::{Breaker, Rate},
};

use super::{
    UnknownDocument, breaker,
    calling::CallingDocument,
    model::{ModelDocument, read_speaks},
};
use crate::{
    problem::{Problems, Spot},
    read::{
        Fields, entries,
        scalar::{Naming, check_name, count, duration, rate, text},
    },
    request::RequestLine,
    schema::Schema,
    template::Template,
    upstream::{Auth, Upstream, check_url},
    yaml::Node,
};

/// How long a call may take when the contract does not say, in milliseconds.
const DEFAULT_TIMEOUT_MS: u64 = 5_000;

/// The section. By default nothing of it could be read.
#[derive(Debug, Default)]
pub(crate) struct Tooling {
    /// By name; `None` when it could not be read, or none of them could.
    pub(crate) upstreams: Option<BTreeMap<String, Option<Upstream>>>,
    /// True when `tools` could be read: what is not among them is no tool.
    pub(crate) has_tools: bool,
    /// By name; `None` when nothing of it could be read.
    pub(crate) tools: BTreeMap<ToolName, Spot<Option<ToolDocument>>>,
}

/// One tool as written; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug)]
pub(crate) struct ToolDocument {
    pub(crate) upstream: Option<Spot<String>>,
    pub(crate) request: Option<Spot<RequestLine>>,
    pub(crate) description: Option<String>,
    pub(crate) input: Option<Spot<Schema>>,
    pub(crate) output: Option<Option<Schema>>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) rate: Option<Option<Rate>>,
    pub(crate) concurrency: Option<Option<u32>>,
    pub(crate) breaker: Option<Option<Spot<Breaker>>>,
    pub(crate) effect: Option<Option<Spot<Template>>>,
    pub(crate) idempotency_header: Option<Option<String>>,
    pub(crate) calling: Option<CallingDocument>,
    pub(crate) unknown: Option<UnknownDocument>,
    /// `Some(None)` for a tool that is no model call.
    pub(crate) model: Option<Option<Spot<ModelDocument>>>,
}

impl Tooling {
    /// True when it is certain that this is no tool.
    pub(crate) fn lacks(&self, tool: &ToolName) -> bool {
        self.has_tools && !self.tools.contains_key(tool)
    }

    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "tooling", problems)?;
        let upstreams = fields.need("upstreams").and_then(|node| {
            let mut upstreams = BTreeMap::new();
            for entry in entries(node, "tooling.upstreams", problems)? {
                check_name(&entry.key, entry.place, "upstream", Naming::Plain, problems);
                upstreams.insert(entry.key.clone(), read_upstream(&entry.value, &entry.key, problems));
            }
            Some(upstreams)
        });
        let tools = fields.need("tools").and_then(|node| {
            let mut tools = BTreeMap::new();
            for entry in entries(node, "tooling.tools", problems)? {
                check_name(&entry.key, entry.place, "tool", Naming::Tool, problems);
                let value = ToolDocument::read(&entry.value, &entry.key, problems);
                tools.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
            }
            Some(tools)
        });
        fields.end();
        Some(Self { upstreams, has_tools: tools.is_some(), tools: tools.unwrap_or_default() })
    }
}

fn read_upstream(node: &Node, key: &str, problems: &Problems) -> Option<Upstream> {
    let title = format!("upstream `{key}`");
    let fields = Fields::of(node, &title, problems)?;
    fields.later(&["mcp", "pin"]);
    let url = fields.need("http").and_then(|node| {
        let url = text(node, "http", problems)?;
        match check_url(&url) {
            Ok(()) => Some(url),
            Err(wrong) => problems.note(
                node.place,
                format!("`{url}` is not an address: {wrong}"),
                "write `https://…`, or a variable of the control plane as `\"${NAME}\"`",
            ),
        }
    });
    let auth = fields.get("auth").map_or(Some(Auth::None), |node| read_auth(node, problems));
    let reach = super::reach::read(&fields, problems);
    let speaks = optional(fields.get("speaks"), |node| read_speaks(node, problems));
    fields.end();
    Some(Upstream { url: url?, auth: auth?, reach: reach?, speaks: speaks? })
}

fn read_auth(node: &Node, problems: &Problems) -> Option<Auth> {
    let fields = Fields::of(node, "auth", problems)?;
    let secret = fields.need("bearer").and_then(|node| {
        let bearer = text(node, "bearer", problems)?;
        let name = bearer.strip_prefix("secret:").unwrap_or_default();
        if !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        {
            return Some(name.to_owned());
        }
        // The text is not repeated: it may be the secret itself.
        problems.note(
            node.place,
            "bearer does not name a secret",
            "write `\"secret:NAME\"` with A-Z, 0-9 and `_`; the secret itself never stands in a contract",
        )
    });
    fields.end();
    Some(Auth::Bearer { secret: secret? })
}

impl ToolDocument {
    fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("tool `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        let upstream = fields
            .need("upstream")
            .and_then(|node| Some(Spot { value: text(node, "upstream", problems)?, place: node.place }));
        let model = optional(fields.get("model"), |node| ModelDocument::read(node, key, problems));
        let by_us = fields.peek("model").map(|node| node.place);
        // What the protocol says is not written: the request, its parameters, and that it leaves nothing behind.
        let request = match by_us {
            Some(place) => RequestLine::parse("POST /").ok().map(|value| Spot { value, place }),
            None => fields.need("request").and_then(|node| read_request(node, problems)),
        };
        let description =
            fields.get("description").map_or(Some(String::new()), |node| text(node, "description", problems));
        let of_request = |key| if by_us.is_none() { fields.get(key) } else { None };
        let input = match (by_us, &model) {
            (Some(place), Some(Some(model))) => model.value.schema().map(|value| Spot { value, place }),
            (Some(_), Some(None) | None) => None,
            (None, _) => fields.need("input").and_then(|node| {
                Some(Spot {
                    value: Schema::read(node, &format!("the input of `{key}`"), problems)?,
                    place: node.place,
                })
            }),
        };
        let output = optional(of_request("output"), |node| {
            Schema::read(node, &format!("the output of `{key}`"), problems)
        });
        let timeout_ms = fields
            .get("timeout")
            .map_or(Some(DEFAULT_TIMEOUT_MS), |node| duration(node, "timeout", problems));
        let rate = optional(fields.get("rate"), |node| rate(node, "rate", problems));
        let concurrency = optional(fields.get("concurrency"), |node| count(node, "concurrency", problems));
        let breaker = optional(of_request("breaker"), |node| breaker::read(node, problems));
        let effect = optional(of_request("effect"), |node| read_effect(node, problems));
        let idempotency_header = optional(of_request("idempotency_key"), |node| read_header(node, problems));
        let (calling, unknown) = match by_us {
            Some(_) => (Some(CallingDocument::once()), Some(UnknownDocument::default())),
            None => (super::calling::read(&fields, problems), UnknownDocument::read(&fields, problems)),
        };
        fields.end();
        Some(Self {
            upstream,
            request,
            description,
            input,
            output,
            timeout_ms,
            rate,
            concurrency,
            breaker,
            effect,
            idempotency_header,
            calling,
            unknown,
            model,
        })
    }
}

/// `None` when the key is there and wrong; `Some(None)` when it is absent.
fn optional<T>(node: Option<&Node>, read: impl Fn(&Node) -> Option<T>) -> Option<Option<T>> {
    match node {
        None => Some(None),
        Some(node) => read(node).map(Some),
    }
}

fn read_request(node: &Node, problems: &Problems) -> Option<Spot<RequestLine>> {
    let line = text(node, "request", problems)?;
    match RequestLine::parse(&line) {
        Ok(value) => Some(Spot { value, place: node.place }),
        Err(wrong) => problems.note(
            node.place,
            format!("request `{line}` is not a request line: {wrong}"),
            "write a method and a path, for instance `GET /orders/{order_id}?expand={expand}`",
        ),
    }
}

fn read_effect(node: &Node, problems: &Problems) -> Option<Spot<Template>> {
    let text = text(node, "effect", problems)?;
    match Template::parse(&text) {
        Some(value) => Some(Spot { value, place: node.place }),
        None => problems.note(
            node.place,
            format!("the braces in effect `{text}` do not match"),
            "write each parameter as `{name}`, for instance `\"refund:{transaction_id}\"`",
        ),
    }
}

fn read_header(node: &Node, problems: &Problems) -> Option<String> {
    let text = text(node, "idempotency_key", problems)?;
    let header = text.strip_prefix("header:").unwrap_or_default();
    if !header.is_empty() && header.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Some(header.to_owned());
    }
    problems.note(
        node.place,
        format!("idempotency_key `{text}` does not name a header"),
        "write `header:` and its name, for instance `header:Idempotency-Key`",
    )
}
