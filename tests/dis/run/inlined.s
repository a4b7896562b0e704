# Small functions called again and again: results of all kinds, exceptions and exits inside, references dropped, frames filled inside one another.
globals {2w} pointers {8w}, {9w}
	string {8w}: "text"
	string {9w}: "$self"
main {60w} pointers {20w}, {21w}, {22w}, {23w}, {25w}
type word {1w}
type takes {14w} pointers {8w}, {11w}
type pair {16w}
type node {2w} pointers 0
export add, add, pair, 5
imports
import
	use print, 0xac849033
import
	use add, 5
handlers
handler {25w}, dividing, divided, -, 0
	catch "zero divide", caught
handler {25w}, empty, emptied, -, 0
	otherwise absent
init:
	begin
	load {9w}(mp), $1, {23w}(fp)
	newa $8, word, {20w}(fp)
	movw $0, {10w}(fp)
	movw $0, {30w}(fp)
	cvtwf $0, {40w}(fp)
	note "results"
again:
	frame pair, {12w}(fp)
	movw {10w}(fp), {8w}({12w}(fp))
	movw $3, {9w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), add
	addw {31w}(fp), {30w}(fp)
	# Two words: the second is a slot that is used directly, too.
	movw $5, {33w}(fp)
	frame pair, {12w}(fp)
	movw {10w}(fp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	call {12w}(fp), two
	addw {33w}(fp), {30w}(fp)
	addw {32w}(fp), {30w}(fp)
	frame takes, {12w}(fp)
	movp {8w}(mp), {8w}({12w}(fp))
	movw {10w}(fp), {9w}({12w}(fp))
	lea {21w}(fp), {4w}({12w}(fp))
	call {12w}(fp), text
	lenc {21w}(fp), {31w}(fp)
	addw {31w}(fp), {30w}(fp)
	frame pair, {12w}(fp)
	movw {10w}(fp), {8w}({12w}(fp))
	lea {42w}(fp), {4w}({12w}(fp))
	call {12w}(fp), half
	addf {42w}(fp), {40w}(fp)
	mframe {23w}(fp), $0, {12w}(fp)
	movw {30w}(fp), {8w}({12w}(fp))
	movw $1, {9w}({12w}(fp))
	lea {30w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {23w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $50, again
	say w {30w}(fp)
	say f {40w}(fp)
	say s {21w}(fp)
	note "frames inside one another, with what is dropped while the outer one is filled"
	movw $0, {10w}(fp)
	movw $0, {30w}(fp)
nested:
	frame pair, {12w}(fp)
	movw {10w}(fp), {8w}({12w}(fp))
	movw $0, {9w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), add
	cvtwc {10w}(fp), {22w}(fp)
	frame takes, {12w}(fp)
	movp {22w}(fp), {8w}({12w}(fp))
	movp {8w}(mp), {22w}(fp)
	frame takes, {13w}(fp)
	movp {22w}(fp), {8w}({13w}(fp))
	movw $0, {9w}({13w}(fp))
	lea {14w}(fp), {4w}({13w}(fp))
	call {13w}(fp), noisy
	movw {14w}(fp), {9w}({12w}(fp))
	lea {15w}(fp), {4w}({12w}(fp))
	call {12w}(fp), long
	addw {15w}(fp), {30w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $50, nested
	say w {30w}(fp)
	note "an element's address stays"
	movw $0, {10w}(fp)
stays:
	andw $7, {10w}(fp), {16w}(fp)
	indw {20w}(fp), {17w}(fp), {16w}(fp)
	frame pair, {12w}(fp)
	movw {10w}(fp), {8w}({12w}(fp))
	movw 0({17w}(fp)), {9w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), add
	movw {31w}(fp), 0({17w}(fp))
	addw $1, {10w}(fp)
	bltw {10w}(fp), $50, stays
	say w 0({17w}(fp))
	note "exceptions inside"
	movw $0, {10w}(fp)
	movw $40, {18w}(fp)
dividing:
	frame pair, {12w}(fp)
	movw $1000, {8w}({12w}(fp))
	movw {18w}(fp), {9w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), divide
	addw {31w}(fp), {10w}(fp)
	subw $1, {18w}(fp)
	jmp dividing
divided:
	note "not here"
caught:
	say w {18w}(fp)
	say w {10w}(fp)
	say s {25w}(fp)
	note "nil inside"
	movw $0, {10w}(fp)
	new node, {21w}(fp)
	movw $1, {1w}({21w}(fp))
empty:
	frame takes, {12w}(fp)
	movp {21w}(fp), {8w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), field
	addw {31w}(fp), {10w}(fp)
	bltw {10w}(fp), $40, empty
	movp {22w}(fp), {21w}(fp)
	bltw {10w}(fp), $45, empty
emptied:
	note "not here"
absent:
	say w {10w}(fp)
	say s {25w}(fp)
	note "deeper"
	frame pair, {12w}(fp)
	movw $60, {8w}({12w}(fp))
	lea {31w}(fp), {4w}({12w}(fp))
	call {12w}(fp), down
	say w {31w}(fp)
	ret
add:
	bltw {8w}(fp), $0, negative
	addw {8w}(fp), {9w}(fp), 0({4w}(fp))
	ret
negative:
	subw {8w}(fp), {9w}(fp), 0({4w}(fp))
	ret
two:
	movw {8w}(fp), 0({4w}(fp))
	mulw $2, {8w}(fp), {1w}({4w}(fp))
	ret
half:
	cvtwf {8w}(fp), {10w}(fp)
	mulf {10w}(fp), {10w}(fp), 0({4w}(fp))
	ret
text:
	andw $1, {9w}(fp), {10w}(fp)
	beqw {10w}(fp), $0, same
	movp {8w}(fp), 0({4w}(fp))
	ret
same:
	movp {8w}(fp), {11w}(fp)
	movp {11w}(fp), 0({4w}(fp))
	ret
long:
	lenc {8w}(fp), {10w}(fp)
	addw {9w}(fp), {10w}(fp), 0({4w}(fp))
	ret
noisy:
	cvtwc {9w}(fp), {11w}(fp)
	lenc {8w}(fp), {10w}(fp)
	addw {9w}(fp), {10w}(fp), 0({4w}(fp))
	ret
divide:
	divw {9w}(fp), {8w}(fp), 0({4w}(fp))
	ret
field:
	movw {1w}({8w}(fp)), 0({4w}(fp))
	ret
down:
	bgtw {8w}(fp), $0, deeper
	movw $0, 0({4w}(fp))
	ret
deeper:
	frame pair, {10w}(fp)
	subw $1, {8w}(fp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	call {10w}(fp), down
	frame pair, {10w}(fp)
	movw {8w}(fp), {8w}({10w}(fp))
	movw {11w}(fp), {9w}({10w}(fp))
	lea {12w}(fp), {4w}({10w}(fp))
	call {10w}(fp), add
	movw {12w}(fp), 0({4w}(fp))
	ret
