# Procs, 300,000 one after another, each of which sends a word and ends.
globals {0}
type one {12w} pointers {9w}
main {20w} pointers {12w}
init:
	begin
	newcw {12w}(fp)
	movw $0, {13w}(fp)
	movw $0, {14w}(fp)
again:
	frame one, {10w}(fp)
	movw {13w}(fp), {8w}({10w}(fp))
	movp {12w}(fp), {9w}({10w}(fp))
	spawn {10w}(fp), sends
	recv {12w}(fp), {11w}(fp)
	addw {11w}(fp), {14w}(fp)
	addw $1, {13w}(fp)
	bltw {13w}(fp), $300000, again
	say w {14w}(fp)
	ret
sends:
	andw $7, {8w}(fp), {10w}(fp)
	send {10w}(fp), {9w}(fp)
	ret
