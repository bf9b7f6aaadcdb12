//! Where the parameters of an action may come from, and what happens when one comes from elsewhere.

use remit_core::Ask;

use crate::{
    origin::{Form, Home},
    pointer::Pointer,
    problem::{Problems, Spot, listed, nearest},
    read::{
        Fields, Partly, entries, items,
        scalar::{Naming, check_name, count, duration, group, text},
    },
    yaml::{Kind, Node},
};

/// The rule for one parameter; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug)]
pub(crate) struct OriginRule {
    /// Into the parameters; `*` is every element of a list.
    pub(crate) pointer: Option<Pointer>,
    pub(crate) from: Partly<Spot<Home>>,
    pub(crate) form: Option<Form>,
    /// Whom to ask when the value comes from elsewhere; `None` refuses it.
    pub(crate) otherwise: Option<Option<Ask>>,
}

/// The rules of one action.
pub(super) fn read(node: &Node, action: &str, problems: &Problems) -> Option<Partly<Spot<OriginRule>>> {
    let title = format!("the origin of `{action}`");
    Some(Partly::of(entries(node, &title, problems)?, |entry| {
        let pointer = Pointer::read(&entry.key, entry.place, problems);
        let rule = match &entry.value.kind {
            Kind::Map(_) => with_fields((&entry.value, &entry.key), pointer, problems)?,
            Kind::List(_) | Kind::Scalar { .. } => OriginRule {
                from: homes(&entry.value, problems),
                pointer,
                form: Some(Form::Exact),
                otherwise: Some(None),
            },
        };
        Some(Spot { value: rule, place: entry.place })
    }))
}

fn with_fields(
    (node, key): (&Node, &str),
    pointer: Option<Pointer>,
    problems: &Problems,
) -> Option<OriginRule> {
    let title = format!("the origin of `{key}`");
    let fields = Fields::of(node, &title, problems)?;
    let from = fields.need("from").map_or_else(Partly::lost, |node| homes(node, problems));
    let form = fields.get("as").map_or(Some(Form::Exact), |node| form(node, problems));
    let otherwise = fields.get("otherwise").map_or(Some(None), |node| ask(node, key, problems));
    fields.end();
    Some(OriginRule { from, form, otherwise, pointer })
}

fn homes(node: &Node, problems: &Problems) -> Partly<Spot<Home>> {
    let Some(found) = items(node, "where a value may come from", problems) else { return Partly::lost() };
    if found.is_empty() {
        problems.note::<()>(
            node.place,
            "a value that may come from nowhere is never allowed",
            "name `request`, evidence items, or places in them, for instance `request:/account`",
        );
    }
    Partly::of(found, |node| {
        let text = text(node, "where a value may come from", problems)?;
        let (name, place) = match text.split_once(':') {
            Some((name, place)) => (name, Some(Pointer::read(place, node.place, problems)?)),
            None => (text.as_str(), None),
        };
        check_name(name, node.place, "evidence item", Naming::Plain, problems)?;
        let value = if name == "request" { Home::Request(place) } else { Home::Item(name.into(), place) };
        Some(Spot { value, place: node.place })
    })
}

fn form(node: &Node, problems: &Problems) -> Option<Form> {
    let text = text(node, "as", problems)?;
    Form::ALL.into_iter().find(|form| form.as_str() == text).or_else(|| {
        let names = Form::ALL.map(Form::as_str);
        let remedy = match nearest(&text, names) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("choose one of {}", listed(names)),
        };
        problems.note(node.place, format!("`{text}` is not a normal form"), remedy)
    })
}

/// `deny`, or whom to ask: `Some(None)` for `deny`.
fn ask(node: &Node, pointer: &str, problems: &Problems) -> Option<Option<Ask>> {
    match &node.kind {
        Kind::Scalar { text, .. } if text == "deny" => Some(None),
        Kind::Map(_) => {
            let fields = Fields::of(node, "otherwise", problems)?;
            let to = fields.need("to").and_then(|node| group(node, "otherwise", problems));
            let quorum = fields.get("quorum").map_or(Some(1), |node| count(node, "the quorum", problems));
            let within_ms = fields.need("within").and_then(|node| duration(node, "within", problems));
            fields.end();
            let rule = format!("origin:{pointer}");
            let because = format!("`{pointer}` does not come from where the contract says.");
            Some(Some(Ask { rule, because, to: to?, quorum: quorum?, within_ms: within_ms? }))
        }
        Kind::Scalar { .. } | Kind::List(_) => problems.note(
            node.place,
            "otherwise says neither `deny` nor whom to ask",
            "write `otherwise: deny`, or `otherwise: { to: group:risk, within: 30m }`",
        ),
    }
}
