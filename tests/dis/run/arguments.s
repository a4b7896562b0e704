# The arguments of a command.
globals {0}
main {12w} pointers {8w}, {9w}
type lister {20w} pointers {12w}, {13w}
init:
	begin
	frame lister, {10w}(fp)
	movp {9w}(fp), {12w}({10w}(fp))
	call {10w}(fp), lists
	ret
lists:
	lenl {12w}(fp), {10w}(fp)
	beqw {10w}(fp), $0, done
	headp {12w}(fp), {13w}(fp)
	say s {13w}(fp)
	tail {12w}(fp), {12w}(fp)
	jmp lists
done:
	ret
