//! Just enough of the ELF header to tell what processor a binary is for.

/// Processor of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// AArch64 (`EM_AARCH64`, 183).
    Aarch64,
    /// x86-64 (`EM_X86_64`, 62).
    X86_64,
    /// Something else, by its ELF number.
    Other(u16),
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aarch64 => f.write_str("arm64 (AArch64)"),
            Self::X86_64 => f.write_str("x86_64"),
            Self::Other(number) => write!(f, "ELF machine {number}"),
        }
    }
}

/// Processor of a 64-bit little-endian ELF file, by its first 20 bytes (System V ABI, ELF header).
pub fn machine(head: &[u8]) -> Option<Machine> {
    let [0x7f, b'E', b'L', b'F', 2, 1, ..] = head else { return None };
    let number = u16::from_le_bytes([*head.get(18)?, *head.get(19)?]);
    Some(match number {
        183 => Machine::Aarch64,
        62 => Machine::X86_64,
        other => Machine::Other(other),
    })
}
