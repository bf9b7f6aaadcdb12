//! A scheduled ceiling lowers something.

use crate::{
    document::{Document, Recovery},
    problem::Problems,
};

pub(super) fn check(document: &Document, recovery: &Recovery, problems: &Problems) {
    let autonomy = document.identity.as_ref().map(|identity| identity.autonomy);
    for hours in recovery.schedule.iter().flatten() {
        let ceiling = hours.value.ceiling;
        if let Some(autonomy) = autonomy.filter(|autonomy| *autonomy <= ceiling) {
            problems.note::<()>(
                hours.place,
                format!(
                    "`recovery.schedule.{}` lowers nothing: `identity.autonomy` is {autonomy}",
                    hours.value.id
                ),
                "write a ceiling below it, or remove these hours",
            );
        }
    }
}
