//! Generates the message types of `engine::wire` from the schemas in `proto/`, without needing `protoc`.

use std::error::Error;

const PROTO_DIR: &str = "src/engine/wire/proto";
const FILES: [&str; 4] = [
    "accesshub.proto",
    "initconfig.proto",
    "liveroom.proto",
    "switch.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO_DIR}");
    let descriptors = protox::compile(FILES, [PROTO_DIR])?;
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
