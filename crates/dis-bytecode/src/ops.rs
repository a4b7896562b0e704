//! The opcode table of Dis: the only place where an opcode is declared.
//!
//! Columns: variant, name, what source, middle and destination operand are, effect, control flow. A row's place is its number in
//! files. Reader, writer, assembler, disassembler and verifier expand from it through [`for_each_op`](crate::for_each_op), as
//! interpreter and lowering do. The list is that of Inferno's `include/isa.h`; what each does is in "The Dis Virtual Machine
//! Specification", section "Instruction Set", and where that is silent (fixed point, exponents, `newz`, `self`) in the loader's practice.
//!
//! An operand is an access and a kind (see [`Access`](crate::Access) and [`Kind`](crate::Kind)): `No` is unused, `Default` reads the
//! destination when the instruction has no middle operand, `Maybe` may be left out.
//! Effects: `Pure` neither allocates nor fails by itself, `Fails` may raise an exception, `Allocates` may also run out of memory,
//! `Blocks` may also switch to another proc, `Calls` runs other code. Any access through a pointer may raise "dereference of nil".
//! Flow: `Next`, `Branch` (there or next), `Jump`, `Call`, `Table` (to an entry of a table in module data), `Stop`.

/// Calls `$m!` with the whole table.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            Nop "nop" (No None, No None, No None) Pure Next;
            Alt "alt" (Address Alt, No None, Write Word) Blocks Next; // blocks until a channel of the table is ready
            Nbalt "nbalt" (Address Alt, No None, Write Word) Fails Next; // the number of entries when none is
            Goto "goto" (Read Word, No None, Address Goto) Pure Table;
            Call "call" (Read Frame, No None, Read Pc) Calls Call;
            Frame "frame" (Read Type, No None, Write Frame) Allocates Next;
            Spawn "spawn" (Read Frame, No None, Read Pc) Allocates Next;
            Runt "runt" (No None, No None, No None) Pure Next;
            Load "load" (Read String, Read Import, Write Module) Calls Next; // nil when it cannot be loaded
            Mcall "mcall" (Read Frame, Read Link, Read Module) Calls Next;
            Mspawn "mspawn" (Read Frame, Read Link, Read Module) Allocates Next;
            Mframe "mframe" (Read Module, Read Link, Write Frame) Allocates Next;
            Ret "ret" (No None, No None, No None) Calls Stop;
            Jmp "jmp" (No None, No None, Read Pc) Pure Jump;
            Case "case" (Read Word, No None, Address Case) Pure Table;
            Exit "exit" (No None, No None, No None) Fails Stop;
            New "new" (Read Type, No None, Write Pointer) Allocates Next;
            Newa "newa" (Read Word, Read Type, Write Array) Allocates Next;
            Newcb "newcb" (No None, Maybe Word, Write Channel) Allocates Next; // the middle operand is the size of its buffer, none without one
            Newcw "newcw" (No None, Maybe Word, Write Channel) Allocates Next;
            Newcf "newcf" (No None, Maybe Word, Write Channel) Allocates Next;
            Newcp "newcp" (No None, Maybe Word, Write Channel) Allocates Next;
            Newcm "newcm" (Read Size, Maybe Word, Write Channel) Allocates Next;
            Newcmp "newcmp" (Read Type, Maybe Word, Write Channel) Allocates Next;
            Send "send" (Read Message, No None, Read Channel) Blocks Next;
            Recv "recv" (Read Channel, No None, Write Message) Blocks Next;
            Consb "consb" (Read Byte, No None, Update List) Allocates Next;
            Consw "consw" (Read Word, No None, Update List) Allocates Next;
            Consp "consp" (Read Pointer, No None, Update List) Allocates Next;
            Consf "consf" (Read Real, No None, Update List) Allocates Next;
            Consm "consm" (Read Memory, Read Size, Update List) Allocates Next;
            Consmp "consmp" (Read Record, Read Type, Update List) Allocates Next;
            Headb "headb" (Read List, No None, Write Byte) Fails Next;
            Headw "headw" (Read List, No None, Write Word) Fails Next;
            Headp "headp" (Read List, No None, Write Pointer) Fails Next;
            Headf "headf" (Read List, No None, Write Real) Fails Next;
            Headm "headm" (Read List, Read Size, Write Memory) Fails Next;
            Headmp "headmp" (Read List, Read Type, Write Record) Fails Next;
            Tail "tail" (Read List, No None, Write List) Fails Next;
            Lea "lea" (Address Any, No None, Write Address) Pure Next;
            Indx "indx" (Read Array, Write Address, Read Word) Fails Next; // the middle operand gets the address of element `dst`
            Movp "movp" (Read Pointer, No None, Write Pointer) Pure Next;
            Movm "movm" (Read Memory, Read Size, Write Memory) Pure Next;
            Movmp "movmp" (Read Record, Read Type, Write Record) Pure Next;
            Movb "movb" (Read Byte, No None, Write Byte) Pure Next;
            Movw "movw" (Read Word, No None, Write Word) Pure Next;
            Movf "movf" (Read Real, No None, Write Real) Pure Next;
            Cvtbw "cvtbw" (Read Byte, No None, Write Word) Pure Next;
            Cvtwb "cvtwb" (Read Word, No None, Write Byte) Pure Next;
            Cvtfw "cvtfw" (Read Real, No None, Write Word) Pure Next;
            Cvtwf "cvtwf" (Read Word, No None, Write Real) Pure Next;
            Cvtca "cvtca" (Read String, No None, Write Bytes) Allocates Next;
            Cvtac "cvtac" (Read Bytes, No None, Write String) Allocates Next;
            Cvtwc "cvtwc" (Read Word, No None, Write String) Allocates Next;
            Cvtcw "cvtcw" (Read String, No None, Write Word) Pure Next;
            Cvtfc "cvtfc" (Read Real, No None, Write String) Allocates Next;
            Cvtcf "cvtcf" (Read String, No None, Write Real) Pure Next;
            Addb "addb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Addw "addw" (Read Word, Default Word, Write Word) Pure Next;
            Addf "addf" (Read Real, Default Real, Write Real) Pure Next;
            Subb "subb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Subw "subw" (Read Word, Default Word, Write Word) Pure Next;
            Subf "subf" (Read Real, Default Real, Write Real) Pure Next;
            Mulb "mulb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Mulw "mulw" (Read Word, Default Word, Write Word) Pure Next;
            Mulf "mulf" (Read Real, Default Real, Write Real) Pure Next;
            Divb "divb" (Read Byte, Default Byte, Write Byte) Fails Next;
            Divw "divw" (Read Word, Default Word, Write Word) Fails Next;
            Divf "divf" (Read Real, Default Real, Write Real) Pure Next;
            Modw "modw" (Read Word, Default Word, Write Word) Fails Next;
            Modb "modb" (Read Byte, Default Byte, Write Byte) Fails Next;
            Andb "andb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Andw "andw" (Read Word, Default Word, Write Word) Pure Next;
            Orb "orb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Orw "orw" (Read Word, Default Word, Write Word) Pure Next;
            Xorb "xorb" (Read Byte, Default Byte, Write Byte) Pure Next;
            Xorw "xorw" (Read Word, Default Word, Write Word) Pure Next;
            Shlb "shlb" (Read Word, Default Byte, Write Byte) Pure Next;
            Shlw "shlw" (Read Word, Default Word, Write Word) Pure Next;
            Shrb "shrb" (Read Word, Default Byte, Write Byte) Pure Next;
            Shrw "shrw" (Read Word, Default Word, Write Word) Pure Next;
            Insc "insc" (Read Word, Read Word, Update String) Allocates Next;
            Indc "indc" (Read String, Read Word, Write Word) Fails Next;
            Addc "addc" (Read String, Default String, Write String) Allocates Next;
            Lenc "lenc" (Read String, No None, Write Word) Pure Next;
            Lena "lena" (Read Array, No None, Write Word) Pure Next;
            Lenl "lenl" (Read List, No None, Write Word) Pure Next;
            Beqb "beqb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Bneb "bneb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Bltb "bltb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Bleb "bleb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Bgtb "bgtb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Bgeb "bgeb" (Read Byte, Read Byte, Read Pc) Pure Branch;
            Beqw "beqw" (Read Word, Read Word, Read Pc) Pure Branch;
            Bnew "bnew" (Read Word, Read Word, Read Pc) Pure Branch;
            Bltw "bltw" (Read Word, Read Word, Read Pc) Pure Branch;
            Blew "blew" (Read Word, Read Word, Read Pc) Pure Branch;
            Bgtw "bgtw" (Read Word, Read Word, Read Pc) Pure Branch;
            Bgew "bgew" (Read Word, Read Word, Read Pc) Pure Branch;
            Beqf "beqf" (Read Real, Read Real, Read Pc) Pure Branch;
            Bnef "bnef" (Read Real, Read Real, Read Pc) Pure Branch;
            Bltf "bltf" (Read Real, Read Real, Read Pc) Pure Branch;
            Blef "blef" (Read Real, Read Real, Read Pc) Pure Branch;
            Bgtf "bgtf" (Read Real, Read Real, Read Pc) Pure Branch;
            Bgef "bgef" (Read Real, Read Real, Read Pc) Pure Branch;
            Beqc "beqc" (Read String, Read String, Read Pc) Pure Branch;
            Bnec "bnec" (Read String, Read String, Read Pc) Pure Branch;
            Bltc "bltc" (Read String, Read String, Read Pc) Pure Branch;
            Blec "blec" (Read String, Read String, Read Pc) Pure Branch;
            Bgtc "bgtc" (Read String, Read String, Read Pc) Pure Branch;
            Bgec "bgec" (Read String, Read String, Read Pc) Pure Branch;
            Slicea "slicea" (Read Word, Read Word, Update Array) Allocates Next;
            Slicela "slicela" (Read Array, Read Word, Read Array) Fails Next; // copies `src` into `dst` from element `mid` on
            Slicec "slicec" (Read Word, Read Word, Update String) Allocates Next;
            Indw "indw" (Read Array, Write Address, Read Word) Fails Next;
            Indf "indf" (Read Array, Write Address, Read Word) Fails Next;
            Indb "indb" (Read Array, Write Address, Read Word) Fails Next;
            Negf "negf" (Read Real, No None, Write Real) Pure Next;
            Movl "movl" (Read Big, No None, Write Big) Pure Next;
            Addl "addl" (Read Big, Default Big, Write Big) Pure Next;
            Subl "subl" (Read Big, Default Big, Write Big) Pure Next;
            Divl "divl" (Read Big, Default Big, Write Big) Fails Next;
            Modl "modl" (Read Big, Default Big, Write Big) Fails Next;
            Mull "mull" (Read Big, Default Big, Write Big) Pure Next;
            Andl "andl" (Read Big, Default Big, Write Big) Pure Next;
            Orl "orl" (Read Big, Default Big, Write Big) Pure Next;
            Xorl "xorl" (Read Big, Default Big, Write Big) Pure Next;
            Shll "shll" (Read Word, Default Big, Write Big) Pure Next;
            Shrl "shrl" (Read Word, Default Big, Write Big) Pure Next;
            Bnel "bnel" (Read Big, Read Big, Read Pc) Pure Branch;
            Bltl "bltl" (Read Big, Read Big, Read Pc) Pure Branch;
            Blel "blel" (Read Big, Read Big, Read Pc) Pure Branch;
            Bgtl "bgtl" (Read Big, Read Big, Read Pc) Pure Branch;
            Bgel "bgel" (Read Big, Read Big, Read Pc) Pure Branch;
            Beql "beql" (Read Big, Read Big, Read Pc) Pure Branch;
            Cvtlf "cvtlf" (Read Big, No None, Write Real) Pure Next;
            Cvtfl "cvtfl" (Read Real, No None, Write Big) Pure Next;
            Cvtlw "cvtlw" (Read Big, No None, Write Word) Pure Next;
            Cvtwl "cvtwl" (Read Word, No None, Write Big) Pure Next;
            Cvtlc "cvtlc" (Read Big, No None, Write String) Allocates Next;
            Cvtcl "cvtcl" (Read String, No None, Write Big) Pure Next;
            Headl "headl" (Read List, No None, Write Big) Fails Next;
            Consl "consl" (Read Big, No None, Update List) Allocates Next;
            Newcl "newcl" (No None, Maybe Word, Write Channel) Allocates Next;
            Casec "casec" (Read String, No None, Address CaseC) Pure Table;
            Indl "indl" (Read Array, Write Address, Read Word) Fails Next;
            Movpc "movpc" (Read Pc, No None, Write Word) Pure Next;
            Tcmp "tcmp" (Read Pointer, No None, Read Pointer) Fails Next; // both have the same type
            Mnewz "mnewz" (Read Module, Read Index, Write Pointer) Allocates Next; // a type of that module
            Cvtrf "cvtrf" (Read ShortReal, No None, Write Real) Pure Next;
            Cvtfr "cvtfr" (Read Real, No None, Write ShortReal) Pure Next;
            Cvtws "cvtws" (Read Word, No None, Write Short) Pure Next;
            Cvtsw "cvtsw" (Read Short, No None, Write Word) Pure Next;
            Lsrw "lsrw" (Read Word, Default Word, Write Word) Pure Next;
            Lsrl "lsrl" (Read Word, Default Big, Write Big) Pure Next;
            Eclr "eclr" (No None, No None, No None) Pure Next; // a spare slot
            Newz "newz" (Read Type, No None, Write Pointer) Allocates Next;
            Newaz "newaz" (Read Word, Read Type, Write Array) Allocates Next;
            Raise "raise" (Read Pointer, No None, No None) Fails Stop;
            Casel "casel" (Read Big, No None, Address CaseL) Pure Table;
            Mulx "mulx" (Read Word, Default Word, Write Word) Pure Next;
            Divx "divx" (Read Word, Default Word, Write Word) Fails Next;
            Cvtxx "cvtxx" (Read Word, Read Word, Write Word) Pure Next;
            Mulx0 "mulx0" (Read Word, Default Word, Write Word) Fails Next;
            Divx0 "divx0" (Read Word, Default Word, Write Word) Fails Next;
            Cvtxx0 "cvtxx0" (Read Word, Read Word, Write Word) Fails Next;
            Mulx1 "mulx1" (Read Word, Default Word, Write Word) Fails Next;
            Divx1 "divx1" (Read Word, Default Word, Write Word) Fails Next;
            Cvtxx1 "cvtxx1" (Read Word, Read Word, Write Word) Fails Next;
            Cvtfx "cvtfx" (Read Real, Read Real, Write Word) Pure Next;
            Cvtxf "cvtxf" (Read Word, Read Real, Write Real) Pure Next;
            Expw "expw" (Read Word, Default Word, Write Word) Fails Next;
            Expl "expl" (Read Word, Default Big, Write Big) Fails Next;
            Expf "expf" (Read Word, Default Real, Write Real) Pure Next;
            SelfModule "self" (No None, No None, Write Module) Pure Next;
        }
    };
}
