//! What the rows of a page must be like: in the grammar of filters, with the fields of what the page lists.

use std::fmt;

use remit_filter::{Filter, Problem, Saved, Texts};
use remit_proto::v1::{AuditEntry, Escalation, TraceRecord};

use super::nav::Page;

/// The filter of one page.
#[derive(Clone, Debug)]
pub enum Sieve {
    /// Of the trace: its records have fields.
    Trace(Filter<TraceRecord>),
    /// Of the queue: its questions have fields.
    Queue(Filter<Escalation>),
    /// Of the audit: what people did has fields.
    Audit(Filter<AuditEntry>),
    /// Of a page whose rows are looked at as texts.
    Words(Filter<Texts>),
}

impl Sieve {
    /// Reads what was typed on a page.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(page: &Page, text: &str, saved: &Saved, now: i64) -> Result<Self, Problem> {
        Ok(match page {
            Page::Trace => Self::Trace(Filter::read(text, saved, now)?),
            Page::Queue => Self::Queue(Filter::read(text, saved, now)?),
            Page::Audit => Self::Audit(Filter::read(text, saved, now)?),
            Page::Overview
            | Page::Switches
            | Page::Alerts
            | Page::Service(_)
            | Page::Run(_)
            | Page::Contracts
            | Page::Cost
            | Page::Action(_)
            | Page::Decision(_)
            | Page::Alike(_)
            | Page::Rollback(_)
            | Page::Parked
            | Page::Version(_) => Self::Words(Filter::read(text, saved, now)?),
        })
    }

    /// Whether a row that is looked at as texts is shown.
    #[must_use]
    pub fn shows_texts(&self, texts: &[&str]) -> bool {
        match self {
            Self::Words(filter) => filter.lets_through(&Texts, 0, texts),
            Self::Trace(_) | Self::Queue(_) | Self::Audit(_) => true,
        }
    }

    /// Whether a question is shown at `now`, in milliseconds since 1970.
    #[must_use]
    pub fn shows_question(&self, question: &Escalation, now: i64) -> bool {
        match self {
            Self::Queue(filter) => filter.lets_through(question, now, &[]),
            Self::Trace(_) | Self::Audit(_) | Self::Words(_) => true,
        }
    }

    /// Whether what somebody did is shown at `now`, likewise.
    #[must_use]
    pub fn shows_deed(&self, entry: &AuditEntry, now: i64) -> bool {
        match self {
            Self::Audit(filter) => filter.lets_through(entry, now, &[]),
            Self::Trace(_) | Self::Queue(_) | Self::Words(_) => true,
        }
    }
}

/// As it was understood.
impl fmt::Display for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(filter) => filter.fmt(f),
            Self::Queue(filter) => filter.fmt(f),
            Self::Audit(filter) => filter.fmt(f),
            Self::Words(filter) => filter.fmt(f),
        }
    }
}
