//! What is read of `Retry-After`, and what is not believed.

use reqwest::header::HeaderValue;

use super::*;

#[test]
fn seconds_or_a_date_within_bounds() {
    let now =
        Timestamp::from_micros("2026-11-26T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
    let table = [
        ("0", Some(0)),
        (" 7 ", Some(7)),
        ("Thu, 26 Nov 2026 08:00:05 GMT", Some(5)),
        ("Thu, 26 Nov 2026 07:59:05 GMT", Some(0)),
        ("601", Some(600)),
        ("99999999999999999999999999", Some(600)),
        ("Fri, 26 Nov 2027 08:00:05 GMT", Some(600)),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ];
    for (text, seconds) in table {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
        assert_eq!(asked(&headers, now), seconds.map(Duration::from_secs), "{text}");
    }
    assert_eq!(asked(&HeaderMap::new(), now), None);
}
