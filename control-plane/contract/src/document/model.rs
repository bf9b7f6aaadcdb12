//! Keys of model calls: `tooling.upstreams.*.speaks`, `tooling.tools.*.model`, and a price by tokens.

use crate::{
    model::{Speaks, TokenPrice, input},
    problem::{Problems, Spot, nearest},
    read::{
        Fields, each, items,
        scalar::{count, money, text},
    },
    schema::Schema,
    yaml::{Kind, Node},
};

/// A tool that is a model call.
#[derive(Debug)]
pub(crate) struct ModelDocument {
    pub(crate) allow: Vec<String>,
    pub(crate) most_tokens: u32,
}

impl ModelDocument {
    pub(super) fn read(node: &Node, key: &str, problems: &Problems) -> Option<Spot<Self>> {
        let title = format!("the model of `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        let allow = fields.need("allow").and_then(|node| {
            let models: Vec<String> =
                each(items(node, "allow", problems)?, |node| text(node, "the model", problems))?;
            if models.is_empty() {
                return problems.note(
                    node.place,
                    "allow lists no model",
                    "name the models, or remove the tool",
                );
            }
            Some(models)
        });
        let most_tokens = fields.need("most_tokens").and_then(|node| count(node, "most_tokens", problems));
        fields.end();
        Some(Spot { value: Self { allow: allow?, most_tokens: most_tokens? }, place: node.place })
    }

    /// The schema of what is proposed.
    pub(super) fn schema(&self) -> Option<Schema> {
        Schema::of(input(&self.allow, self.most_tokens))
    }
}

pub(super) fn read_speaks(node: &Node, problems: &Problems) -> Option<Speaks> {
    let text = text(node, "speaks", problems)?;
    Speaks::ALL.into_iter().find(|known| known.as_str() == text).or_else(|| {
        let remedy = match nearest(&text, Speaks::ALL.map(Speaks::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "choose `openai` or `anthropic`".to_owned(),
        };
        problems.note(node.place, format!("speaks `{text}` is not a protocol of model providers"), remedy)
    })
}

/// True for a price that is not one amount for each call.
pub(super) fn is_by_tokens(node: &Node) -> bool {
    let Kind::Map(entries) = &node.kind else { return false };
    entries.iter().any(|entry| entry.key.starts_with("million"))
}

pub(super) fn read_price(node: &Node, problems: &Problems) -> Option<TokenPrice> {
    let fields = Fields::of(node, "the price", problems)?;
    let million = |key| fields.need(key).and_then(|node| money(node, key, problems));
    let (input, output) = (million("million_input"), million("million_output"));
    fields.end();
    Some(TokenPrice { million_input: input?, million_output: output? })
}
