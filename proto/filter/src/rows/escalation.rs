//! A question to people.

use remit_proto::v1::Escalation;

use super::{field, millis, short, time, word};
use crate::field::{Field, Kind, Row, Value};

const STATUSES: &[&str] = &["", "pending", "approved", "denied", "lapsed", "voided"];

impl Row for Escalation {
    fn fields() -> &'static [Field<Self>] {
        const FIELDS: &[Field<Escalation>] = &[
            short("service", "svc", Kind::Text, "who asks", |row, _| Value::Text(&row.service)),
            field("tool", Kind::Text, "the tool that would be called", |row, _| Value::Text(&row.tool)),
            field("rule", Kind::Text, "the rules that asked", |row, _| Value::Texts(&row.rules)),
            field("because", Kind::Text, "why a person is needed", |row, _| Value::Texts(&row.because)),
            field("group", Kind::Text, "who may answer", |row, _| Value::Texts(&row.groups)),
            field("status", Kind::Word(STATUSES), "where it is in its life", |row, _| {
                word(STATUSES, row.status)
            }),
            field("due", Kind::Span, "how long until it lapses", |row, now| {
                millis(row.deadline.as_ref()).map_or(Value::Null, |at| Value::Millis(at.saturating_sub(now)))
            }),
            field("age", Kind::Span, "how long it has waited", |row, now| {
                millis(row.asked_at.as_ref()).map_or(Value::Null, |at| Value::Millis(now.saturating_sub(at)))
            }),
            field("at", Kind::Time, "when it was asked", |row, _| time(row.asked_at.as_ref())),
            field("quorum", Kind::Number, "how many people it takes", |row, _| {
                Value::Number(row.quorum.into())
            }),
            field("votes", Kind::Number, "how many have voted", |row, _| {
                Value::Number(row.votes.len() as u64)
            }),
            field("moved", Kind::Flag, "whether facts moved after an approval", |row, _| {
                Value::Flag(!row.moved.is_empty())
            }),
            field("for", Kind::Text, "whom somebody handed it to", |row, _| Value::Text(&row.handed_to)),
            field("claimed", Kind::Flag, "whether somebody reads it now", |row, _| {
                Value::Flag(!row.claims.is_empty())
            }),
            short("id", "esc", Kind::Text, "the escalation's id", |row, _| Value::Text(&row.id)),
            short("action", "act", Kind::Text, "the action's id", |row, _| Value::Text(&row.action)),
            field("run", Kind::Text, "the run's id", |row, _| Value::Text(&row.run)),
            field("domain", Kind::Text, "the domain", |row, _| Value::Text(&row.domain)),
            field("params", Kind::Json, "the parameters of the call", |row, _| Value::Text(&row.params_json)),
        ];
        FIELDS
    }
}
