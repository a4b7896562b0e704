# $Loader: a module taken apart; one put together, called, and refused.
globals {3w} pointers {8w}, {9w}, {10w}
	string {8w}: "$Loader"
	string {9w}: "/OTHER.dis"
	string {10w}: "made"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {19w}, {20w}, {21w}, {22w}, {23w}
type inst {4w}
type byte 1
handlers
handler {22w}, tries, behind, -, 0
	otherwise caught
imports
import
	use print, 0xac849033
import
	use ifetch, 0xfb64be19
	use tdesc, 0xb933ef75
	use link, 0xe2473595
	use newmod, 0x6de26f71
	use tnew, 0xc1d58785
	use ext, 0xcd936c80
	use dnew, 0x62a7cf80
	use compile, 0x9af56bb1
import
init:
	begin
	load {8w}(mp), $1, {14w}(fp)
	load {9w}(mp), $2, {15w}(fp)
	note "a module taken apart: instructions, types, links"
	sys 0 {16w}(fp): p {15w}(fp)
	lena {16w}(fp), {12w}(fp)
	say w {12w}(fp)
	subw $1, {12w}(fp), {13w}(fp)
	indx {16w}(fp), {12w}(fp), {13w}(fp)
	cvtbw 0({12w}(fp)), {13w}(fp)
	say w {13w}(fp)
	cvtbw 1({12w}(fp)), {13w}(fp)
	say w {13w}(fp)
	sys 1 {17w}(fp): p {15w}(fp)
	lena {17w}(fp), {12w}(fp)
	say w {12w}(fp)
	sys 2 {18w}(fp): p {15w}(fp)
	lena {18w}(fp), {12w}(fp)
	say w {12w}(fp)
	indx {18w}(fp), {12w}(fp), $1
	movp 0({12w}(fp)), {22w}(fp)
	say s {22w}(fp)
	say w {1w}({12w}(fp))
	movp {23w}(fp), {22w}(fp)
	note "of a built-in one, and of none"
	sys 0 {16w}(fp): p {14w}(fp)
	error
	sys 0 {16w}(fp): p {23w}(fp)
	error
	note "one that counts in its data"
	sys 6 {19w}(fp): w ${1w}, p {23w}(fp)
	newa $3, inst, {16w}(fp)
	indx {16w}(fp), {12w}(fp), $0
	cvtwb $58, 0({12w}(fp))
	cvtwb $0x10, 1({12w}(fp))
	movw $1, {1w}({12w}(fp))
	indx {16w}(fp), {12w}(fp), $1
	cvtwb $45, 0({12w}(fp))
	cvtwb $5, 1({12w}(fp))
	movw ${4w}, {3w}({12w}(fp))
	indx {16w}(fp), {12w}(fp), $2
	cvtwb $12, 0({12w}(fp))
	cvtwb $0x1b, 1({12w}(fp))
	sys 3 {20w}(fp): p {10w}(mp), w $0, w $1, p {16w}(fp), p {19w}(fp)
	sys 4 {13w}(fp): p {20w}(fp), w ${12w}, p {23w}(fp)
	say w {13w}(fp)
	note "not before it has its links"
	sys 7 {13w}(fp): p {20w}(fp), w $0
	say w {13w}(fp)
	error
	sys 5 {13w}(fp): p {20w}(fp), w $1, w $0, w $1
	error
	sys 5 {13w}(fp): p {20w}(fp), w $0, w $3, w $1
	error
	sys 5 {13w}(fp): p {20w}(fp), w $0, w $0, w $2
	error
	sys 5 {13w}(fp): p {20w}(fp), w $0, w $0, w $1
	say w {13w}(fp)
	sys 7 {13w}(fp): p {20w}(fp), w $0
	say w {13w}(fp)
	movw $0, {24w}(fp)
again:
	mframe {20w}(fp), $0, {11w}(fp)
	lea {12w}(fp), {4w}({11w}(fp))
	mcall {11w}(fp), $0, {20w}(fp)
	addw $1, {24w}(fp)
	bltw {24w}(fp), $100, again
	say w {12w}(fp)
	note "it is complete"
	sys 4 {13w}(fp): p {20w}(fp), w ${12w}, p {23w}(fp)
	say w {13w}(fp)
	error
	sys 0 {17w}(fp): p {20w}(fp)
	lena {17w}(fp), {12w}(fp)
	say w {12w}(fp)
	note "what is no module"
	sys 3 {21w}(fp): p {10w}(mp), w $0, w $1, p {23w}(fp), p {19w}(fp)
	error
	sys 3 {21w}(fp): p {10w}(mp), w $0, w $-1, p {16w}(fp), p {19w}(fp)
	error
	indx {16w}(fp), {12w}(fp), $0
	cvtwb $200, 0({12w}(fp))
	sys 3 {21w}(fp): p {10w}(mp), w $0, w $1, p {16w}(fp), p {19w}(fp)
	error
	cvtwb $13, 0({12w}(fp))
	cvtwb $0x1a, 1({12w}(fp))
	movw $3, {3w}({12w}(fp))
	sys 3 {21w}(fp): p {10w}(mp), w $0, w $1, p {16w}(fp), p {19w}(fp)
	error
	newa $1, byte, {22w}(fp)
	indb {22w}(fp), {12w}(fp), $0
	cvtwb $0xc0, 0({12w}(fp))
	sys 6 {21w}(fp): w ${1w}, p {22w}(fp)
	error
	movp {23w}(fp), {22w}(fp)
	note "a reference out of a word: it does not pass the verifier"
	indx {16w}(fp), {12w}(fp), $0
	cvtwb $41, 0({12w}(fp))
	cvtwb $5, 1({12w}(fp))
	movw $0, {1w}({12w}(fp))
	movw ${4w}, {3w}({12w}(fp))
	sys 3 {21w}(fp): p {10w}(mp), w $0, w $1, p {16w}(fp), p {19w}(fp)
	sys 4 {13w}(fp): p {21w}(fp), w ${12w}, p {23w}(fp)
	sys 5 {13w}(fp): p {21w}(fp), w $0, w $0, w $1
	say w {13w}(fp)
	sys 7 {13w}(fp): p {21w}(fp), w $0
	say w {13w}(fp)
tries:
	mframe {21w}(fp), $0, {11w}(fp)
	note "not here"
behind:
caught:
	say s {22w}(fp)
	ret
