//! Section `recovery`: how each effect is undone, or why it cannot be, how far actions may reach, what stops them, and
//! who lets them go again.

use std::collections::BTreeMap;

use remit_core::{ToolName, schedule::Scheduled, tripwire::Tripwire};

use super::{
    lifting,
    radius::{self, RadiusDocument},
    schedule,
    scope::tool,
    tripwire,
};
use crate::{
    pointer::Source,
    problem::{Problems, Spot},
    read::{
        Fields, Partly, entries,
        scalar::{duration, text},
    },
    yaml::Node,
};

/// The section.
#[derive(Debug)]
pub(crate) struct Recovery {
    /// By action; `None` when the rule could not be read.
    pub(crate) undo: BTreeMap<ToolName, Spot<Option<UndoRule>>>,
    /// `None` when it could not be read.
    pub(crate) blast_radius: Option<Vec<RadiusDocument>>,
    /// `None` when they could not be read.
    pub(crate) tripwires: Option<Vec<Tripwire>>,
    /// Ceilings by the clock; `None` when one could not be read.
    pub(crate) schedule: Option<Vec<Spot<Scheduled>>>,
    /// Whether two people let it go again; `None` when that could not be read.
    pub(crate) release_by_two: Option<bool>,
}

/// How one effect is undone.
#[derive(Debug)]
pub(crate) enum UndoRule {
    /// By calling another tool; a part is `None` when it could not be read.
    By {
        tool: Option<Spot<ToolName>>,
        /// Its parameters, and where their values come from.
        with: Partly<Spot<(String, Source)>>,
        within_ms: Option<u64>,
    },
    /// Not at all.
    Irreversible { why: String },
}

impl Recovery {
    pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(node, "recovery", problems)?;
        let undo = fields.need("undo").and_then(|node| {
            let mut undo = BTreeMap::new();
            for entry in entries(node, "recovery.undo", problems)? {
                let value = UndoRule::read(&entry.value, &entry.key, problems);
                undo.insert(entry.key.as_str().into(), Spot { value, place: entry.place });
            }
            Some(undo)
        });
        let blast_radius = fields
            .get("blast_radius")
            .map_or(Some(Vec::new()), |node| radius::read(node, "recovery.blast_radius", problems));
        let tripwires = fields
            .get("tripwires")
            .map_or(Some(Vec::new()), |node| tripwire::read(node, "recovery.tripwires", problems));
        let schedule = fields.get("schedule").map_or(Some(Vec::new()), |node| schedule::read(node, problems));
        let release_by_two = fields.get("release").map_or(Some(false), |node| lifting::read(node, problems));
        fields.end();
        Some(Self { undo: undo?, blast_radius, tripwires, schedule, release_by_two })
    }
}

impl UndoRule {
    fn read(node: &Node, key: &str, problems: &Problems) -> Option<Self> {
        let title = format!("the undo of `{key}`");
        let fields = Fields::of(node, &title, problems)?;
        if let Some(why) = fields.get("irreversible") {
            let why = text(why, "the reason why it is irreversible", problems);
            fields.end();
            return Some(Self::Irreversible { why: why? });
        }
        let tool = fields.need("tool").and_then(|node| tool(node, "the compensating tool", problems));
        let with = fields.get("with").map_or_else(Partly::default, |node| read_with(node, problems));
        let within_ms = fields.need("within").and_then(|node| duration(node, "within", problems));
        fields.end();
        Some(Self::By { tool, with, within_ms })
    }
}

fn read_with(node: &Node, problems: &Problems) -> Partly<Spot<(String, Source)>> {
    let Some(entries) = entries(node, "with", problems) else { return Partly::lost() };
    Partly::of(entries, |entry| {
        let text = text(&entry.value, "with", problems)?;
        match Source::read(&text, entry.value.place, problems)? {
            Source::Item(..) => problems.note(
                entry.value.place,
                format!("`{text}` points into evidence"),
                "point into `result:` or `params:`, which are recorded with the effect itself",
            ),
            source @ (Source::Params(_) | Source::Result(_)) => {
                Some(Spot { value: (entry.key.clone(), source), place: entry.place })
            }
        }
    })
}
