//! A service's token is for a principal.

use std::iter::once;

use remit_core::Event;

use super::*;
use crate::view::sample::{activated, view};

#[test]
fn only_a_principal_gets_a_token() {
    let Event::ContractActivated { mut terms, by } = activated() else { panic!() };
    terms.principal = "agent".to_owned();
    let (view, _) = view(vec![Event::ContractActivated { terms, by }]);
    assert!(principal(once(&view), "agent").is_ok());
    let refused = principal(once(&view), "refunds").unwrap_err();
    assert!(matches!(&refused, Error::Invalid(text) if text.contains("acts as `agent`")), "{refused}");
    assert!(matches!(principal(once(&view), "nobody"), Err(Error::NotFound(_))));
}

#[test]
fn a_service_may_be_its_own_principal() {
    let (view, _) = view(vec![activated()]);
    assert!(principal(once(&view), "refunds").is_ok());
}
