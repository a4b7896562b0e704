# Modules: loading, links by number and counted from the exports, data of one's own, self, what cannot be loaded.
globals {6w} pointers {8w}, {9w}, {10w}, {11w}, {12w}
	string {8w}: "/OTHER.dis"
	string {9w}: "$self"
	string {10w}: "/missing.dis"
	string {11w}: "$Nothing"
	string {12w}: "%r\n"
main {30w} pointers {14w}, {15w}, {16w}, {17w}, {18w}
type plain {10w}
type format {10w} pointers {8w}
imports
import
	use print, 0xac849033
import
	use next, 7
	use fails, 8
import
	use init, 1
import
	use next, 70
import
	use absent, 7
handlers
handler {18w}, failing, failed, -, 0
	catch "zero divide", caught
handler {18w}, nothing, nothing_end, -, 0
	otherwise caught2
init:
	begin
	load {8w}(mp), $1, {14w}(fp)
	load {8w}(mp), $1, {15w}(fp)
	movw $0, {10w}(fp)
again:
	mframe {14w}(fp), $0, {11w}(fp)
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, {14w}(fp)
	addw $1, {10w}(fp)
	bltw {10w}(fp), $3, again
	say w {12w}(fp)
	mframe {15w}(fp), $-2, {11w}(fp)
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $-2, {15w}(fp)
	say w {12w}(fp)
	note "module data and types of another module"
	movw 0({14w}(fp)), {13w}(fp)
	say w {8w}({13w}(fp))
	mnewz {14w}(fp), $0, {16w}(fp)
	say w {8w}({16w}(fp))
	note "an exception from there"
failing:
	mframe {14w}(fp), $1, {11w}(fp)
	mcall {11w}(fp), $1, {14w}(fp)
failed:
	note "not here"
caught:
	say s {18w}(fp)
	note "its procs"
	mframe {14w}(fp), $0, {11w}(fp)
	mspawn {11w}(fp), $0, {14w}(fp)
	note "self"
	self {16w}(fp)
	load {9w}(mp), $2, {17w}(fp)
	movw $0, {10w}(fp)
	beqw {16w}(fp), {17w}(fp), last
	movw $1, {10w}(fp)
	say w {10w}(fp)
	note "what cannot be loaded"
	load {10w}(mp), $1, {16w}(fp)
	frame format, {11w}(fp)
	movp {12w}(mp), {8w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, 0(mp)
	load {11w}(mp), $1, {16w}(fp)
	frame format, {11w}(fp)
	movp {12w}(mp), {8w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, 0(mp)
	load {8w}(mp), $3, {16w}(fp)
	frame format, {11w}(fp)
	movp {12w}(mp), {8w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, 0(mp)
	load {8w}(mp), $4, {16w}(fp)
	frame format, {11w}(fp)
	movp {12w}(mp), {8w}({11w}(fp))
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, 0(mp)
nothing:
	mframe {16w}(fp), $0, {11w}(fp)
	mcall {11w}(fp), $0, {16w}(fp)
nothing_end:
	note "not here"
caught2:
	say s {18w}(fp)
last:
	ret
