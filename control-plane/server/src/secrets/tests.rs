//! Where values come from, and what a missing or exposed one says.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn given() -> BTreeMap<String, String> {
    [("HOST".to_owned(), "127.0.0.1".to_owned()), ("PORT".to_owned(), "80".to_owned())].into()
}

#[test]
fn addresses() {
    let given = given();
    let secrets = Secrets { given: &given, data: Path::new("/nowhere") };
    let upstream = |url: &str| Upstream {
        url: url.to_owned(),
        auth: remit_contract::Auth::None,
        reach: Default::default(),
        speaks: None,
    };
    assert_eq!(secrets.address(&upstream("http://${HOST}:${PORT}/x/")).unwrap(), "http://127.0.0.1:80/x");
    let missing = secrets.address(&upstream("${REMIT_TEST_NOT_SET}")).unwrap_err().to_string();
    assert!(missing.contains("set the environment variable `REMIT_TEST_NOT_SET`"), "{missing}");
}

#[test]
fn secret_files_must_be_private() {
    let data = tempfile::tempdir().unwrap();
    let given = given();
    let secrets = Secrets { given: &given, data: data.path() };
    let missing = secrets.secret("TOKEN").unwrap_err().to_string();
    assert!(missing.contains("secrets/TOKEN"), "{missing}");
    let path = data.path().join("secrets/TOKEN");
    std::fs::create_dir(data.path().join("secrets")).unwrap();
    std::fs::write(&path, "s3cret\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(secrets.secret("TOKEN").unwrap_err().to_string().contains("chmod 600"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let secret = secrets.secret("TOKEN").unwrap();
    assert_eq!((secret.expose(), format!("{secret:?}").as_str()), ("s3cret", "…"));
}
