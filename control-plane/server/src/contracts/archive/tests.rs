//! Versions stay loadable after their folder has moved on, and an altered copy does not count.

use std::collections::BTreeSet;

use crate::contracts::Contracts;

#[test]
fn a_version_outlives_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, archive) = (dir.path().join("contract"), dir.path().join("archive"));
    std::fs::create_dir_all(&archive).unwrap();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/contracts/refund-decision");
    super::copy(demo.as_ref(), &folder).unwrap();
    let first = Contracts::load(std::slice::from_ref(&folder), &archive).unwrap();
    let yaml = std::fs::read_to_string(folder.join("contract.yaml")).unwrap();
    std::fs::write(folder.join("contract.yaml"), yaml.replace("version: 1.0.0", "version: 1.0.1")).unwrap();
    let second = Contracts::load(std::slice::from_ref(&folder), &archive).unwrap();

    let versions = |contracts: &Contracts| -> (BTreeSet<String>, BTreeSet<String>) {
        let name =
            |contract: &std::sync::Arc<remit_contract::CompiledContract>| contract.terms().version.clone();
        let configured: BTreeSet<String> = contracts.configured().iter().map(name).collect();
        let earlier = contracts.loaded().iter().map(name).filter(|name| !configured.contains(name)).collect();
        (configured, earlier)
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(versions(&first), (set(&["1.0.0"]), set(&[])));
    assert_eq!(versions(&second), (set(&["1.0.1"]), set(&["1.0.0"])));

    let kept = archive.join(first.configured().first().unwrap().terms().digest.to_string());
    std::fs::write(kept.join("policy.cedar"), "// altered").unwrap();
    assert_eq!(versions(&Contracts::load(&[folder], &archive).unwrap()), (set(&["1.0.1"]), set(&[])));
}
