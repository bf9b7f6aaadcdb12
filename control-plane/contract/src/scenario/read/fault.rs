//! Reads what was wrong with a call that a tool did not answer.

use remit_core::ToolFault;

use super::Reader;
use crate::{problem::listed, read::scalar::word, yaml::Node};

impl Reader<'_> {
    /// The kind, by its word in the journal.
    pub(super) fn fault(self, node: &Node) -> Option<ToolFault> {
        let said = word(node, "`fault`", self.problems)?;
        ToolFault::ALL.into_iter().find(|fault| fault.as_str() == said).or_else(|| {
            self.problems.note(
                node.place,
                format!("fault `{said}` is not known"),
                format!("choose one of {}", listed(ToolFault::ALL.map(ToolFault::as_str))),
            )
        })
    }
}
