# Procs and channels of every kind: rendezvous, buffers, references that travel, many procs, a channel that is gone.
globals {5w+16} pointers {8w}, {9w}
	big {10w}: 5000000000
	real {10w+8}: 0.125
main {40w} pointers {12w}, {13w}, {14w}, {15w}, {24w}, {28w}, {31w}
type worker {12w} pointers {8w}, {9w}, {11w}
type pair {2w} pointers 0
handlers
handler {14w}, none, behind, -, 0
	otherwise caught
handler {14w}, gone, behind2, -, 0
	otherwise caught2
init:
	begin
	newcw {12w}(fp)
	frame worker, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	spawn {10w}(fp), counts
	recv {12w}(fp), {11w}(fp)
	say w {11w}(fp)
	recv {12w}(fp), {11w}(fp)
	say w {11w}(fp)
	note "the other way"
	newcp {13w}(fp)
	frame worker, {10w}(fp)
	movp {13w}(fp), {8w}({10w}(fp))
	movp {12w}(fp), {9w}({10w}(fp))
	spawn {10w}(fp), measures
	send {1w}(mp), {13w}(fp)
	recv {12w}(fp), {11w}(fp)
	say w {11w}(fp)
	note "buffers"
	newcl -, $2, {12w}(fp)
	send {10w}(mp), {12w}(fp)
	send {10w}(mp), {12w}(fp)
	recv {12w}(fp), {20w}(fp)
	say l {20w}(fp)
	newcf -, $1, {12w}(fp)
	send {10w+8}(mp), {12w}(fp)
	recv {12w}(fp), {20w}(fp)
	say f {20w}(fp)
	newcb -, $1, {12w}(fp)
	send $200, {12w}(fp)
	recv {12w}(fp), {20w}(fp)
	say b {20w}(fp)
	movw $31, {20w}(fp)
	movw $32, {21w}(fp)
	newcm ${2w}, $1, {12w}(fp)
	send {20w}(fp), {12w}(fp)
	recv {12w}(fp), {22w}(fp)
	say w {23w}(fp)
	newcmp pair, $3, {12w}(fp)
	movp {1w}(mp), {24w}(fp)
	movw $33, {25w}(fp)
	send {24w}(fp), {12w}(fp)
	movp {14w}(fp), {24w}(fp)
	recv {12w}(fp), {28w}(fp)
	say s {28w}(fp)
	note "many procs"
	newcw {12w}(fp)
	movw $0, {16w}(fp)
many:
	frame worker, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	movw {16w}(fp), {10w}({10w}(fp))
	spawn {10w}(fp), gives
	addw $1, {16w}(fp)
	bltw {16w}(fp), $200, many
	movw $0, {17w}(fp)
gather:
	recv {12w}(fp), {11w}(fp)
	addw {11w}(fp), {17w}(fp)
	subw $1, {16w}(fp)
	bgtw {16w}(fp), $0, gather
	say w {17w}(fp)
	note "full buffers, waiting senders"
	newcw -, $2, {12w}(fp)
	frame worker, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	spawn {10w}(fp), floods
	movw $0, {16w}(fp)
	movw $0, {17w}(fp)
drain:
	recv {12w}(fp), {11w}(fp)
	mulw $3, {17w}(fp)
	addw {11w}(fp), {17w}(fp)
	addw $1, {16w}(fp)
	bltw {16w}(fp), $6, drain
	say w {17w}(fp)
	note "into an array"
	frame worker, {10w}(fp)
	movp {12w}(fp), {8w}({10w}(fp))
	spawn {10w}(fp), counts
	newa $3, int, {31w}(fp)
	indw {31w}(fp), {18w}(fp), $1
	recv {12w}(fp), 0({18w}(fp))
	indw {31w}(fp), {18w}(fp), $1
	say w 0({18w}(fp))
	note "what cannot be"
none:
	recv {15w}(fp), {11w}(fp)
behind:
	ret
caught:
	say s {14w}(fp)
gone:
	newcw {8w}(mp)
	frame worker, {10w}(fp)
	spawn {10w}(fp), forgets
	recv {8w}(mp), {11w}(fp)
behind2:
	ret
caught2:
	say s {14w}(fp)
	ret
type int {1w}
counts:
	send $1, {8w}(fp)
	send $2, {8w}(fp)
	ret
measures:
	recv {8w}(fp), {11w}(fp)
	lenc {11w}(fp), {10w}(fp)
	send {10w}(fp), {9w}(fp)
	ret
gives:
	send {10w}(fp), {8w}(fp)
	ret
floods:
	movw $0, {10w}(fp)
on:
	send {10w}(fp), {8w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $6, on
	ret
forgets:
	addw $1, {10w}(fp)
	bltw {10w}(fp), $100, forgets
	movp {9w}(fp), {8w}(mp)
	ret
