//! Compiles the `.proto` files without `protoc` and keeps their descriptor set for reflection.
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let files = [
        "remit/v1/types.proto",
        "remit/v1/runtime.proto",
        "remit/v1/operator.proto",
        "remit/v1/control.proto",
    ];
    for file in files {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::Compiler::new(["."])?
        .include_source_info(true)
        .include_imports(true)
        .open_files(files)?
        .file_descriptor_set();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), prost::Message::encode_to_vec(&descriptors))?;
    // Much larger than the other things that a person must see.
    tonic_prost_build::configure()
        .boxed(".remit.v1.DecisionUpdate.what.rollback")
        // Nearly no question has it.
        .boxed(".remit.v1.Escalation.practice")
        .compile_fds(descriptors)?;
    Ok(())
}
