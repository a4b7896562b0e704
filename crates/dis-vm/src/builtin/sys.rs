//! `$Sys`: its table, printing, time, procs. Sections 2 of Inferno's manual, sys-*; `module/sys.m`.

use super::sys_dir::*;
use super::sys_files::*;
use super::sys_net::*;
use super::sys_space::*;
use super::sys_text::*;
use super::{Builtin, function};
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, TypeId, types};

/// The module.
pub(super) static SYS: Builtin = Builtin {
    name: "$Sys",
    functions: &[
        function("announce", 0x0b7c_4ac0, "p", announce),
        function("aprint", 0x7744_2d46, "p*", aprint),
        function("bind", 0x6632_6d91, "ppw", bind),
        function("byte2char", 0x3d60_94f9, "pw", byte2char),
        function("char2byte", 0x2ba5_ab41, "wpw", char2byte),
        function("chdir", 0xc693_5858, "p", chdir),
        function("create", 0x54db_77d9, "pww", create),
        function("dial", 0x29e9_0174, "pp", dial),
        function("dirread", 0x7221_0d71, "p", dirread),
        function("dup", 0x6584_767b, "ww", dup),
        function("export", 0x6fc6_dc03, "ppw", export),
        function("fauth", 0x20cc_c34b, "pp", fauth),
        function("fd2path", 0x749c_6042, "p", fd2path),
        function("file2chan", 0x9f34_d686, "pp", file2chan),
        function("fildes", 0x1478_f993, "w", fildes),
        function("fprint", 0xf464_86c8, "pp*", fprint),
        function("fstat", 0xda44_99c2, "p", fstat),
        function("fversion", 0xfe9c_0a06, "pwp", fversion),
        function("fwstat", 0x50a6_c7e0, "p|ppppbwwwwwbww", fwstat),
        function("iounit", 0x5583_b730, "p", iounit),
        function("listen", 0xb974_16e0, "ppp", listen),
        function("millisec", 0x6169_77e8, "", millisec),
        function("mount", 0x74c1_7b3a, "pppwp", mount),
        function("open", 0x8f47_7f99, "pw", open),
        function("pctl", 0x05df_27fb, "wp", pctl),
        function("pipe", 0x1f2c_52ea, "p", pipe),
        function("pread", 0x09d8_aac6, "ppwb", pread),
        function("print", 0xac84_9033, "p*", print),
        function("pwrite", 0x09d8_aac6, "ppwb", pwrite),
        function("read", 0x7cfe_f557, "ppw", read),
        function("readn", 0x7cfe_f557, "ppw", readn),
        function("remove", 0xc693_5858, "p", remove),
        function("seek", 0xaecc_addb, "pbw", seek),
        function("sleep", 0xe67b_f126, "w", sleep),
        function("sprint", 0x4c06_24b6, "p*", sprint),
        function("stat", 0x3193_28dd, "p", stat),
        function("stream", 0xb9e8_f9ea, "ppw", stream),
        function("tokenize", 0x5733_8f20, "pp", tokenize),
        function("unmount", 0x21e3_37e3, "pp", unmount),
        function("utfbytes", 0x01d4_a1f4, "pw", utfbytes),
        function("werrstr", 0xc693_5858, "p", werrstr),
        function("write", 0x7cfe_f557, "ppw", write),
        function("wstat", 0x56b0_2096, "p|ppppbwwwwwbww", wstat),
    ],
};

fn formatted(vm: &mut Vm, fp: Addr, ty: TypeId, number: u32) -> Result<Vec<u8>, Trap> {
    let format = vm.reference_argument(fp, number, types::STRING)?;
    vm.format(format, fp, ty, (9 + number) * vm.word)
}

/// Writes to a descriptor what a format comes to.
fn put(vm: &mut Vm, fp: Addr, file: i32, text: &[u8]) -> Step {
    let result = vm.write_descriptor(file, text, None);
    vm.give_count(fp, result)
}

fn print(vm: &mut Vm, fp: Addr, ty: TypeId) -> Step {
    let text = formatted(vm, fp, ty, 0)?;
    put(vm, fp, 1, &text)
}

fn fprint(vm: &mut Vm, fp: Addr, ty: TypeId) -> Step {
    let file = vm.descriptor(fp, 0)?;
    let text = formatted(vm, fp, ty, 1)?;
    put(vm, fp, file, &text)
}

fn sprint(vm: &mut Vm, fp: Addr, ty: TypeId) -> Step {
    let text = formatted(vm, fp, ty, 0)?;
    let string = vm.heap.new_text(&text)?;
    vm.give_reference(fp, 0, string)
}

fn aprint(vm: &mut Vm, fp: Addr, ty: TypeId) -> Step {
    let text = formatted(vm, fp, ty, 0)?;
    let array = vm.heap.new_bytes(&text)?;
    vm.give_reference(fp, 0, array)
}

fn werrstr(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.cur.error = vm.text_argument(fp, 0)?;
    vm.give_word(fp, 0, 0)
}

fn millisec(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let passed = vm.started.elapsed().as_millis();
    vm.give_word(fp, 0, passed as i32)
}

fn sleep(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let period = vm.word_argument(fp, 0);
    vm.give_word(fp, 0, 0)?;
    if let Ok(period @ 1..) = u32::try_from(period) {
        vm.sleep(period);
    }
    Ok(())
}
