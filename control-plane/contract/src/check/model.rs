//! Model calls against their upstreams, their action types, their prices and the evidence.

use remit_core::{Level, ToolName};

use crate::{
    document::{Document, ToolDocument, Tooling},
    problem::{Place, Problems},
};

pub(super) fn check(document: &Document, tooling: &Tooling, problems: &Problems) {
    for (name, tool) in &tooling.tools {
        let Some(tool_document) = &tool.value else { continue };
        check_upstream(name, (tool_document, tool.place), tooling, problems);
        let is_model = match &tool_document.model {
            Some(model) => model.is_some(),
            None => continue,
        };
        if is_model {
            check_level(document, name, problems);
            check_evidence(document, name, problems);
        }
        check_price(document, (name, is_model), problems);
    }
}

/// A provider is called only where its tokens are counted.
fn check_upstream(
    name: &ToolName,
    (tool, place): (&ToolDocument, Place),
    tooling: &Tooling,
    problems: &Problems,
) {
    let (Some(upstream), Some(upstreams)) = (&tool.upstream, &tooling.upstreams) else { return };
    let Some(Some(known)) = upstreams.get(&upstream.value) else { return };
    match (&tool.model, known.speaks) {
        (Some(Some(_)), None) => problems
            .note(
                upstream.place,
                format!(
                    "`{name}` is a model call, but upstream `{}` does not say what it speaks",
                    upstream.value
                ),
                "add `speaks: openai` or `speaks: anthropic` to the upstream",
            )
            .unwrap_or(()),
        (Some(None), Some(_)) => problems
            .note(
                place,
                format!(
                    "`{name}` goes to the model provider `{}`, but its tokens would not be counted",
                    upstream.value
                ),
                "describe it with `model: { allow: […], most_tokens: … }`, or name another upstream",
            )
            .unwrap_or(()),
        (Some(Some(_)), Some(_)) | (Some(None), None) | (None, _) => {}
    }
}

fn check_level(document: &Document, name: &ToolName, problems: &Problems) {
    let Some(level) = document.scope.actions.get(name) else { return };
    if level.value.is_some_and(|level| level != Level::Read) {
        problems.note::<()>(
            level.place,
            format!("`{name}` is a model call, which changes nothing"),
            "its type is `read`; what is done with the answer is an action of its own",
        );
    }
}

/// What a model says is no fact.
fn check_evidence(document: &Document, name: &ToolName, problems: &Problems) {
    for (item, spot) in &document.evidence.items {
        let from = spot.value.as_ref().and_then(|item| item.attested()).and_then(|item| item.from.as_ref());
        if let Some(from) = from.filter(|from| from.value == *name) {
            problems.note::<()>(
                from.place,
                format!("`{item}` comes from the model call `{name}`, and what a model says is no evidence"),
                "name a tool that reads a record",
            );
        }
    }
}

fn check_price(document: &Document, (name, is_model): (&ToolName, bool), problems: &Problems) {
    let Some(cost) = &document.cost else { return };
    let flat = cost.prices.get(name).map(|price| price.place).filter(|_| is_model);
    let by_tokens = cost.token_prices.get(name).map(|price| price.place).filter(|_| !is_model);
    if let Some(place) = flat {
        problems.note::<()>(
            place,
            format!("`{name}` is a model call, and its price is one for each call"),
            "write `{ million_input: …, million_output: … }`: what a million tokens cost",
        );
    }
    if let Some(place) = by_tokens {
        problems.note::<()>(
            place,
            format!("`{name}` is no model call, and its price is by tokens"),
            "write what one call costs, for instance `0.25`",
        );
    }
}
