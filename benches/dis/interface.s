# Calls through a module's link: the module is its own, loaded anew.
globals {1w} pointers {8w}
	string {8w}: "$self"
type step {12w}
main {20w} pointers {12w}
export step, step, step, 7
imports
import
	use print, 0xac849033
import
	use step, 7
init:
	begin
	load {8w}(mp), $1, {12w}(fp)
	movw $0, {13w}(fp)
	movw $0, {14w}(fp)
again:
	mframe {12w}(fp), $0, {10w}(fp)
	movw {13w}(fp), {8w}({10w}(fp))
	movw {14w}(fp), {9w}({10w}(fp))
	lea {14w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {12w}(fp)
	addw $1, {13w}(fp)
	bltw {13w}(fp), $3000000, again
	say w {14w}(fp)
	ret
step:
	shlw $1, {9w}(fp), {10w}(fp)
	xorw {8w}(fp), {10w}(fp), 0({4w}(fp))
	ret
