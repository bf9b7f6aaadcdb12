//! A service's token is for a principal, and perhaps for acting alone.

use std::iter::once;

use remit_core::Event;

use super::*;
use crate::{
    start::sample::{ACCESS, Place, REFUNDS, run},
    view::sample::{activated, view},
};

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

/// A run is one that is open and acts as the principal that the token is for; people have no such tokens.
#[tokio::test]
async fn only_a_services_token_only_acts_and_only_in_its_runs() {
    let place = Place::new();
    let running = place.folders(&[REFUNDS, ACCESS]).await.unwrap();
    let plane = running.plane();
    let open = run(plane, REFUNDS, "case-1").await.unwrap().to_string();
    let service = |name: &str| Some(Subject::Service(name.to_owned()));
    let ana = || Some(Subject::Operator("ana".to_owned()));
    let table = [
        (service(REFUNDS), true, "", Ok((true, ""))),
        (service(REFUNDS), false, "", Ok((false, ""))),
        (service(REFUNDS), false, &*open, Ok((true, &*open))),
        (service(REFUNDS), true, &*open, Ok((true, &*open))),
        (service(ACCESS), true, &*open, Err("acts as `refund-decision`, not as `access-grants`")),
        (service(REFUNDS), true, "case-1", Err("`case-1`")),
        (service(REFUNDS), true, "run_0193a5f2c1d87b3e9c40aa5e9b1c44d0", Err("there is no open run")),
        (ana(), true, "", Err("an operator's token does not act")),
        (ana(), false, &*open, Err("an operator's token does not act")),
        (ana(), false, "", Ok((false, ""))),
    ];
    for (subject, act_only, run, expect) in table {
        let what = format!("{subject:?} {act_only} {run}");
        let request = pb::CreateTokenRequest { subject, act_only, run: run.to_owned(), ..Default::default() };
        let root =
            Person { name: "root".to_owned(), groups: [remit_core::person::ADMIN_GROUP.into()].into() };
        match (create(plane.control().unwrap(), plane, root, request).await, expect) {
            (Ok(made), Ok(expect)) => {
                let token = made.token.unwrap();
                assert_eq!((token.act_only, &*token.run), expect, "{what}");
                assert!(list(plane.control().unwrap()).contains(&token), "{what}");
            }
            (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{what}: {error}"),
            (other, _) => panic!("{what}: {other:?}"),
        }
    }
    running.shutdown().await;
}
