# A million exchanges between two procs: a word there and back.
globals {0}
type echo {12w} pointers {8w}, {9w}
main {20w} pointers {12w}, {13w}
init:
	begin
	newcw {12w}(fp)
	newcw {13w}(fp)
	frame echo, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	movp {13w}(fp), {9w}({10w}(fp))
	spawn {10w}(fp), answers
	movw $0, {11w}(fp)
again:
	send {11w}(fp), {12w}(fp)
	recv {13w}(fp), {11w}(fp)
	bltw {11w}(fp), $500000, again
	say w {11w}(fp)
	ret
answers:
	recv {8w}(fp), {10w}(fp)
	addw $1, {10w}(fp)
	send {10w}(fp), {9w}(fp)
	bltw {10w}(fp), $500000, answers
	ret
