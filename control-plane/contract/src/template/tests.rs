//! Templates: braces are parameters, everything else is text.

use super::Template;

#[test]
fn parameters_are_found() {
    let names = |text: &str| {
        Template::parse(text).map(|template| template.parameters().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(names("refund:{a}:{b}"), Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(names("plain"), Some(vec![]));
    for malformed in ["{", "}", "{a", "a}", "{}", "{{a}}", "{a}}", "x}{a}"] {
        assert_eq!(names(malformed), None, "{malformed}");
    }
}

#[test]
fn different_parameters_never_give_the_same_text() {
    let template = Template::parse("{a}:{b}").unwrap();
    let fill = |a: &str, b: &str| template.fill(&serde_json::json!({ "a": a, "b": b })).unwrap();
    assert_ne!(fill("x:y", "z"), fill("x", "y:z"));
    assert_ne!(fill("x%3A", "y"), fill("x:", "y"));
}
