//! The domains of the business, and what their files say, from the journals' fold.

use remit_core::{allowance::Allowance, practice::Cadence, terms::Rate, throttle::Throttle, window::Per};
use remit_proto::v1 as pb;

use crate::plane::{Plane, Ward};

pub(super) fn list(plane: &Plane) -> Vec<pb::Domain> {
    plane.business().map(|ward| row(plane, ward)).collect()
}

fn row(plane: &Plane, ward: &Ward) -> pb::Domain {
    ward.view.read(|inner| {
        let state = &inner.state;
        pb::Domain {
            name: state.domain.to_string(),
            configured: state.settings.is_some(),
            currency: state.settings.as_ref().map(|it| it.currency.clone()).unwrap_or_default(),
            reviewed: state.wants_review(),
            approvals: state.wants_approvals(),
            services: state.services.keys().map(ToString::to_string).collect(),
            cost: state.settings.as_ref().and_then(|it| cost(&it.allowance)),
            throttle: state.settings.as_ref().and_then(|it| throttle(&it.throttle)),
            practice: state.settings.as_ref().and_then(|it| it.practice).map(practice),
            file: plane.domains.text(&state.domain).unwrap_or_default().to_owned(),
        }
    })
}

fn cost(allowance: &Allowance) -> Option<pb::DomainCost> {
    let spend = |per| allowance.spend.get(&per).map(|most| most.as_micros());
    let calls = |per| allowance.calls.get(&per).copied();
    (!allowance.is_empty()).then(|| pb::DomainCost {
        spend_hour_micros: spend(Per::Hour),
        spend_day_micros: spend(Per::Day),
        calls_hour: calls(Per::Hour),
        calls_day: calls(Per::Day),
    })
}

const fn practice(cadence: Cadence) -> pb::DomainPractice {
    let Cadence { one_in, most_waiting, longest_wait_ms } = cadence;
    pb::DomainPractice { one_in, most_waiting, longest_wait_ms }
}

fn throttle(throttle: &Throttle) -> Option<pb::DomainThrottle> {
    let said = |rate: Option<Rate>| rate.map(|rate| rate.to_string()).unwrap_or_default();
    (!throttle.is_empty()).then(|| pb::DomainThrottle {
        identity: said(throttle.identity),
        service: said(throttle.service),
        domain: said(throttle.domain),
    })
}
