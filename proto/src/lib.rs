//! The wire: what `.proto` files say, as Rust, and their descriptor set.

/// Package `remit.v1`.
pub mod v1 {
    tonic::include_proto!("remit.v1");
}

/// The encoded `FileDescriptorSet`, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
