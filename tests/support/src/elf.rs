//! Small ELF programs that ask for whatever a test wants. None of them can run.

use object::Endianness;
use object::elf;
use object::write::elf::{FileHeader, ProgramHeader, Vernaux, Verneed, Writer};

/// What a program is to be.
#[derive(Debug, Clone)]
pub struct Program {
    /// ELF's number of the processor: 183 is AArch64, 62 is x86-64.
    pub machine: u16,
    /// The loader; `None`: linked statically.
    pub loader: Option<&'static str>,
    /// Libraries.
    pub needed: Vec<&'static str>,
    /// Versions: library, name, whether the program starts without it.
    pub versions: Vec<(&'static str, &'static str, bool)>,
    /// With a symbol table.
    pub symbols: bool,
}

/// Linked dynamically against glibc 2.34, for AArch64.
#[must_use]
pub fn aarch64() -> Program {
    Program {
        machine: 183,
        loader: Some("/lib/ld-linux-aarch64.so.1"),
        needed: vec!["libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-aarch64.so.1"],
        versions: vec![("libc.so.6", "GLIBC_2.17", false), ("libc.so.6", "GLIBC_2.34", false)],
        symbols: false,
    }
}

/// The same for x86-64.
#[must_use]
pub fn x86_64() -> Program {
    Program {
        machine: 62,
        loader: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: vec!["libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"],
        versions: vec![("libc.so.6", "GLIBC_2.2.5", false), ("libc.so.6", "GLIBC_2.34", false)],
        symbols: false,
    }
}

impl Program {
    /// Without loader and libraries.
    #[must_use]
    pub fn linked_statically(self) -> Self {
        Self { loader: None, needed: Vec::new(), versions: Vec::new(), ..self }
    }

    /// The file.
    ///
    /// # Panics
    /// When it has more parts than fit.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut buffer = Vec::new();
        let mut writer = Writer::new(Endianness::Little, true, &mut buffer);
        let dynamic = self.loader.is_some();
        let libraries: Vec<&str> = {
            let mut all: Vec<&str> = self.versions.iter().map(|one| one.0).collect();
            all.dedup();
            all
        };
        let needed: Vec<_> =
            self.needed.iter().map(|name| writer.add_dynamic_string(name.as_bytes())).collect();
        for text in self.versions.iter().flat_map(|one| [one.0, one.1]) {
            writer.add_dynamic_string(text.as_bytes());
        }

        writer.reserve_file_header();
        writer.reserve_program_headers(if dynamic { 3 } else { 1 });
        let loader = self.loader.map(|path| [path.as_bytes(), b"\0"].concat());
        let loader_at = loader.as_ref().map(|path| writer.reserve(path.len() as u64, 1));
        if dynamic {
            writer.require_dynstr();
            writer.reserve_dynstr_section_index();
            writer.reserve_dynamic_section_index();
        }
        if !libraries.is_empty() {
            writer.reserve_gnu_verneed_section_index();
        }
        if self.symbols {
            writer.reserve_symtab_section_index();
            writer.reserve_strtab_section_index();
            writer.reserve_null_symbol_index();
        }
        writer.reserve_shstrtab_section_index();
        if dynamic {
            writer.reserve_dynstr().unwrap();
        }
        let dynamic_entries = needed.len() + 1;
        let dynamic_at = if dynamic { writer.reserve_dynamic(dynamic_entries) } else { 0 };
        if !libraries.is_empty() {
            writer.reserve_gnu_verneed(u16::try_from(libraries.len()).unwrap(), self.versions.len());
        }
        if self.symbols {
            writer.reserve_symtab();
            writer.reserve_strtab().unwrap();
        }
        writer.reserve_shstrtab().unwrap();
        writer.reserve_section_headers();
        let length = writer.reserved_len();

        writer
            .write_file_header(&FileHeader {
                os_abi: elf::ELFOSABI_NONE,
                abi_version: 0,
                e_type: elf::ET_DYN,
                e_machine: elf::Machine(self.machine),
                e_entry: 0,
                e_flags: elf::FileFlags(0),
            })
            .unwrap();
        writer.write_align_program_headers();
        let mut segment = |kind, offset, size| {
            writer.write_program_header(&ProgramHeader {
                p_type: kind,
                p_flags: elf::PF_R | elf::PF_X,
                p_offset: offset,
                p_vaddr: offset,
                p_paddr: offset,
                p_filesz: size,
                p_memsz: size,
                p_align: 1,
            });
        };
        if let (Some(path), Some(at)) = (&loader, loader_at) {
            segment(elf::PT_INTERP, at, path.len() as u64);
        }
        segment(elf::PT_LOAD, 0, length);
        if dynamic {
            segment(elf::PT_DYNAMIC, dynamic_at, dynamic_entries as u64 * 16);
        }
        if let Some(path) = &loader {
            writer.write(path);
        }
        writer.write_dynstr();
        if dynamic {
            writer.write_align_dynamic();
            for id in needed {
                writer.write_dynamic_string(elf::DT_NEEDED, id).unwrap();
            }
            writer.write_dynamic(elf::DT_NULL, 0).unwrap();
        }
        if !libraries.is_empty() {
            writer.write_align_gnu_verneed();
            for library in &libraries {
                let names: Vec<_> = self.versions.iter().filter(|one| one.0 == *library).collect();
                let id = writer.get_dynamic_string(library.as_bytes());
                let file = writer.dynamic_string_offset(Some(id));
                let aux_count = u16::try_from(names.len()).unwrap();
                writer.write_gnu_verneed(&Verneed { version: 1, aux_count, file });
                for (index, (_, name, weak)) in names.into_iter().enumerate() {
                    let id = writer.get_dynamic_string(name.as_bytes());
                    let offset = writer.dynamic_string_offset(Some(id));
                    writer.write_gnu_vernaux(&Vernaux {
                        flags: if *weak { elf::VER_FLG_WEAK } else { elf::VersionFlags(0) },
                        index: elf::VersionIndex(u16::try_from(index).unwrap() + 2),
                        name: offset,
                        hash: elf::hash(name.as_bytes()),
                    });
                }
            }
        }
        if self.symbols {
            writer.write_null_symbol();
            writer.write_strtab();
        }
        writer.write_shstrtab();
        writer.write_null_section_header();
        writer.write_dynstr_section_header(0);
        writer.write_dynamic_section_header(dynamic_at);
        writer.write_gnu_verneed_section_header(0);
        if self.symbols {
            writer.write_symtab_section_header(1);
            writer.write_strtab_section_header();
        }
        writer.write_shstrtab_section_header();
        buffer
    }
}
