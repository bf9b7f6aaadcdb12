//! A record of the journal.

use remit_proto::v1::TraceRecord;

use super::{OUTCOMES, STATUSES, field, short, time, word};
use crate::field::{Field, Kind, Row, Value};

impl Row for TraceRecord {
    fn fields() -> &'static [Field<Self>] {
        const FIELDS: &[Field<TraceRecord>] = &[
            short("service", "svc", Kind::Text, "whose record it is", |row, _| Value::Text(&row.service)),
            field("kind", Kind::Text, "the event, for instance `action_decided`", |row, _| {
                Value::Text(&row.kind)
            }),
            field("outcome", Kind::Word(OUTCOMES), "what was decided", |row, _| word(OUTCOMES, row.outcome)),
            field("status", Kind::Word(STATUSES), "what the action is then", |row, _| {
                word(STATUSES, row.status)
            }),
            field("reason", Kind::Text, "the reason code", |row, _| Value::Text(&row.reason)),
            field("tool", Kind::Text, "the tool that is called", |row, _| Value::Text(&row.tool)),
            field("run", Kind::Text, "the run's id", |row, _| Value::Text(&row.run)),
            short("action", "act", Kind::Text, "the action's id", |row, _| Value::Text(&row.action)),
            field("domain", Kind::Text, "the domain", |row, _| Value::Text(&row.domain)),
            field("text", Kind::Text, "the record in words", |row, _| Value::Text(&row.text)),
            field("params", Kind::Json, "the parameters of the call", |row, _| Value::Text(&row.params_json)),
            field("at", Kind::Time, "when it was written", |row, _| time(row.at.as_ref())),
            field("seq", Kind::Number, "its position in the journal", |row, _| Value::Number(row.seq)),
        ];
        FIELDS
    }
}
