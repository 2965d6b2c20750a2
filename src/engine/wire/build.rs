//! Writes the message types of `engine::wire` from the schemas in `proto/`: a struct for each message, and how its fields are
//! read and written with `engine::wire::pb`.
//!
//! A generator of our own because every kilobyte of the module counts: the code that `prost-build` makes of the same schemas
//! is three times as large once compiled. The schemas are parsed by `protox`, so that no `protoc` is needed.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use protox::prost_reflect::{
    Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor,
};

const PROTO_DIR: &str = "src/engine/wire/proto";
const FILES: [&str; 5] = [
    "accesshub.proto",
    "common.proto",
    "initconfig.proto",
    "liveroom.proto",
    "switch.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO_DIR}");
    let pool = DescriptorPool::from_file_descriptor_set(protox::compile(FILES, [PROTO_DIR])?)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for file in pool.files() {
        let mut code = String::new();
        for message in file.messages() {
            write_message(&mut code, &message)?;
        }
        std::fs::write(out.join(format!("{}.rs", file.package_name())), code)?;
    }
    Ok(())
}

fn write_message(code: &mut String, message: &MessageDescriptor) -> Result<(), Box<dyn Error>> {
    let (name, fields) = (message.name(), message.fields().collect::<Vec<_>>());
    let allow = "#[allow(unused_variables)]";
    writeln!(
        code,
        "#[derive(Debug, Clone, Default, PartialEq, Eq)]\npub struct {name}{} {{",
        lifetime(message)
    )?;
    for field in &fields {
        writeln!(code, "    pub {}: {},", field.name(), field_type(field)?)?;
    }
    writeln!(
        code,
        "}}\nimpl<'a> pb::Decode<'a> for {name}{} {{\n    {allow}",
        lifetime(message)
    )?;
    writeln!(
        code,
        "    fn field(&mut self, number: u32, value: &mut pb::Value<'a>) {{\n        match number {{"
    )?;
    for field in &fields {
        let method = match (accessor(field)?, shape(field)) {
            (accessor, Shape::Plain) => accessor.to_owned(),
            ("message", Shape::Optional) => "message".to_owned(),
            (accessor, Shape::Optional) => format!("optional_{accessor}"),
            (_, Shape::Repeated) => "push".to_owned(),
        };
        writeln!(
            code,
            "            {} => value.{method}(&mut self.{}),",
            field.number(),
            field.name()
        )?;
    }
    writeln!(code, "            _ => {{}}\n        }}\n    }}\n}}")?;
    writeln!(
        code,
        "impl pb::Encode for {name}{} {{\n    {allow}\n    fn write(&self, to: &mut pb::Writer) {{",
        if lifetime(message).is_empty() {
            ""
        } else {
            "<'_>"
        }
    )?;
    for field in &fields {
        let (number, source) = (field.number(), field.name());
        let accessor = accessor(field)?;
        match shape(field) {
            Shape::Plain => writeln!(
                code,
                "        to.plain_{accessor}({number}, self.{source});"
            )?,
            Shape::Optional if is_copy(field) => {
                writeln!(
                    code,
                    "        if let Some(value) = self.{source} {{ to.{accessor}({number}, value); }}"
                )?;
            }
            Shape::Optional => writeln!(
                code,
                "        if let Some(value) = &self.{source} {{ to.{accessor}({number}, value); }}"
            )?,
            Shape::Repeated => writeln!(
                code,
                "        for item in &self.{source} {{ to.{accessor}({number}, item); }}"
            )?,
        }
    }
    writeln!(code, "    }}\n}}")?;
    Ok(())
}

enum Shape {
    /// Left out when it is the default.
    Plain,
    /// Present or not.
    Optional,
    Repeated,
}

fn shape(field: &FieldDescriptor) -> Shape {
    if field.cardinality() == Cardinality::Repeated {
        Shape::Repeated
    } else if field.supports_presence() {
        Shape::Optional
    } else {
        Shape::Plain
    }
}

fn field_type(field: &FieldDescriptor) -> Result<String, Box<dyn Error>> {
    let one = match field.kind() {
        Kind::Bool => "bool".into(),
        Kind::Uint32 => "u32".into(),
        Kind::Uint64 => "u64".into(),
        Kind::Int32 => "i32".into(),
        Kind::Int64 => "i64".into(),
        Kind::String | Kind::Bytes => "&'a [u8]".into(),
        Kind::Message(message)
            if message.package_name() == field.parent_message().package_name() =>
        {
            format!("{}{}", message.name(), lifetime(&message))
        }
        Kind::Message(message) => format!(
            "super::{}::{}{}",
            message.package_name(),
            message.name(),
            lifetime(&message)
        ),
        other => {
            return Err(format!(
                "{}: {other:?} is not used by the protocol",
                field.full_name()
            )
            .into());
        }
    };
    Ok(match shape(field) {
        Shape::Plain => one,
        Shape::Optional => format!("Option<{one}>"),
        Shape::Repeated => format!("Vec<{one}>"),
    })
}

/// Name of the kind of field in the methods that read and write it.
fn accessor(field: &FieldDescriptor) -> Result<&'static str, Box<dyn Error>> {
    Ok(match field.kind() {
        Kind::Bool => "bool",
        Kind::Uint32 => "u32",
        Kind::Uint64 => "u64",
        Kind::Int32 => "i32",
        Kind::Int64 => "i64",
        Kind::String | Kind::Bytes => "bytes",
        Kind::Message(_) => "message",
        other => {
            return Err(format!(
                "{}: {other:?} is not used by the protocol",
                field.full_name()
            )
            .into());
        }
    })
}

/// Messages borrow texts and bytes from what they were read from, or made of.
fn lifetime(message: &MessageDescriptor) -> &'static str {
    let borrows = message.fields().any(|field| match field.kind() {
        Kind::String | Kind::Bytes => true,
        Kind::Message(message) => !lifetime(&message).is_empty(),
        _ => false,
    });
    if borrows { "<'a>" } else { "" }
}

fn is_copy(field: &FieldDescriptor) -> bool {
    !matches!(field.kind(), Kind::Message(_))
}
