//! What tokens cost, and what a call can use at most.

use super::*;

#[test]
fn tokens_cost_to_the_millionth_and_nothing_is_rounded_down() {
    let price = |input, output| TokenPrice {
        million_input: Money::from_micros(input),
        million_output: Money::from_micros(output),
    };
    let table = [
        (price(250_000, 2_000_000), (0, 0), 0),
        (price(250_000, 2_000_000), (1_000_000, 1_000_000), 2_250_000),
        (price(250_000, 2_000_000), (1, 0), 1),
        (price(250_000, 2_000_000), (4, 0), 1),
        (price(250_000, 2_000_000), (5, 0), 2),
        (price(250_000, 2_000_000), (1, 1), 3),
        (price(0, 0), (7, 7), 0),
        (price(u64::MAX, u64::MAX), (u64::MAX, u64::MAX), u64::MAX),
    ];
    for (price, (input, output), micros) in table {
        assert_eq!(price.of(input, output), Money::from_micros(micros), "{price:?} {input} {output}");
    }
}

#[test]
fn what_a_call_does_not_say_is_the_most_there_is() {
    let call = ModelCall {
        speaks: Speaks::OpenAi,
        allow: vec!["small".to_owned()],
        most_tokens: 10,
        price: TokenPrice { million_input: Money::from_micros(1), million_output: Money::from_micros(1) },
    };
    let most = |params: Value| call.most(&params).tokens;
    assert_eq!(most(json!({ "input_bytes": 100, "max_tokens": 10 })), 100 + 1_024 + 10);
    assert_eq!(most(json!({ "input_bytes": 100 })), u64::MAX);
    assert_eq!(most(json!({ "max_tokens": -1, "input_bytes": 1 })), u64::MAX);
    assert_eq!(call.objection(&json!({ "model": "small" })), None);
    let large = call.objection(&json!({ "model": "large" })).unwrap();
    assert_eq!(
        (large.reason, large.detail.as_str()),
        (Reason::ModelNotAllowed, "`large` is asked for, `small` may be")
    );
}
