//! Reads what the service says itself with a proposal.

use remit_core::{Assertion, SourceUri};

use super::Reader;
use crate::{
    read::{
        Fields,
        scalar::{Naming, check_name, text},
    },
    yaml::{Entry, Node},
};

impl Reader<'_> {
    /// By item, in the order in which they are sent.
    pub(super) fn asserts(self, node: &Node) -> Option<Vec<Assertion>> {
        let mut said = self.by_key(node, "`asserts`", |entry| self.assertion(entry))?;
        said.sort_by(|left, right| left.item.cmp(&right.item));
        Some(said)
    }

    fn assertion(self, entry: &Entry) -> Option<Assertion> {
        // Any name is accepted: a scenario may try to say what the contract does not let it say.
        check_name(&entry.key, entry.place, "evidence item", Naming::Plain, self.problems);
        let title = format!("what is said of `{}`", entry.key);
        let fields = Fields::of(&entry.value, &title, self.problems)?;
        let source = fields.need("source").and_then(|at| {
            let text = text(at, "`source`", self.problems)?;
            text.parse::<SourceUri>().ok().or_else(|| {
                self.problems.note(
                    at.place,
                    format!("`{text}` is no absolute URI"),
                    "write where the service has it from, for instance `https://desk.example/tickets/7`",
                )
            })
        });
        let content = fields.need("content").and_then(|at| self.canonical(at, "`content`"));
        fields.end();
        Some(Assertion { item: entry.key.as_str().into(), source: source?, content: content? })
    }
}
