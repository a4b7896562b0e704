# Sys on text: sprint, aprint, tokenize, utfbytes, byte2char, char2byte, werrstr.
globals {3w} pointers {8w}, {9w}, {10w}
	string {8w}: " a b,, cé "
	string {9w}: " ,"
	string {10w}: "[%s]"
main {30w} pointers {14w}, {15w}, {20w}, {21w}, {23w}
type format {10w} pointers {8w}, {9w}
imports
import
	use print, 0xac849033
import
	use sprint, 0x4c0624b6
	use aprint, 0x77442d46
	use tokenize, 0x57338f20
	use utfbytes, 0x01d4a1f4
	use byte2char, 0x3d6094f9
	use char2byte, 0x2ba5ab41
	use werrstr, 0xc6935858
handlers
handler {23w}, bounds, bounded, -, 0
	otherwise caught
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	frame format, {10w}(fp)
	movp {10w}(mp), {8w}({10w}(fp))
	movp {8w}(mp), {9w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {14w}(fp)
	say s {15w}(fp)
	frame format, {10w}(fp)
	movp {10w}(mp), {8w}({10w}(fp))
	movp {8w}(mp), {9w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $1, {14w}(fp)
	lena {15w}(fp), {11w}(fp)
	say w {11w}(fp)
	mframe {14w}(fp), $2, {10w}(fp)
	movp {8w}(mp), {8w}({10w}(fp))
	movp {9w}(mp), {9w}({10w}(fp))
	lea {19w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $2, {14w}(fp)
	say w {19w}(fp)
words:
	headp {20w}(fp), {21w}(fp)
	say s {21w}(fp)
	tail {20w}(fp), {20w}(fp)
	lenl {20w}(fp), {11w}(fp)
	bnew {11w}(fp), $0, words
	note "bytes: é takes 12 and 13 of these"
	mframe {14w}(fp), $3, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movw $9, {9w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $3, {14w}(fp)
	say w {11w}(fp)
	mframe {14w}(fp), $4, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movw $8, {9w}({10w}(fp))
	lea {16w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $4, {14w}(fp)
	say w {16w}(fp)
	say w {17w}(fp)
	say w {18w}(fp)
	mframe {14w}(fp), $4, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movw $9, {9w}({10w}(fp))
	lea {16w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $4, {14w}(fp)
	say w {16w}(fp)
	say w {17w}(fp)
	say w {18w}(fp)
	mframe {14w}(fp), $5, {10w}(fp)
	movw $8364, {8w}({10w}(fp))
	movp {15w}(fp), {9w}({10w}(fp))
	movw $1, {10w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $5, {14w}(fp)
	say w {11w}(fp)
	cvtac {15w}(fp), {21w}(fp)
	say s {21w}(fp)
	mframe {14w}(fp), $6, {10w}(fp)
	movp {9w}(mp), {8w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $6, {14w}(fp)
	say w {11w}(fp)
bounds:
	mframe {14w}(fp), $3, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	movw $99, {9w}({10w}(fp))
	lea {11w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $3, {14w}(fp)
bounded:
	ret
caught:
	say s {23w}(fp)
	ret
