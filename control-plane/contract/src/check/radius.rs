//! How far actions may reach: the actions and parameters that rules name, and whether lowering holds anything back.

use remit_core::Level;
use serde_json::Value;

use super::{check_parameter, did_you_mean, first_segment, input_of};
use crate::{
    document::{Document, RadiusDocument, Scope},
    pointer::Pointer,
    problem::{Problems, Spot},
};

pub(super) fn check(document: &Document, scope: &Scope, problems: &Problems) {
    let entries = document.recovery.iter().filter_map(|recovery| recovery.blast_radius.as_ref());
    for entry in entries.flatten() {
        let Some(action) = &entry.action else {
            check_lowering(entry, scope.actions.values().filter_map(|level| level.value), problems);
            continue;
        };
        if scope.lacks(&action.value) {
            problems.note::<()>(
                action.place,
                format!("recovery.blast_radius names the unknown action `{}`", action.value),
                did_you_mean(
                    action.value.as_str(),
                    scope.actions.keys(),
                    "name an action of `scope.actions`, or `all`",
                ),
            );
        }
        check_lowering(entry, scope.actions.get(&action.value).and_then(|level| level.value), problems);
        let input = input_of(&document.tooling, &action.value);
        for Spot { value: (pointer, is_sum), place } in &entry.named {
            check_parameter(input, (&action.value, &first_segment(pointer.as_str())), *place, problems);
            let of = input.and_then(|input| declared(&input.text, pointer));
            if *is_sum && of.is_some_and(|of| of != "integer") {
                problems.note::<()>(
                    *place,
                    format!("`params:{}` is not declared as a whole number", pointer.as_str()),
                    "only whole numbers are summed: give the amount in its smallest unit, `type: integer`",
                );
            }
        }
    }
}

/// A ceiling at or above everything that the rule watches would hold nothing back.
fn check_lowering(entry: &RadiusDocument, levels: impl IntoIterator<Item = Level>, problems: &Problems) {
    let Some(lowers) = &entry.lowers else { return };
    let highest = levels.into_iter().max();
    if highest.is_some_and(|highest| highest <= lowers.value) {
        problems.note::<()>(
            lowers.place,
            format!("a ceiling of `{}` holds nothing back here", lowers.value),
            "choose a lower one, or `escalate`",
        );
    }
}

/// The type that a schema declares for what a pointer leads to; `None` where it does not say.
fn declared<'a>(schema: &'a Value, pointer: &Pointer) -> Option<&'a str> {
    let path = pointer.as_str().replace('/', "/properties/");
    schema.pointer(&path)?.get("type")?.as_str()
}
