//! An action in a list.

use remit_proto::v1::Action;

use super::{OUTCOMES, STATUSES, field, millis, short, time, word};
use crate::field::{Field, Kind, Row, Value};

const LEVELS: &[&str] = &["", "none", "read", "draft", "recommend", "execute"];

const CLAUSES: &[&str] = &["", "identity", "scope", "evidence", "policy", "tooling", "cost", "recovery"];

impl Row for Action {
    fn fields() -> &'static [Field<Self>] {
        const FIELDS: &[Field<Action>] = &[
            short("service", "svc", Kind::Text, "whose action it is", |row, _| Value::Text(&row.service)),
            field("tool", Kind::Text, "the tool that is called", |row, _| Value::Text(&row.tool)),
            field("status", Kind::Word(STATUSES), "where it is in its life", |row, _| {
                word(STATUSES, row.status)
            }),
            field("outcome", Kind::Word(OUTCOMES), "what was decided", |row, _| word(OUTCOMES, row.outcome)),
            field("reason", Kind::Text, "the reason code", |row, _| Value::Text(&row.reason)),
            field("clause", Kind::Word(CLAUSES), "the clause that decided", |row, _| {
                word(CLAUSES, row.clause)
            }),
            field("level", Kind::Word(LEVELS), "what the tool needs", |row, _| word(LEVELS, row.level)),
            field("id", Kind::Text, "the action's id", |row, _| Value::Text(&row.id)),
            field("run", Kind::Text, "the run's id", |row, _| Value::Text(&row.run)),
            field("domain", Kind::Text, "the domain", |row, _| Value::Text(&row.domain)),
            field("channel", Kind::Text, "the face it came through", |row, _| Value::Text(&row.channel)),
            field("cost", Kind::Amount, "what it has cost so far", |row, _| Value::Micros(row.cost_micros)),
            field("undone", Kind::Flag, "whether it was undone", |row, _| {
                Value::Flag(!row.undone_by.is_empty())
            }),
            field("undoes", Kind::Flag, "whether it undoes another", |row, _| {
                Value::Flag(!row.undoes.is_empty())
            }),
            field("params", Kind::Json, "the parameters of the call", |row, _| Value::Text(&row.params_json)),
            field("at", Kind::Time, "when it was proposed", |row, _| time(row.proposed_at.as_ref())),
            field("age", Kind::Span, "how long ago that is", |row, now| {
                millis(row.proposed_at.as_ref())
                    .map_or(Value::Null, |at| Value::Millis(now.saturating_sub(at)))
            }),
        ];
        FIELDS
    }
}
