# Functions of other modules called again and again: results, their data, exceptions, one's own module, others in the same place, $Math.
globals {6w+16} pointers {8w}, {9w}, {10w}, {11w}, {12w}, {13w}
	string {8w}: "/OTHER.dis"
	string {9w}: "$self"
	string {10w}: "$Math"
	string {11w}: "/LINKS.dis"
	string {13w}: "/missing.dis"
	real {14w}: 2.0, -2.5
main {60w} pointers {20w}, {21w}, {22w}, {23w}, {24w}, {25w}
type plain {12w}
type counted {14w} pointers {8w}
type real {8w+8}
export own, own, counted, 9
export deep, deep, counted, 10
imports
import
	use print, 0xac849033
import
	use next, 7
	use fails, 8
import
	use own, 9
	use deep, 10
import
	use sqrt, 0xa1d1fe48
	use fabs, 0xa1d1fe48
	use floor, 0xa1d1fe48
	use ceil, 0xa1d1fe48
	use cbrt, 0xa1d1fe48
handlers
handler {25w}, failing, failed, -, 0
	catch "zero divide", caught
handler {25w}, missing, missed, -, 0
	otherwise lost
handler {25w}, nowhere, nowhere_end, -, 0
	otherwise nothing
init:
	begin
	load {8w}(mp), $1, {20w}(fp)
	load {8w}(mp), $1, {21w}(fp)
	load {9w}(mp), $2, {22w}(fp)
	load {10w}(mp), $3, {23w}(fp)
	note "data of two"
	movw $0, {10w}(fp)
two:
	andw $3, {10w}(fp), {11w}(fp)
	movp {20w}(fp), {24w}(fp)
	bnew {11w}(fp), $0, first
	movp {21w}(fp), {24w}(fp)
first:
	mframe {24w}(fp), $0, {12w}(fp)
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {24w}(fp)
	addw {14w}(fp), {15w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $40, two
	say w {14w}(fp)
	say w {15w}(fp)
	note "another module in the same place"
	movw $0, {10w}(fp)
	movw $0, {15w}(fp)
other:
	movp {20w}(fp), {24w}(fp)
	bltw {10w}(fp), $20, same
	load {11w}(mp), $1, {24w}(fp)
same:
	mframe {24w}(fp), $0, {12w}(fp)
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {24w}(fp)
	addw {14w}(fp), {15w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $60, other
	say w {14w}(fp)
	say w {15w}(fp)
	note "its own, with references, the last of the module among them"
	movw $0, {10w}(fp)
	movw $0, {15w}(fp)
self:
	load {9w}(mp), $2, {24w}(fp)
	mframe {24w}(fp), $0, {12w}(fp)
	movp {8w}(mp), {8w}({12w}(fp))
	movw {10w}(fp), {9w}({12w}(fp))
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {24w}(fp)
	addw {14w}(fp), {15w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $40, self
	say w {15w}(fp)
	mframe {22w}(fp), $1, {12w}(fp)
	movp {22w}(fp), {8w}({12w}(fp))
	movw $60, {9w}({12w}(fp))
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $1, {22w}(fp)
	say w {14w}(fp)
	note "the module is let go of by its own function"
	movw $0, {10w}(fp)
	movw $0, {16w}(fp)
alone:
	load {8w}(mp), $1, {12w}(mp)
	mframe {12w}(mp), $0, {12w}(fp)
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {12w}(mp)
	addw {14w}(fp), {16w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $30, alone
	say w {16w}(fp)
	note "exceptions"
	movw $0, {10w}(fp)
	movw $0, {17w}(fp)
failing:
	mframe {20w}(fp), $1, {12w}(fp)
	mcall {12w}(fp), $1, {20w}(fp)
failed:
	note "not here"
caught:
	addw $1, {17w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $30, failing
	say w {17w}(fp)
	say s {25w}(fp)
	note "$Math"
	movw $0, {10w}(fp)
	cvtwf $0, {34w}(fp)
math:
	cvtwf {10w}(fp), {30w}(fp)
	mframe {23w}(fp), $0, {12w}(fp)
	movf {30w}(fp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {23w}(fp)
	addf {32w}(fp), {34w}(fp)
	mframe {23w}(fp), $1, {12w}(fp)
	movf {14w+8}(mp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $1, {23w}(fp)
	addf {32w}(fp), {34w}(fp)
	mframe {23w}(fp), $2, {12w}(fp)
	movf {14w+8}(mp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $2, {23w}(fp)
	addf {32w}(fp), {34w}(fp)
	mframe {23w}(fp), $3, {12w}(fp)
	movf {14w+8}(mp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $3, {23w}(fp)
	addf {32w}(fp), {34w}(fp)
	mframe {23w}(fp), $4, {12w}(fp)
	movf {14w}(mp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $4, {23w}(fp)
	addf {32w}(fp), {34w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $40, math
	say f {34w}(fp)
	note "a result that goes nowhere"
	movw $0, {10w}(fp)
nowhere:
	mframe {23w}(fp), $0, {12w}(fp)
	movf {14w}(mp), {8w}({12w}(fp))
	lea {32w}(fp), {4w}({12w}(fp))
	bltw {10w}(fp), $30, somewhere
	movw $-1, {4w}({12w}(fp))
somewhere:
	mcall {12w}(fp), $0, {23w}(fp)
	addw $1, {10w}(fp)
	jmp nowhere
nowhere_end:
	note "not here"
nothing:
	say w {10w}(fp)
	say s {25w}(fp)
	note "no module"
	movw $0, {10w}(fp)
	movp {20w}(fp), {24w}(fp)
missing:
	mframe {24w}(fp), $0, {12w}(fp)
	lea {14w}(fp), {4w}({12w}(fp))
	mcall {12w}(fp), $0, {24w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $30, missing
	load {13w}(mp), $1, {24w}(fp)
	jmp missing
missed:
	note "not here"
lost:
	say w {10w}(fp)
	say s {25w}(fp)
	ret
own:
	lenc {8w}(fp), {10w}(fp)
	addw {9w}(fp), {10w}(fp), 0({4w}(fp))
	ret
deep:
	bgtw {9w}(fp), $0, deeper
	movw $1, 0({4w}(fp))
	ret
deeper:
	mframe {8w}(fp), $1, {10w}(fp)
	movp {8w}(fp), {8w}({10w}(fp))
	subw $1, {9w}(fp), {9w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $1, {8w}(fp)
	addw $1, {11w}(fp), 0({4w}(fp))
	ret
