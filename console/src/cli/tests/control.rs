//! What `remit contract show` makes of a signature: it holds for everything that was stated, or for nothing.

use remit_core::{
    Digest, Timestamp,
    review::Review,
    version::{Occasion, Seal},
};
use remit_proto::v1::{self as pb, control_server::Control};
use tonic::{Request, Response};

use super::{
    plane::{Answer, Plane, Script, unused},
    verbs::run,
};
use crate::cli::{exit::Exit, kind::contract, signer::Signer};

#[tonic::async_trait]
impl Control for Plane {
    async fn get_contract(&self, _: Request<pb::GetContractRequest>) -> Answer<pb::ContractDetail> {
        let contract = self.0.contract.clone();
        Ok(Response::new(pb::ContractDetail { contract, ..pb::ContractDetail::default() }))
    }

    async fn propose_contract(&self, _: Request<pb::ProposeContractRequest>) -> Answer<pb::ContractVersion> {
        unused()
    }

    async fn approve_contract(&self, _: Request<pb::ApproveContractRequest>) -> Answer<pb::ContractVersion> {
        unused()
    }

    async fn activate_contract(&self, _: Request<pb::ActivateContractRequest>) -> Answer<pb::ContractMoved> {
        unused()
    }

    async fn revoke_contract(&self, _: Request<pb::RevokeContractRequest>) -> Answer<pb::ContractMoved> {
        unused()
    }

    async fn list_contracts(
        &self,
        _: Request<pb::ListContractsRequest>,
    ) -> Answer<pb::ListContractsResponse> {
        unused()
    }

    async fn review_contract(&self, _: Request<pb::ReviewContractRequest>) -> Answer<pb::ContractReview> {
        unused()
    }

    async fn register_key(&self, _: Request<pb::RegisterKeyRequest>) -> Answer<pb::Key> {
        unused()
    }
}

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

/// A version that `rita` has approved.
fn approved() -> pb::ContractVersion {
    let dir = tempfile::tempdir().unwrap();
    let signer = Signer::create(&dir.path().join("key")).unwrap();
    let seal = Seal {
        base: Some(digest("base")),
        shown: "scope: payout.create: limit without a person 200.00 → 500.00, widened\n".to_owned(),
        occasion: Some(Occasion { plane: digest("plane"), proposed_at: Timestamp::from_micros(7) }),
        review: Some(Review {
            since: Timestamp::from_micros(1),
            grave: 1,
            flips: digest("flips"),
            shown: "1 that were refused would be admitted, price 0.25 USD\n".to_owned(),
        }),
        key: signer.name(),
        signature: String::new(),
    };
    let mut row = pb::ContractVersion {
        digest: digest("version").to_string(),
        service: "refund-decision".to_owned(),
        domain: "payments".to_owned(),
        version: "1.1.0".to_owned(),
        status: "approved".to_owned(),
        control_plane: digest("plane").to_string(),
        proposed_by: "bob".to_owned(),
        proposed_at_us: 7,
        ..pb::ContractVersion::default()
    };
    let signature = signer.sign(contract::statement(&row, "rita", &seal).unwrap());
    let review = seal.review.unwrap();
    row.approval = Some(pb::Approval {
        by: "rita".to_owned(),
        at: None,
        base: seal.base.unwrap().to_string(),
        shown: seal.shown,
        key: seal.key.to_string(),
        public_key: signer.public(),
        signature,
        control_plane: row.control_plane.clone(),
        proposed_at_us: row.proposed_at_us,
        review: Some(pb::ContractReview {
            required: true,
            since_us: 1,
            grave: 1,
            flips: review.flips.to_string(),
            shown: review.shown,
            decided: 0,
        }),
    });
    row
}

async fn shows(contract: pb::ContractVersion) -> super::verbs::Ran {
    run(Script { contract: Some(contract), ..Script::default() }, "contract show 123456").await.0
}

#[tokio::test]
async fn a_signature_that_holds_says_what_was_reviewed() {
    let ran = shows(approved()).await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.whole());
    for part in ["rita, signed with key", "limit without a person", "1 flips", "1 that were refused"] {
        assert!(ran.out.contains(part), "`{part}` is not in {}", ran.out);
    }
}

/// An altered part of what the control plane says.
type Altered = (&'static str, fn(&mut pb::ContractVersion, &mut pb::Approval));

#[tokio::test]
async fn whatever_is_altered_breaks_the_signature() {
    let table: [Altered; 16] = [
        ("version", |row, _| row.digest = digest("other").to_string()),
        ("service", |row, _| row.service.push('s')),
        ("domain", |row, _| row.domain.push('s')),
        ("base", |row, approval| approval.base = row.digest.clone()),
        ("no base", |_, approval| approval.base.clear()),
        ("changes", |_, approval| approval.shown = "nothing changed in meaning\n".to_owned()),
        ("approver", |_, approval| approval.by = "ruth".to_owned()),
        ("another proposal", |row, _| row.proposed_at_us = 8),
        ("another proposal on both sides", |row, approval| {
            (row.proposed_at_us, approval.proposed_at_us) = (8, 8);
        }),
        ("another control plane", |row, _| row.control_plane = digest("elsewhere").to_string()),
        ("another control plane on both sides", |row, approval| {
            row.control_plane = digest("elsewhere").to_string();
            approval.control_plane.clone_from(&row.control_plane);
        }),
        ("the first form", |_, approval| (approval.control_plane, approval.review) = (String::new(), None)),
        ("no review", |_, approval| approval.review = None),
        ("flips", |_, approval| approval.review.as_mut().unwrap().flips = digest("none").to_string()),
        ("window", |_, approval| approval.review.as_mut().unwrap().since_us = 2),
        ("review", |_, approval| approval.review.as_mut().unwrap().shown.clear()),
    ];
    for (what, alter) in table {
        let mut row = approved();
        let mut approval = row.approval.take().unwrap();
        alter(&mut row, &mut approval);
        row.approval = Some(approval);
        let ran = shows(row).await;
        assert_eq!(ran.exit, Exit::No, "{what}: {}", ran.whole());
        assert!(ran.out.contains("NOT signed"), "{what}: {}", ran.out);
    }
}
