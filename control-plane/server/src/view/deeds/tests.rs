//! What people did stays at hand beyond the records around it, and says what it was about though that is gone.

use remit_core::{
    Event, Level, SwitchId, Timestamp,
    switch::{Scope, Switch},
};
use uuid::Uuid;

use super::RECENT_DEEDS;
use crate::view::sample::{activated, decided, started, view};

fn stop() -> Event {
    let at = Timestamp::from_micros(1);
    let id = SwitchId::new(Uuid::from_u128(5));
    let switch = Switch::new(id, Scope::Service("refunds".into()), Level::None, at);
    Event::SwitchSet(Switch { by: "olga".to_owned(), reason: "too many".to_owned(), ..switch })
}

fn lifted() -> Event {
    Event::SwitchReleased {
        switch: SwitchId::new(Uuid::from_u128(5)),
        by: "maya".to_owned(),
        reason: "all is well".to_owned(),
        requested_by: None,
    }
}

#[test]
fn a_lifted_switch_is_still_told_by_its_scope_and_calls_of_services_are_no_deeds() {
    let (view, _) = view(vec![activated(), started(), decided(2, "{}", false), stop(), lifted()]);
    view.read(|inner| {
        let told: Vec<_> = inner.deeds.iter().map(|deed| (deed.record.seq, deed.about.as_str())).collect();
        assert_eq!(told, [(1, "refunds 1.0.0"), (4, "service:refunds"), (5, "service:refunds")]);
        assert_eq!(inner.older_deeds, 0);
    });
}

#[test]
fn the_oldest_are_let_go_and_counted() {
    let events = std::iter::once(activated()).chain((0..RECENT_DEEDS).map(|_| stop())).collect();
    let (view, _) = view(events);
    view.read(|inner| {
        assert_eq!((inner.deeds.len(), inner.older_deeds), (RECENT_DEEDS, 1));
        assert_eq!(inner.deeds.front().map(|deed| deed.record.seq), Some(2));
    });
}
