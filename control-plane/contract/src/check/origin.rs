//! Rules of origin against the tools and the needs: every rule guards something, every home can be had.

use remit_core::{ItemName, ToolName};

use super::{check_parameter, first_segment, input_of};
use crate::{
    document::{Evidence, Item, Need, OriginRule, Tooling},
    origin::{EACH, Home, Lost, type_at},
    pointer::Pointer,
    policy::Type,
    problem::{Problems, Spot, listed, nearest},
};

/// What a parameter may come from is a fact that the action needs.
pub(super) fn check(
    (action, rules): (&ToolName, &[Spot<OriginRule>]),
    evidence: &Evidence,
    tooling: &Tooling,
    problems: &Problems,
) {
    let need = evidence.whole_need(action);
    let needed: Vec<&ItemName> =
        need.into_iter().flatten().flat_map(Need::items).map(|wanted| &wanted.value).collect();
    for rule in rules {
        check_path((action, rule), tooling, problems);
        for home in rule.value.from.good() {
            let Home::Item(item, place) = &home.value else { continue };
            if super::evidence::is_asserted(item, evidence) {
                problems.note::<()>(
                    home.place,
                    format!("a parameter of `{action}` may come from `{item}`, which the service says itself"),
                    "name a fact that a tool reads, or `request`: else the service says where its own values come from",
                );
            } else if need.is_some() && !needed.contains(&item) {
                let remedy = match nearest(
                    item.as_str(),
                    needed.iter().map(|item| item.as_str()).chain(["request"]),
                ) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write `request`, or list it under `evidence.needs.{action}.all`"),
                };
                let text =
                    format!("a parameter of `{action}` may come from `{item}`, which it does not need");
                problems.note::<()>(home.place, text, remedy);
            }
            let known = evidence.items.get(item).and_then(|item| item.value.as_ref());
            let known = known.and_then(Item::attested);
            let strangers = known.into_iter().flat_map(|item| item.untrusted.good());
            if let (Some(place), true) =
                (place, place.as_ref().is_some_and(|place| strangers.into_iter().any(|it| covers(it, place))))
            {
                problems.note::<()>(
                    home.place,
                    format!("`{item}:{}` is untrusted, so nothing is at home there", place.as_str()),
                    "name a place that holds no text of strangers",
                );
            }
        }
    }
}

/// True when everything at the second place is within the first.
fn covers(whole: &Pointer, part: &Pointer) -> bool {
    let mut steps = part.segments();
    whole.segments().all(|wanted| steps.next().is_some_and(|it| wanted == EACH || it == wanted))
}

/// A rule about a place that no call has would never be met.
fn check_path((action, rule): (&ToolName, &Spot<OriginRule>), tooling: &Tooling, problems: &Problems) {
    let Some(input) = input_of(tooling, action) else { return };
    let (Some(path), place) = (&rule.value.pointer, rule.place) else { return };
    let first = first_segment(path.as_str());
    if !input.has_property(&first) {
        check_parameter(Some(input), (action, &first), place, problems);
        return;
    }
    if input.lost.contains(&first) {
        return;
    }
    let of = Type::of_schema(&input.text);
    let Err(lost) = type_at(&of, path) else { return };
    let path = path.as_str();
    let (text, remedy) = match lost {
        Lost::Unknown { at, name, names } => (
            format!("`{action}` has nothing at `{path}`: the input declares no `{name}` in `{at}`"),
            match nearest(&name, names.iter().copied()) {
                Some(meant) => format!("did you mean `{at}{}`?", Pointer::to_key(meant).as_str()),
                None if names.is_empty() => format!("declare it under `properties`, or guard all of `{at}`"),
                None => format!("it has {}", listed(names)),
            },
        ),
        Lost::OneElement { at } => (
            format!("`{at}` of `{action}` is a list, and `{path}` leaves its other elements unguarded"),
            format!("write `{at}/*…` for every element, or guard all of `{at}`"),
        ),
        Lost::Unsaid { at } => (
            format!("the input of `{action}` does not say what `{at}` is, so `{path}` may not be in it"),
            format!("declare one `type` with `properties` or `items` there, or guard all of `{at}`"),
        ),
        Lost::Whole { at, words } => {
            (format!("`{action}` has nothing at `{path}`: `{at}` is {words}"), format!("guard `{at}`"))
        }
    };
    problems.note::<()>(place, text, remedy);
}
