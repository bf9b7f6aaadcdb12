//! Section `recovery`: how each effect is undone, or why it cannot be, how far actions may reach, what stops them, and
//! who lets them go again.

use std::collections::BTreeMap;

use remit_core::{ToolName, schedule::Scheduled, tripwire::Tripwire};

use super::{
    lifting,
    radius::{self, RadiusDocument},
    schedule, tripwire,
    undo::UndoRule,
};
use crate::{
    problem::{Problems, Spot},
    read::{Fields, entries},
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
