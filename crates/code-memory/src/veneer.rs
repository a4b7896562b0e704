//! Veneers: jumps to anywhere, placed within reach of branches that cannot go the whole way.

/// Bytes of one veneer; also its alignment.
pub(crate) const VENEER_LEN: usize = 16;

/// A jump to `target` that changes no register but ARM64's x16, which calls may clobber by the procedure call standard.
///
/// Only direct branches lead here, so no landing pad is needed; `br x16` is accepted by a `bti c` at the target.
pub(crate) fn veneer(target: usize) -> [u8; VENEER_LEN] {
    let mut bytes = [crate::arch::TRAP_BYTE; VENEER_LEN];
    let address = (target as u64).to_le_bytes();
    if cfg!(target_arch = "x86_64") {
        bytes[..6].copy_from_slice(&[0xff, 0x25, 0, 0, 0, 0]); // jmp [rip + 0]
        bytes[6..14].copy_from_slice(&address);
    } else {
        bytes[..4].copy_from_slice(&0x5800_0050_u32.to_le_bytes()); // ldr x16, .+8
        bytes[4..8].copy_from_slice(&0xd61f_0200_u32.to_le_bytes()); // br x16
        bytes[8..].copy_from_slice(&address);
    }
    bytes
}
