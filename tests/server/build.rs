//! Generates the message types and an embedded schema (for decoding frames to JSON) without a protoc binary.

use std::{env, fs, path::PathBuf};

use prost_build::Config;
use prost_reflect::prost::Message as _;
use protox::prost_reflect::prost_types::{
    DescriptorProto, FileDescriptorSet, field_descriptor_proto::Type,
};

const SCHEMAS: [&str; 4] = [
    "accesshub.proto",
    "initconfig.proto",
    "switch.proto",
    "liveroom.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let set = protox::compile(SCHEMAS, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("schema.bin"), set.encode_to_vec())?;
    let mut config = Config::new();
    write_zeros(&mut config, &set);
    config.compile_fds(set)?;
    Ok(())
}

/// Makes numbers in what the server sends appear on the wire even when they are zero.
///
/// The vendor's decoder loses the default values of an outermost message, and its client compares codes with zero strictly.
fn write_zeros(config: &mut Config, set: &FileDescriptorSet) {
    for file in &set.file {
        for message in file
            .message_type
            .iter()
            .filter(|message| !is_request(message.name()))
        {
            for field in number_fields(message) {
                let path = format!(".{}.{}.{field}", file.package(), message.name());
                config.field_attribute(path, "#[prost(required)]");
            }
        }
    }
}

fn is_request(message: &str) -> bool {
    message.contains("Req") && !message.starts_with("Push")
        || matches!(message, "AnchorInfo" | "Header" | "ToUser")
}

fn number_fields(message: &DescriptorProto) -> impl Iterator<Item = &str> {
    let other = [Type::Message, Type::Bytes, Type::String];
    message
        .field
        .iter()
        .filter(move |field| !other.contains(&field.r#type()))
        .map(|field| field.name())
}
