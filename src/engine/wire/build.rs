//! Writes the message types of `engine::wire` from the schemas in `proto/`: for each message one type to read, which is a view
//! of the bytes, and one to write, which is a struct; both over `engine::wire::pb`.
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

#[derive(Default)]
struct Code {
    read: String,
    write: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO_DIR}");
    let pool = DescriptorPool::from_file_descriptor_set(protox::compile(FILES, [PROTO_DIR])?)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    for file in pool.files() {
        let mut code = Code::default();
        for message in file.messages() {
            write_message(&mut code, &message)?;
        }
        let Code { read, write } = code;
        let text = format!("{read}/// To send.\npub mod write {{\nuse super::pb;\n{write}}}\n");
        std::fs::write(out.join(format!("{}.rs", file.package_name())), text)?;
    }
    Ok(())
}

/// A message to read, and in the module `write` one to write.
fn write_message(code: &mut Code, message: &MessageDescriptor) -> Result<(), Box<dyn Error>> {
    let name = message.name();
    let fields = message.fields().collect::<Vec<_>>();
    let mut schema = Schema::default();
    let [mut readers, mut declarations, mut copies, mut writers] = [const { String::new() }; 4];
    for field in &fields {
        schema.add(field)?;
        write_field(
            field,
            [&mut readers, &mut declarations, &mut copies, &mut writers],
        )?;
    }
    let Schema {
        numbers,
        slices,
        messages,
    } = schema;
    writeln!(
        code.read,
        "#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct {name}<'a>(pb::Fields<'a>);
impl<'a> pb::Message<'a> for {name}<'a> {{
    const SCHEMA: &'static pb::Schema = &pb::Schema {{ numbers: {numbers}, slices: {slices}, messages: &[{messages}] }};
    fn new(fields: pb::Fields<'a>) -> Self {{ Self(fields) }}
    fn fields(self) -> pb::Fields<'a> {{ self.0 }}
}}
impl<'a> {name}<'a> {{
{readers}}}"
    )?;
    let lifetime = lifetime(message);
    let bound = if lifetime.is_empty() { "" } else { "<'_>" };
    writeln!(
        code.write,
        "#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct {name}{lifetime} {{
{declarations}}}
impl<'a> From<super::{name}<'a>> for {name}{lifetime} {{
    #[allow(unused_variables)]
    fn from(message: super::{name}<'a>) -> Self {{ Self {{ {copies}}} }}
}}
impl pb::Encode for {name}{bound} {{
    #[allow(unused_variables)]
    #[inline(always)]
    fn write(&self, to: &mut pb::Writer) {{
{writers}    }}
}}"
    )?;
    Ok(())
}

/// How a field is read; how it is declared, copied from the message to read, and written.
fn write_field(field: &FieldDescriptor, to: [&mut String; 4]) -> Result<(), Box<dyn Error>> {
    let [readers, declarations, copies, writers] = to;
    let (number, name, accessor) = (field.number(), field.name(), accessor(field)?);
    let (plain, read, write) = match field.kind() {
        Kind::Message(message) => (
            String::new(),
            path(field, &message, ""),
            path(field, &message, "write::"),
        ),
        _ => {
            let plain = if accessor == "bytes" {
                "&'a [u8]"
            } else {
                accessor
            };
            (plain.to_owned(), plain.to_owned(), plain.to_owned())
        }
    };
    match shape(field) {
        Shape::Plain => {
            writeln!(
                readers,
                "    pub fn {name}(self) -> {plain} {{ self.0.{accessor}({number}) }}"
            )?;
            if field.kind() == Kind::String {
                writeln!(
                    readers,
                    "    pub fn {name}_text(self) -> super::String {{ self.0.text({number}) }}
    pub fn {name}_shared(self) -> super::Shared {{ self.0.shared({number}) }}"
                )?;
            }
            writeln!(declarations, "    pub {name}: {plain},")?;
            write!(copies, "{name}: message.{name}(), ")?;
            writeln!(
                writers,
                "        to.plain_{accessor}({number}, self.{name});"
            )?;
        }
        Shape::Optional => {
            let (value, copy) = if plain.is_empty() {
                ("&self", ".map(Into::into)")
            } else {
                ("self", "")
            };
            writeln!(
                readers,
                "    pub fn {name}(self) -> Option<{read}> {{ self.0.optional_{accessor}({number}) }}"
            )?;
            writeln!(declarations, "    pub {name}: Option<{write}>,")?;
            write!(copies, "{name}: message.{name}(){copy}, ")?;
            writeln!(
                writers,
                "        if let Some(value) = {value}.{name} {{ to.{accessor}({number}, value); }}"
            )?;
        }
        Shape::Repeated => {
            writeln!(
                readers,
                "    pub fn {name}(self) -> pb::Messages<'a, {read}> {{ self.0.messages({number}) }}"
            )?;
            writeln!(declarations, "    pub {name}: pb::List<{write}, {number}>,")?;
            write!(
                copies,
                "{name}: message.{name}().map(Into::into).collect(), "
            )?;
            writeln!(writers, "        to.list(&self.{name});")?;
        }
    }
    Ok(())
}

/// What the schema says of the fields; `pb::Schema` explains it.
#[derive(Default)]
struct Schema {
    numbers: u32,
    slices: u32,
    messages: String,
}

impl Schema {
    fn add(&mut self, field: &FieldDescriptor) -> Result<(), Box<dyn Error>> {
        let number = field.number();
        let bit = 1_u32
            .checked_shl(number)
            .ok_or_else(|| format!("{}: numbers end at 31", field.full_name()))?;
        match field.kind() {
            Kind::String | Kind::Bytes => self.slices |= bit,
            Kind::Message(message) => {
                self.slices |= bit;
                let message = path(field, &message, "");
                write!(
                    self.messages,
                    "({number}, <{message} as pb::Message>::SCHEMA), "
                )?;
            }
            _ => self.numbers |= bit,
        }
        Ok(())
    }
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

/// Where the message of a field is found from the module of the message that has it.
fn path(field: &FieldDescriptor, message: &MessageDescriptor, module: &str) -> String {
    let (package, name) = (message.package_name(), message.name());
    let own = package == field.parent_message().package_name();
    let lifetime = if module.is_empty() {
        "<'a>"
    } else {
        lifetime(message)
    };
    match (own, module) {
        (true, _) => format!("{name}{lifetime}"),
        (false, "") => format!("super::{package}::{name}{lifetime}"),
        (false, module) => format!("super::super::{package}::{module}{name}{lifetime}"),
    }
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
