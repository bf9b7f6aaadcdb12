//! The domains of the business, and what their files say, from the journals' fold.

use remit_proto::v1 as pb;

use crate::plane::{Plane, Ward};

pub(super) fn list(plane: &Plane) -> Vec<pb::Domain> {
    plane.business().map(row).collect()
}

fn row(ward: &Ward) -> pb::Domain {
    ward.view.read(|inner| {
        let state = &inner.state;
        pb::Domain {
            name: state.domain.to_string(),
            configured: state.settings.is_some(),
            currency: state.settings.as_ref().map(|it| it.currency.clone()).unwrap_or_default(),
            reviewed: state.wants_review(),
            approvals: state.wants_approvals(),
            services: state.services.keys().map(ToString::to_string).collect(),
        }
    })
}
