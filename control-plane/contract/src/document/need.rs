//! What one action needs to know: facts, how many independent ones, and which values must agree.

use remit_core::ItemName;
use rust_decimal::Decimal;

use super::Evidence;
use crate::{
    pointer::Source,
    problem::{Problems, Spot},
    read::{
        Fields, Partly, items,
        scalar::{Naming, count, name, text},
    },
    yaml::{Kind, Node},
};

/// What one action needs; a part is `None` when it could not be read, and the others still stand.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) all: Partly<Spot<ItemName>>,
    pub(crate) at_least: Option<AtLeast>,
    pub(crate) agree: Partly<Agreement>,
}

/// So many of these, from sources that do not depend on each other.
#[derive(Debug)]
pub(crate) struct AtLeast {
    pub(crate) count: Option<Spot<u32>>,
    pub(crate) of: Partly<Spot<ItemName>>,
}

/// At least two values that must be equal.
#[derive(Debug)]
pub(crate) struct Agreement {
    pub(crate) values: Partly<Spot<Source>>,
    /// As decimal numbers, at most so far apart; else they must be the same.
    pub(crate) within: Option<Option<Decimal>>,
}

impl Need {
    /// Every item that is named, needed in any case or as one of a choice.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Spot<ItemName>> {
        self.all.good().iter().chain(self.choice())
    }

    /// The items of which so many are needed.
    pub(crate) fn choice(&self) -> &[Spot<ItemName>] {
        self.at_least.as_ref().map_or(&[], |choice| choice.of.good())
    }

    /// True when no further item may be named.
    pub(crate) fn is_whole(&self) -> bool {
        self.all.is_whole() && self.at_least.as_ref().is_none_or(|choice| choice.of.is_whole())
    }

    /// True when all of them are described and could be read.
    pub(crate) fn is_known(&self, evidence: &Evidence) -> bool {
        let known = |item: &Spot<ItemName>| {
            let item = evidence.items.get(&item.value).and_then(|item| item.value.as_ref());
            item.is_some_and(|item| item.attested().is_none_or(|item| item.from.is_some()))
        };
        self.is_whole() && self.items().all(known)
    }

    pub(super) fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("what `{key}` needs");
        let fields = Fields::of(node, &title, problems)?;
        let all = fields.need("all").map_or_else(Partly::lost, |node| item_names(node, "all", problems));
        let number = fields
            .get("at_least")
            .map(|node| Some(Spot { value: count(node, "at_least", problems)?, place: node.place }));
        let of = fields.get("of").map(|node| item_names(node, "of", problems));
        let at_least = match (number, of) {
            (None, None) => None,
            (Some(count), Some(of)) => Some(AtLeast { count, of }),
            (count, of) => {
                problems.note::<()>(
                    node.place,
                    format!("{title} has only one of `at_least` and `of`"),
                    "write both, for instance `at_least: 2` and `of: [ledger, bank, processor]`",
                );
                Some(AtLeast { count: count.flatten(), of: of.unwrap_or_else(Partly::lost) })
            }
        };
        let agree = fields.get("agree").map_or_else(Partly::default, |node| {
            let Some(lines) = items(node, "agree", problems) else { return Partly::lost() };
            Partly::of(lines, |node| Agreement::read(node, problems))
        });
        fields.end();
        Some(Self { all, at_least, agree })
    }
}

fn item_names(node: &Node, what: &str, problems: &Problems) -> Partly<Spot<ItemName>> {
    let read = |node: &Node| {
        let name = name(node, "evidence item", Naming::Plain, problems)?;
        Some(Spot { value: name.into(), place: node.place })
    };
    items(node, what, problems).map_or_else(Partly::lost, |names| Partly::of(names, read))
}

impl Agreement {
    /// `[one, other]`, or `{ of: [one, other], within: 0.01 }`.
    fn read(node: &Node, problems: &Problems) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => {
                let fields = Fields::of(node, "one line of agree", problems)?;
                let values = fields.need("of").map_or_else(Partly::lost, |node| values(node, problems));
                let within = fields.need("within").and_then(|node| decimal(node, problems));
                fields.end();
                Some(Self { values, within: within.map(Some) })
            }
            Kind::List(_) | Kind::Scalar { .. } => {
                Some(Self { values: values(node, problems), within: Some(None) })
            }
        }
    }
}

/// A tolerance, exactly as it is written.
fn decimal(node: &Node, problems: &Problems) -> Option<Decimal> {
    let found = match &node.kind {
        Kind::Scalar { text, quoted: false } => Decimal::from_str_exact(text).ok(),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
    };
    found.filter(|within| !within.is_sign_negative()).or_else(|| {
        problems.note(
            node.place,
            "within is not a decimal number of at least 0",
            "write digits with a point, without quotes, for instance `0.01`; `0` compares numbers exactly",
        )
    })
}

fn values(node: &Node, problems: &Problems) -> Partly<Spot<Source>> {
    let Some(values) = items(node, "one line of agree", problems) else { return Partly::lost() };
    if values.len() < 2 {
        problems.note::<()>(
            node.place,
            "one value alone always agrees",
            "name at least two, for instance `[params:/currency, transaction:/currency]`",
        );
    }
    Partly::of(values, |node| {
        let text = text(node, "agree", problems)?;
        match Source::read(&text, node.place, problems)? {
            Source::Result(_) => problems.note(
                node.place,
                "there is no result before the action has run",
                "point into `params:` or into an evidence item",
            ),
            source @ (Source::Params(_) | Source::Item(..)) => {
                Some(Spot { value: source, place: node.place })
            }
        }
    })
}
