//! What one transaction stores: records, and their bodies one behind the other in one text.
//!
//! Bodies are the largest part of an event and of no use once they are stored, so they are not kept with the
//! records, and the text is used again by the next group.

use std::sync::Arc;

use crate::Record;

/// Records with the JSON that stands for each.
#[derive(Debug, Default)]
pub(crate) struct Group {
    records: Vec<Arc<Record>>,
    /// Where in `bodies` each record's own ends.
    ends: Vec<usize>,
    bodies: String,
}

impl Group {
    pub(crate) fn push(&mut self, record: Arc<Record>, body: &str) {
        self.bodies.push_str(body);
        self.ends.push(self.bodies.len());
        self.records.push(record);
    }

    pub(crate) const fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Forgets all but the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.records.truncate(count);
        self.ends.truncate(count);
        self.bodies.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// The records from a place on.
    pub(crate) fn since(&self, from: usize) -> Vec<Arc<Record>> {
        self.records.iter().skip(from).cloned().collect()
    }

    /// Each record and its body, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Record, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let bodies = starts.zip(&self.ends).map(|(from, to)| self.bodies.get(from..*to).unwrap_or_default());
        self.records.iter().map(Arc::as_ref).zip(bodies)
    }
}
