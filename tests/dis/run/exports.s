# Functions of built-in modules by their place among the exports, without imports: what is true of one module is not of another.
globals {2w} pointers {8w}, {9w}
	string {8w}: "$Math"
	string {9w}: "$Sys"
main {30w} pointers {14w}, {22w}
handlers
handler {22w}, again, behind, -, 0
	otherwise caught
imports
import
	use print, 0xac849033
import
init:
	begin
	load {8w}(mp), $1, {14w}(fp)
	movw $0, {10w}(fp)
	cvtwf $5, {16w}(fp)
	cvtwf $2, {18w}(fp)
	divf {18w}(fp), {16w}(fp), {16w}(fp)
again:
	mframe {14w}(fp), $-28, {11w}(fp)
	lea {20w}(fp), {4w}({11w}(fp))
	movf {16w}(fp), {8w}({11w}(fp))
	mcall {11w}(fp), $-28, {14w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $300, again
	beqw {10w}(fp), $600, behind
	say f {20w}(fp)
	note "the same place of another one takes something else"
	load {9w}(mp), $1, {14w}(fp)
	movw $400, {10w}(fp)
	jmp again
behind:
	note "not here"
	ret
caught:
	say s {22w}(fp)
	say w {10w}(fp)
	ret
