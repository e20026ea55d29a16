//! What an ELF binary asks of the system that starts it: processor, loader, libraries, versions of these.

use std::collections::BTreeSet;

use object::elf;
use object::endian::Endianness;
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _};

/// Symbol versions that are read at most: a forged table can repeat its entries for ever.
const MAX_VERSIONS: usize = 100_000;

/// Processor of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// AArch64 (`EM_AARCH64`).
    Aarch64,
    /// x86-64 (`EM_X86_64`).
    X86_64,
    /// Something else, by its ELF number.
    Other(u16),
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aarch64 => f.write_str("arm64"),
            Self::X86_64 => f.write_str("x86_64"),
            Self::Other(number) => write!(f, "ELF machine {number}"),
        }
    }
}

/// A version that a binary wants of a library, such as `GLIBC_2.34` of `libc.so.6`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The library.
    pub library: String,
    /// The version's name.
    pub name: String,
    /// The loader starts the program without it too.
    pub weak: bool,
}

/// What is read of a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// Processor.
    pub machine: Machine,
    /// The loader (`PT_INTERP`); `None`: linked statically.
    pub interpreter: Option<String>,
    /// Libraries (`DT_NEEDED`), in order.
    pub needed: Vec<String>,
    /// Versions wanted of them.
    pub versions: BTreeSet<Version>,
    /// Without symbol table and debug information.
    pub stripped: bool,
}

/// Why a file is no binary that can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoBinary {
    /// It begins with `#!`; the line behind that.
    Script(String),
    /// Something else than a 64-bit little-endian ELF program: the kernel does not take it.
    Foreign,
    /// ELF, but its tables cannot be read.
    Damaged(String),
}

impl Binary {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`NoBinary`] with what it is instead.
    pub fn read(data: &[u8]) -> Result<Self, NoBinary> {
        if let Some(rest) = data.strip_prefix(b"#!") {
            let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let line = line.get(..line.len().min(120)).unwrap_or_default();
            return Err(NoBinary::Script(String::from_utf8_lossy(line).into_owned()));
        }
        // Class 2 is 64-bit, data 1 is little-endian (System V ABI, ELF header).
        if !data.starts_with(&[0x7f, b'E', b'L', b'F', 2, 1]) {
            return Err(NoBinary::Foreign);
        }
        parse(data).map_err(|damage| NoBinary::Damaged(damage.0))?.ok_or(NoBinary::Foreign)
    }

    /// The newest version of glibc that the loader would insist on, as `(2, 34)`.
    pub fn newest_glibc(&self) -> Option<(u32, u32)> {
        self.versions.iter().filter(|one| !one.weak).filter_map(|one| glibc(&one.name)).max()
    }
}

/// `GLIBC_2.3.4` as `(2, 3)`.
pub fn glibc(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix("GLIBC_")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// What cannot be read.
struct Damage(String);

impl From<object::read::Error> for Damage {
    fn from(error: object::read::Error) -> Self {
        Self(error.to_string())
    }
}

fn damage(why: &str) -> Damage {
    Damage(why.to_owned())
}

/// `None`: ELF, but no program.
fn parse(data: &[u8]) -> Result<Option<Binary>, Damage> {
    let header = elf::FileHeader64::<Endianness>::parse(data)?;
    let endian = header.endian()?;
    if !matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN) {
        return Ok(None);
    }
    let machine = match header.e_machine(endian) {
        elf::EM_AARCH64 => Machine::Aarch64,
        elf::EM_X86_64 => Machine::X86_64,
        other => Machine::Other(other.0),
    };
    let (mut interpreter, mut dynamic, mut loaded) = (None, false, false);
    for segment in header.program_headers(endian, data)? {
        if let Some(path) = segment.interpreter(endian, data)? {
            interpreter = Some(text(path));
        }
        dynamic |= segment.dynamic(endian, data)?.is_some_and(|entries| !entries.is_empty());
        if segment.p_type(endian) == elf::PT_LOAD {
            loaded = true;
            segment.data(endian, data).map_err(|()| damage("it is cut short"))?;
        }
    }
    if !loaded {
        return Ok(None);
    }
    let sections = header.sections(endian, data)?;
    let mut needed = Vec::new();
    let table = sections.dynamic_table(endian, data)?;
    if dynamic && table.is_empty() {
        return Err(damage("its section headers are gone, so its libraries cannot be read"));
    }
    for entry in table.iter().filter(|entry| entry.tag == elf::DT_NEEDED) {
        needed.push(text(table.string(entry)?));
    }
    let mut versions = BTreeSet::new();
    if let Some((needs, strings)) = sections.gnu_verneed(endian, data)? {
        let strings = sections.strings(endian, data, strings)?;
        let mut left = MAX_VERSIONS;
        for need in needs {
            let (need, names) = need?;
            let library = text(need.file(endian, strings)?);
            for name in names {
                let name = name?;
                versions.insert(Version {
                    library: library.clone(),
                    name: text(name.name(endian, strings)?),
                    weak: name.vna_flags.get(endian).contains(elf::VER_FLG_WEAK),
                });
                left = left.checked_sub(1).ok_or_else(|| damage("its list of versions has no end"))?;
            }
        }
    }
    let stripped = !sections.iter().any(|section| {
        section.sh_type(endian) == elf::SHT_SYMTAB
            || sections.section_name(endian, section).is_ok_and(|name| name.starts_with(b".debug_"))
    });
    Ok(Some(Binary { machine, interpreter, needed, versions, stripped }))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
