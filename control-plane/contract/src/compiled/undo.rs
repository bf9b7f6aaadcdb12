//! How an effect is undone, once it has succeeded: the compensating call, what comes back, and the read after it.

use remit_core::{
    CanonicalJson, Money, Timestamp, ToolName,
    rollback::{Expected, UndoCall, Verify},
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde_json::{Map, Value};

use super::{CompiledContract, Tool};
use crate::{document::Returns, pointer::Source, value::decimal};

/// How the compensating call is made.
#[derive(Debug)]
pub(super) struct UndoMapping {
    pub(super) tool: ToolName,
    pub(super) with: Vec<(String, Source)>,
    pub(super) within_ms: u64,
    pub(super) returns: Option<Returns>,
    pub(super) verify: Option<VerifyMapping>,
}

/// How the read is made that shows that the effect is gone.
#[derive(Debug)]
pub(super) struct VerifyMapping {
    pub(super) tool: ToolName,
    pub(super) with: Vec<(String, Source)>,
    pub(super) expect: Vec<Expected>,
}

/// What is recorded of an effect.
#[derive(Clone, Copy)]
struct Recorded<'a> {
    params: &'a Value,
    result: &'a Value,
}

impl<'a> Recorded<'a> {
    fn find(self, source: &Source) -> Option<&'a Value> {
        match source {
            Source::Params(pointer) => pointer.find(self.params),
            Source::Result(pointer) => pointer.find(self.result),
            Source::Item(..) => None,
        }
    }

    fn map(self, with: &[(String, Source)]) -> Option<Value> {
        let found =
            with.iter().map(|(parameter, source)| Some((parameter.clone(), self.find(source)?.clone())));
        Some(Value::Object(found.collect::<Option<Map<String, Value>>>()?))
    }

    /// An amount that is none is not summed up.
    fn amount(self, returns: &Returns) -> Option<Money> {
        let amount = decimal(self.find(&returns.amount)?)?;
        let micros = amount.checked_mul(Decimal::from(returns.unit.as_micros()))?;
        micros.trunc().to_u64().map(Money::from_micros)
    }
}

impl Tool {
    /// What of its result the call that compensates it is made of.
    pub(crate) fn undone_by<'a>(&'a self, result: &'a Value) -> impl Iterator<Item = &'a Value> {
        let with = self.undo.iter().flat_map(|undo| &undo.with);
        with.filter_map(|(_, source)| match source {
            Source::Result(pointer) => pointer.find(result),
            Source::Params(_) | Source::Item(..) => None,
        })
    }
}

impl CompiledContract {
    /// The call that compensates a succeeded effect; `None` when there is none, or when parameters and result
    /// do not hold what it, or the read after it, needs.
    pub fn undo_call(
        &self,
        tool: &ToolName,
        params: &Value,
        result: &Value,
        settled_at: Timestamp,
    ) -> Option<UndoCall> {
        let mapping = self.tools.get(tool)?.undo.as_ref()?;
        let recorded = Recorded { params, result };
        let verify = match &mapping.verify {
            None => None,
            Some(verify) => Some(Box::new(Verify {
                tool: verify.tool.clone(),
                params: self.call(&verify.tool, &recorded.map(&verify.with)?)?,
                expect: verify.expect.clone(),
            })),
        };
        Some(UndoCall {
            tool: mapping.tool.clone(),
            params: self.call(&mapping.tool, &recorded.map(&mapping.with)?)?,
            until: settled_at.plus_ms(mapping.within_ms),
            returns: mapping.returns.as_ref().and_then(|returns| recorded.amount(returns)),
            verify,
        })
    }

    /// Parameters that a tool accepts.
    fn call(&self, tool: &ToolName, params: &Value) -> Option<CanonicalJson> {
        let accepted = self.tools.get(tool)?.schema.accepts(params);
        CanonicalJson::from_value(params).ok().filter(|_| accepted)
    }

    /// True when a result is needed to undo what the tool does.
    pub fn undo_needs_result(&self, tool: &ToolName) -> bool {
        let mapping = self.tools.get(tool).and_then(|tool| tool.undo.as_ref());
        let of_result =
            |with: &[(String, Source)]| with.iter().any(|(_, source)| matches!(source, Source::Result(_)));
        mapping.is_some_and(|undo| {
            of_result(&undo.with) || undo.verify.as_ref().is_some_and(|verify| of_result(&verify.with))
        })
    }
}
