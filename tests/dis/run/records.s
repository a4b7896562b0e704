# Records: new ones, copies with their references, types compared, released at once.
globals {0}
main {40w} pointers {12w}, {13w}, {14w}, {20w}, {21w}, {24w}, {25w}
type node {3w} pointers 0, {1w}
type other {3w} pointers 0, {1w}
type word {1w}
handlers
handler {14w}, compare, behind, -, 0
	otherwise caught
handler {14w}, none, behind2, -, 0
	otherwise caught2
handler {14w}, beyond, behind3, -, 0
	otherwise caught3
init:
	begin
	new node, {12w}(fp)
	movp {1w}(mp), 0({12w}(fp))
	movw $3, {2w}({12w}(fp))
	newz node, {13w}(fp)
	movp {12w}(fp), {1w}({13w}(fp))
	movmp 0({12w}(fp)), node, {20w}(fp)
	say s {20w}(fp)
	say w {22w}(fp)
	movw $4, {22w}(fp)
	movmp {20w}(fp), node, 0({13w}(fp))
	say w {2w}({13w}(fp))
	say w {2w}({12w}(fp))
	movw $21, {30w}(fp)
	movw $22, {31w}(fp)
	movm {30w}(fp), ${2w}, {32w}(fp)
	say w {33w}(fp)
	tcmp {12w}(fp), {13w}(fp)
	tcmp {24w}(fp), {13w}(fp)
	note "cycles go when memory is short"
	movw $0, {10w}(fp)
cycle:
	new node, {12w}(fp)
	new node, {13w}(fp)
	movp {12w}(fp), 0({13w}(fp))
	movp {13w}(fp), 0({12w}(fp))
	newa $10000, word, {1w}({12w}(fp))
	addw $1, {10w}(fp)
	bltw {10w}(fp), $300, cycle
	say w {10w}(fp)
	note "what cannot be"
compare:
	new other, {24w}(fp)
	tcmp {12w}(fp), {24w}(fp)
behind:
	ret
caught:
	say s {14w}(fp)
	movp {14w}(fp), {12w}(fp)
none:
	movw {2w}({25w}(fp)), {10w}(fp)
behind2:
	ret
caught2:
	say s {14w}(fp)
beyond:
	movw {9w}({13w}(fp)), {10w}(fp)
behind3:
	ret
caught3:
	say s {14w}(fp)
	ret
