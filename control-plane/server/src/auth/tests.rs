//! Tokens: only the very one counts, and only until it is revoked.

use remit_core::{Event, Timestamp};

use super::*;

fn state_with(minted: &Minted) -> State {
    let mut state = State::new("remit-control".into());
    let event = Event::CredentialIssued {
        credential: minted.credential,
        holder: Holder::Service { name: "refund-decision".into(), reach: Reach::ActOnly },
        hash: minted.hash,
        by: "test".to_owned(),
    };
    state.apply(&event, Timestamp::from_micros(0));
    state
}

#[test]
fn tokens() {
    let minted = mint();
    let mut state = state_with(&minted);
    let header = format!("Bearer {}", minted.token);
    assert!(
        matches!(authenticate(&state, bearer(Some(&header))), Ok(Caller::Service(Principal { name, reach: Reach::ActOnly })) if name.as_str() == "refund-decision")
    );

    let other = mint();
    let mixed = format!("remit_{}_{}", minted.credential, other.token.rsplit_once('_').unwrap().1);
    for unknown in
        ["", "remit_", "remit_x_y", minted.token.strip_suffix(|_: char| true).unwrap(), &mixed, &other.token]
    {
        assert_eq!(authenticate(&state, Some(unknown)).unwrap_err(), Error::Unknown, "{unknown}");
    }
    assert_eq!(authenticate(&state, bearer(None)).unwrap_err(), Error::Missing);
    assert_eq!(authenticate(&state, bearer(Some("Basic abc"))).unwrap_err(), Error::Missing);

    let revoked = Event::CredentialRevoked { credential: minted.credential, by: "test".to_owned() };
    state.apply(&revoked, Timestamp::from_micros(1));
    assert_eq!(authenticate(&state, Some(&minted.token)).unwrap_err(), Error::Revoked);
}
