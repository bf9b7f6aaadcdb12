//! A pointer that was taken apart points where the library says.

use serde_json::{Value, json};

use super::Pointer;

#[test]
fn it_points_where_the_library_does() {
    let value = json!({
        "a": { "b": [10, { "c": 1 }, [2, null]], "": 3, "0": 4 },
        "x/y": { "m~n": 5 }, "~1": 6, "none": null, "text": "ab"
    });
    for text in [
        "/a",
        "/a/b",
        "/a/b/0",
        "/a/b/00",
        "/a/b/+1",
        "/a/b/-",
        "/a/b/1/c",
        "/a/b/2/0",
        "/a/b/2/1",
        "/a/b/9",
        "/a/b/x",
        "/a/b/0~11",
        "/a/",
        "/a/0",
        "/",
        "/x~1y",
        "/x~1y/m~0n",
        "/~01",
        "/none",
        "/none/a",
        "/text",
        "/text/0",
        "/absent/b",
    ] {
        let found = Pointer::parse(text).unwrap();
        let library = value.pointer(text).filter(|found| !found.is_null());
        assert_eq!(found.find(&value), library, "{text}");
    }
    let names: Vec<String> = ["/x~1y/m~0n", "/~01"]
        .iter()
        .flat_map(|text| Pointer::parse(text).unwrap().segments().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(names, ["x/y", "m~n", "~1"]);
    assert_eq!(Pointer::to_key("m~n/o").find(&json!({ "m~n/o": 7 })), Some(&Value::from(7)));
}
