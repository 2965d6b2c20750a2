//! Generates the message types and an embedded schema (for decoding frames to JSON) without a protoc binary.

use std::{env, fs, path::PathBuf};

use prost_reflect::prost::Message as _;

const SCHEMAS: [&str; 4] = ["accesshub.proto", "initconfig.proto", "switch.proto", "liveroom.proto"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let set = protox::compile(SCHEMAS, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("schema.bin"), set.encode_to_vec())?;
    prost_build::Config::new().compile_fds(set)?;
    Ok(())
}
