# Standard input: one proc reads it, another goes on meanwhile.
globals {1w}
	word {8w}: 0
main {30w} pointers {14w}, {15w}, {16w}, {17w}, {18w}
type byte 1
type worker {12w} pointers {8w}
imports
import
	use print, 0xac849033
import
	use read, 0x7cfef557
	use fildes, 0x1478f993
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	mframe {14w}(fp), $1, {10w}(fp)
	movw $0, {8w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $1, {14w}(fp)
	newcw {18w}(fp)
	frame worker, {10w}(fp)
	movp {18w}(fp), {8w}({10w}(fp))
	spawn {10w}(fp), other
	newa $100, byte, {16w}(fp)
again:
	mframe {14w}(fp), $0, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movp {16w}(fp), {9w}({10w}(fp))
	movw $4, {10w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {14w}(fp)
	bgtw {11w}(fp), $0, more
	recv {18w}(fp), {11w}(fp)
	say w {11w}(fp)
	ret
more:
	movp {16w}(fp), {17w}(fp)
	slicea $0, {11w}(fp), {17w}(fp)
	cvtac {17w}(fp), {17w}(fp)
	say s {17w}(fp)
	jmp again
other:
	send $77, {8w}(fp)
	ret
