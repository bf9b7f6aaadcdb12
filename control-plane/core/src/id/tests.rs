//! Identifiers keep their prefix through text and back.

use super::*;

#[test]
fn text_round_trips_and_foreign_text_is_refused() {
    let id = ActionId::new(Uuid::from_u128(7));
    assert_eq!(id.to_string(), "act_00000000000000000000000000000007");
    assert_eq!(id.to_string().parse(), Ok(id));
    for bad in
        ["run_00000000000000000000000000000007", "act_7", "", "act_", "00000000000000000000000000000007"]
    {
        let refused = bad.parse::<ActionId>().unwrap_err().to_string();
        assert!(refused.contains("expected `act_` and 32"), "{refused}");
    }
}
